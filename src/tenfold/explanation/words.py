"""An explanation in sentences, for those who read them, and for those who hear them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenfold.explanation.place import ink_box
from tenfold.explanation.value import SIDE, Change, Explanation
from tenfold.output import percent
from tenfold.types import Box, Floats

# The ninths of a digit's bounds, row by row.
NINTHS = (
    ("at the upper left", "at the top", "at the upper right"),
    ("on the left", "in the middle", "on the right"),
    ("at the lower left", "at the bottom", "at the lower right"),
)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# A ninth is named that says at least this share of what the loudest one says.
LOUD = 0.6
# More ninths than this are not listed.
MOST_NAMED = 4
# Of two parts of a change, one that has less than this share of its ink is not worth telling.
WORTH_TELLING = 0.1
# A difference below this many nats is none that anybody would see.
SILENT = 0.05


def named(digit: int) -> str:
    """A digit with its article."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def sentences(why: Explanation) -> list[str]:
    """What an explanation says, in plain sentences."""
    said = [answered(why)]
    if why.seen_box is None:
        return said
    said += [spoke(why)]
    if why.answer is not None:
        said += [of_strokes(why)] + [like(why)] + [changed(why, change) for change in why.changes]
    else:
        said += [looked_at(why), like(why)]
    return [sentence for sentence in said if sentence]


def answered(why: Explanation) -> str:
    """What the answer is, in one sentence."""
    prediction = why.prediction
    if prediction.digit is not None:
        return f"This is {named(prediction.digit)}, {percent(prediction.confidence)} sure."
    return prediction.reason


def spoke(why: Explanation) -> str:
    """Which ink speaks for the answer, and which against it."""
    if why.answer is not None and why.rival is not None:
        this, other = named(why.answer), named(why.rival)
    else:
        this = "several digits" if why.prediction.status == "several_digits" else "something that is no digit"
        other = "one digit"
    assert why.seen_box is not None
    spoken = ninths(why.map, why.seen_box)
    most = float(np.abs(spoken).max())
    if most < SILENT:
        return f"No part of the ink by itself decides between {this} and {other}."
    parts = []
    for verdict, sign in ((f"for {this} and against {other}", 1), (f"for {other} instead", -1)):
        loudest = float((sign * spoken).max())
        if loudest >= max(0.1 * most, LOUD * SILENT):
            parts.append(f"{verdict} speaks the ink {_where(sign * spoken, max(loudest, SILENT))}")
    return f"Most {parts[0]}{'; ' + parts[1] if parts[1:] else ''}."


def ninths(values: Floats, box: Box) -> Floats:
    """What each ninth of a box says in all, what lies beyond it counted to the nearest: float32 (3, 3)."""
    found = np.zeros((3, 3), np.float32)
    rows, columns = _thirds(box.y, box.height, box.width), _thirds(box.x, box.width, box.height)
    np.add.at(found, (rows[:, None], columns[None]), values)
    return found


def _thirds(start: int, length: int, other: int) -> npt.NDArray[np.int64]:
    """Which third of a side each of 28 pixels lies in: int64 (28,). A line has no left and right: all is its middle."""
    if 3 * length < other:
        return np.ones(SIDE, np.int64)
    return np.clip(3 * (np.arange(SIDE) - start) // max(length, 1), 0, 2)


def _where(spoken: Floats, loudest: float) -> str:
    """The ninths that say nearly as much as the loudest one."""
    places = [NINTHS[row][column] for row, column in np.argwhere(spoken >= LOUD * loudest)]
    return _listed(places) if len(places) <= MOST_NAMED else "all over"


def of_strokes(why: Explanation) -> str:
    """Which stroke says most, where there are several."""
    if len(why.strokes) < 2 or why.answer is None or why.rival is None:
        return ""
    said = [
        f"the {ORDINALS[number] if number < len(ORDINALS) else f'{number + 1}th'} {100 * one.share:+.0f} %"
        for number, one in enumerate(why.strokes)
    ]
    return f"Of the {len(said)} strokes, for {named(why.answer)} and against {named(why.rival)} say {_listed(said)}."


def like(why: Explanation) -> str:
    """What the nearest training digits are."""
    if not why.nearest:
        return ""
    digits = [one.digit for one in why.nearest]
    counted = [f"{digits.count(digit)} times {digit}" for digit in dict.fromkeys(digits)]
    which = f"all {digits[0]}s" if len(set(digits)) == 1 else _listed(counted)
    return f"The {len(digits)} training digits most like it are {which}."


def changed(why: Explanation, change: Change) -> str:
    """What would make it another digit, in places of what is written before and after."""
    written = ink_box(np.maximum(why.seen, change.changed))
    if change.prediction is None or written is None:
        return f"No small change was found that makes it {named(change.digit)}."
    whole = int(change.add.sum()) + int(change.remove.sum())
    parts = []
    for verb, ink in (("adding ink", change.add), ("taking ink away", change.remove)):
        if ink.sum() >= WORTH_TELLING * max(whole, 1):
            spoken = ninths(ink.astype(np.float32), written)
            parts.append(f"{verb} {_where(spoken, float(spoken.max()))}")
    done = f"{', and '.join(parts)}{',' * (len(parts) - 1)}"
    return (
        f"{done.capitalize()} makes it {named(change.digit)}, {percent(change.prediction.confidence)} sure. "
        f"The change amounts to {100 * change.ink:.0f} % of the ink."
    )


def looked_at(why: Explanation) -> str:
    """What the gate saw."""
    gate = why.gate
    text = (
        f"One digit: {percent(gate.one)}; several: {percent(gate.several)}; neither: {percent(gate.neither)}. "
        f"Below {percent(gate.least)} for one digit it is turned away."
    )
    if len(gate.parts):
        apart = _listed([percent(one) for one in gate.parts_one])
        text += f" Cut at its gaps it makes {len(gate.parts)} pieces, one digit each with {apart}."
    return text


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
