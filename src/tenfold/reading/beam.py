"""The likeliest texts of a line, out of what the network says column by column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from heapq import nlargest

import numpy as np

from tenfold.types import Floats

BEAM = 12
# Signs less likely than this in a column are not followed; a column with this little but "nothing" is passed over.
LEAST = 2e-4
NOTHING = 1 - 2e-5
# Texts less likely than this share of the likeliest so far are given up.
HOPELESS = 1e-6

Admits = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and its probability, summed over all ways in which the columns can spell it."""

    text: str
    probability: float


def readings(probabilities: Floats, alphabet: str, admits: Admits | None = None) -> list[Reading]:
    """Prefix beam search (Hannun, Maas, Jurafsky, Ng 2014, algorithm 1, without a language model).

    Args:
        probabilities: float32 (columns, signs + 1), rows summing to 1; the last sign is "nothing here".
        alphabet: The other signs.
        admits: Whether a text may be the beginning of an answer; by default any may.

    Returns:
        Texts, likeliest first; none if no text that is admitted was found.
    """
    # Of each beginning: how likely it is with "nothing" in the last column, and with its last sign there.
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    allowed: dict[str, bool] = {"": True}
    blank = len(alphabet)
    for row in probabilities:
        if row[blank] >= NOTHING:
            # All the same it ends the sign before: what follows may be the same sign once more.
            if any(open_ for _, open_ in beams.values()):
                beams = {text: (ended + open_, 0.0) for text, (ended, open_) in beams.items()}
            continue
        follow = [int(sign) for sign in np.flatnonzero(row > LEAST) if sign != blank]
        nothing = float(row[blank])
        after: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for text, (ended, open_) in beams.items():
            entry = after[text]
            entry[0] += (ended + open_) * nothing
            for sign in follow:
                likely, name = float(row[sign]), alphabet[sign]
                same = bool(text) and text[-1] == name
                if same:
                    entry[1] += open_ * likely
                longer = text + name
                if longer not in allowed:
                    allowed[longer] = admits is None or admits(longer)
                if allowed[longer]:
                    after[longer][1] += (ended if same else ended + open_) * likely
        # What is this far behind does not come back.
        least = HOPELESS * max(ended + open_ for ended, open_ in after.values())
        best = [(text, ended, open_) for text, (ended, open_) in after.items() if ended + open_ > least]
        if len(best) > BEAM:
            best = nlargest(BEAM, best, key=lambda item: item[1] + item[2])
        if not best:
            return []
        beams = {text: (ended, open_) for text, ended, open_ in best}
    found = [Reading(text, ended + open_) for text, (ended, open_) in beams.items()]
    return sorted(found, key=lambda reading: -reading.probability)


def best_path(probabilities: Floats, alphabet: str) -> str:
    """The likeliest sign of each column, repeats and blanks left out: quick, and most often the likeliest text too."""
    if len(probabilities) == 0:
        return ""
    best = probabilities.argmax(axis=1)
    first = np.concatenate([[True], best[1:] != best[:-1]])
    return "".join(alphabet[sign] for sign in best[first] if sign != len(alphabet))


def columns_of(probabilities: Floats, alphabet: str, text: str) -> list[tuple[int, int]]:
    """Where each sign of a text stands: its first column and the one after its last, by the likeliest way to spell it.

    Args:
        probabilities: As for `readings`.
        alphabet: As for `readings`.
        text: What the line says.

    Returns:
        A pair a sign; an empty list if the columns are too few for the text.
    """
    if not text or len(probabilities) == 0:
        return []
    blank = len(alphabet)
    # States: nothing, first sign, nothing, second sign, … (Graves et al. 2006, section 4.1).
    states = np.full(2 * len(text) + 1, blank)
    states[1::2] = [alphabet.index(sign) for sign in text]
    logs = np.log(np.maximum(probabilities[:, states], 1e-30))
    # What it costs to leave out the "nothing" between two signs: all, where they are the same.
    skip = np.full(len(states), -np.inf)
    skip[3::2] = np.where(states[3::2] != states[1:-2:2], 0.0, -np.inf)
    # Three views of the scores before: stayed, came from the state before, from the one before that.
    padded = np.full(len(states) + 2, -np.inf)
    score, one_on, two_on = padded[2:], padded[1:-1], padded[:-2]
    score[:2] = logs[0, :2]
    came = np.zeros(logs.shape, np.int8)
    for column in range(1, len(logs)):
        steps = np.array((score, one_on, two_on + skip))
        came[column] = steps.argmax(axis=0)
        score[:] = steps.max(axis=0) + logs[column]
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    if not np.isfinite(score[state]):
        return []
    spans = [(len(logs), 0)] * len(text)
    for column in range(len(logs) - 1, -1, -1):
        if state % 2:
            first, last = spans[state // 2]
            spans[state // 2] = min(first, column), max(last, column + 1)
        state -= int(came[column, state])
    return spans
