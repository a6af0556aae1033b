"""From the columns of a line to drafts of the numbers that stand in it, as the reader alone reads them."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tenfold.reading.beam import best_path, columns_of, readings
from tenfold.reading.fields import DIGITS, Field, only_digits
from tenfold.types import Floats, Pixels

OTHER = "*"
# Pixels of the line picture for one column of the network's answer.
STEP = 2
# What is no digit and this wide, in pixels of the line picture, parts two numbers; less wide it is within one.
PARTS = 48
# How likely a sign is where it stands, beside a digit: a slash that makes no date or fraction of an amount is rather a
# leaning 1, and a sign for "no digit" between digits rather a digit written badly.
UNLIKELY = {"/": 0.01, OTHER: 0.1}
SLASHED = re.compile(r"\D*\d{1,2}/\d{1,2}/\d{2,4}\D*|[^/]*/[-=]*")
# Where no column is a digit with this probability, there is none.
A_DIGIT = 0.05
# A number of digits less likely than this is not looked into, nor are more than so many.
LIKELY, MOST_WAYS = 0.03, 3
# Least probability with which a check digit may make another reading come first.
CHECKED = 0.02
# Where a field leaves less than this of what may stand there, something else stands there, and no reading is sure.
FITS = 0.02
WRONG_CHECK = "The check digit is wrong: a digit was misread or miswritten."
RE_RANKED = "Read as {first} without the check digit, which makes {value} likelier."


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a line's columns in which one number may stand."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Way:
    """A way to part a line, or its part, into signs.

    Attributes:
        text: All that stands there.
        edges: For each sign the first column of the line picture that is its own, and the one after its last. At the
            ends of a line no column is left over: whoever leaves ink out has to say what it is.
    """

    text: str
    edges: list[tuple[int, int]]

    @property
    def value(self) -> str:
        """Its digits."""
        return only_digits(self.text)

    @property
    def places(self) -> list[int]:
        """Where in the text its digits are."""
        return [place for place, sign in enumerate(self.text) if sign in DIGITS]

    @property
    def marks(self) -> list[int]:
        """Where its other signs are."""
        return [place for place, sign in enumerate(self.text) if sign not in DIGITS]


@dataclass(frozen=True, slots=True)
class Draft:
    """A number as the reader alone reads it.

    Attributes:
        ways: One for each number of digits that is likely; that of the likeliest value comes first.
        ranked: What may stand there, digits only, likeliest first; but first of all what a check digit made so.
        note: What is to be said of its check digit.
    """

    ways: list[Way]
    ranked: list[tuple[str, float]]
    note: str = ""

    @property
    def text(self) -> str:
        """What stands there by the reader alone, without words before and after it."""
        return self.ways[0].text.strip(OTHER)

    @property
    def value(self) -> str:
        """Its digits."""
        return self.ways[0].value


def drafts_of(
    columns: Floats, alphabet: str, line: Pixels, field: Field | None = None, again: Floats | None = None
) -> list[Draft]:
    """The numbers in a line, as the reader alone reads them.

    Args:
        columns: float32 (n, signs + 1), calibrated probabilities.
        alphabet: The signs.
        line: uint8 (32, W), the picture they were read from.
        field: What may stand here.
        again: The same of a second look at the line; where one number is all of it, both looks count for half if both
            make out one.
    """
    segments = _segments(columns, alphabet)
    if again is not None and OTHER not in best_path(again, alphabet):
        # A digit written badly, at one look taken for a word.
        segments = [Segment(0, len(columns))]
    if len(segments) > 1:
        again = None
    found = (_draft(columns, segment, alphabet, line, field, again) for segment in segments)
    return [draft for draft in found if draft is not None]


def is_words(columns: Floats, alphabet: str) -> bool:
    """Whether a line is words at the first look: more than one sign for them, or no digit at all.

    Args:
        columns: As for `drafts_of`.
        alphabet: The signs.
    """
    return best_path(columns, alphabet).count(OTHER) > 1 or _digits(columns, alphabet) < A_DIGIT


def _digits(columns: Floats, alphabet: str) -> float:
    """How likely it is that the column most like a digit is one."""
    digits = [place for place, sign in enumerate(alphabet) if sign in DIGITS]
    return float(columns[:, digits].sum(axis=1).max(initial=0.0))


def _segments(columns: Floats, alphabet: str) -> list[Segment]:
    """Cut a line where words stand between numbers."""
    if not (columns.argmax(axis=1) == alphabet.index(OTHER)).any():
        return [Segment(0, len(columns))]
    text = best_path(columns, alphabet)
    spans = columns_of(columns, alphabet, text)
    segments, start = [], 0
    for place, sign in enumerate(text[:-1]):
        if sign != OTHER or not place or not spans:
            continue
        before, after = spans[place - 1][1], spans[place + 1][0]
        if (after - before) * STEP < PARTS:
            continue
        first, last = spans[place]
        segments.append(Segment(start, max(start, (before + first) // 2 + 1)))
        start = (last + after) // 2
    segments.append(Segment(start, len(columns)))
    return [segment for segment in segments if segment.last > segment.first]


def _draft(
    columns: Floats, segment: Segment, alphabet: str, line: Pixels, field: Field | None, again: Floats | None
) -> Draft | None:
    texts: dict[str, str] = {}
    part = columns[segment.first : segment.last]
    if _digits(part, alphabet) < A_DIGIT:
        return None  # a word: not worth a search
    found = ranked_values(part, alphabet, field, texts)
    if not found:
        return None
    if again is not None:
        others: dict[str, str] = {}
        found = _on_average(found, ranked_values(again, alphabet, field, others))
        texts = {**others, **texts}
    ranked, note = _checked(found, field)
    ways: list[Way] = []
    for value, share in ranked:
        if ways and (share < LIKELY or len(ways) == MOST_WAYS):
            break
        if len(value) in {len(way.value) for way in ways}:
            continue
        way = _way(part, segment, len(columns), alphabet, texts[value], line)
        if way is None and not ways:
            return None
        ways += [way] if way else []
    return Draft(ways, ranked, note)


def _way(columns: Floats, segment: Segment, whole: int, alphabet: str, text: str, line: Pixels) -> Way | None:
    """Where the signs of a text stand; None if these columns have no room for it."""
    spans = columns_of(columns, alphabet, text)
    if not spans:
        return None
    edges = _edges(spans, segment.first, line)
    if segment.first == 0:
        edges[0] = 0, edges[0][1]
    if segment.last == whole:
        edges[-1] = edges[-1][0], line.shape[1]
    return Way(text, edges)


def _on_average(one: list[tuple[str, float]], other: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Two rankings as one; the first alone if the other is empty."""
    if not other:
        return one
    shares: defaultdict[str, float] = defaultdict(float)
    for value, share in (*one, *other):
        shares[value] += share / 2
    return sorted(shares.items(), key=lambda item: -item[1])


def ranked_values(
    columns: Floats, alphabet: str, field: Field | None = None, texts: dict[str, str] | None = None
) -> list[tuple[str, float]]:
    """What may stand in a line, digits only, each with the probability of all texts that say so.

    Args:
        columns: float32 (n, signs + 1), calibrated probabilities.
        alphabet: The signs.
        field: What may stand here; the probabilities then are those among what may, if it is likely at all.
        texts: Is told the likeliest text of each value.

    Returns:
        Likeliest first; none if no digit was made out.
    """
    values: defaultdict[str, float] = defaultdict(float)
    found = readings(columns, alphabet, lambda text: _may_begin(text, field))
    weighed = (
        [(one.text, one.probability * _likely(one.text)) for one in found]
        if field is None
        else [(one.text, one.probability) for one in found if field.holds(one.text)]
    )
    # What no text of the beam accounts for stays unaccounted for.
    lost = 0.0 if field else max(0.0, 1.0 - sum(one.probability for one in found))
    total = max(lost + sum(share for _, share in weighed), FITS if field else 0.0)
    for text, share in sorted(weighed, key=lambda item: -item[1]):
        value = only_digits(text)
        if value:
            values[value] += share
            if texts is not None:
                texts.setdefault(value, text)
    return sorted(((value, min(1.0, share / total)) for value, share in values.items()), key=lambda item: -item[1])


def _likely(text: str) -> float:
    """How likely a text is beside others, before anything was seen."""
    share = 1.0
    if "/" in text and not SLASHED.fullmatch(text):
        share *= UNLIKELY["/"] ** text.count("/")
    inner = text.strip(OTHER)
    return share * UNLIKELY[OTHER] ** inner.count(OTHER)


def _may_begin(text: str, field: Field | None) -> bool:
    """Whether a number may begin so: never with a slash, which at the beginning is a 1 of a hand that leans."""
    if text.lstrip("*#=-")[:1] == "/":
        return False
    return field is None or field.may_begin(text)


def _checked(ranked: list[tuple[str, float]], field: Field | None) -> tuple[list[tuple[str, float]], str]:
    """Readings whose check digit is right come first, if one of them is likely at all; what was done is said."""
    if field is None or field.check is None or field.check(ranked[0][0]):
        return ranked, ""
    right = [item for item in ranked if field.check(item[0]) and item[1] >= CHECKED]
    if not right:
        return ranked, WRONG_CHECK
    total = sum(share for _, share in right)
    first = ranked[0]
    better = [(value, share / total * (1 - first[1])) for value, share in right]
    return [*better, first], RE_RANKED.format(first=first[0], value=better[0][0])


def _edges(spans: Sequence[tuple[int, int]], offset: int, line: Pixels) -> list[tuple[int, int]]:
    """Where each sign begins and ends in a line picture: where, between two of them, there is the least ink."""
    width = line.shape[1]
    middles = [(first + last - 1) / 2 + offset for first, last in spans]
    usual = float(np.median(np.diff(middles))) if len(middles) > 1 else width / STEP
    ink = line.astype(np.int64).sum(axis=0)
    edges = [max(0, int((middles[0] - 0.9 * usual) * STEP))]
    for one, other in itertools.pairwise(middles):
        start, end = int(one * STEP) + 1, max(int(one * STEP) + 2, int(other * STEP))
        between = ink[start:end]
        best = np.flatnonzero(between == between.min()) if len(between) else np.array([0])
        edges.append(start + int(best[len(best) // 2]))
    edges.append(min(width, int((middles[-1] + 0.9 * usual) * STEP) + 1))
    return [(left, max(left + 1, right)) for left, right in itertools.pairwise(edges)]
