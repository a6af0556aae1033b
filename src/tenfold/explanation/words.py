"""An explanation in sentences, for those who read them, and for those who hear them."""

from __future__ import annotations

import numpy as np

from tenfold.explanation.value import Change, Explanation
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
        places = [
            NINTHS[row][column]
            for row, column in np.argwhere(sign * spoken >= LOUD * max(float((sign * spoken).max()), SILENT))
        ]
        if places and float((sign * spoken).max()) >= 0.1 * most:
            parts.append(f"{verdict} speaks the ink {_listed(places)}")
    return f"Most {parts[0]}{'; ' + parts[1] if parts[1:] else ''}."


def ninths(values: Floats, box: Box) -> Floats:
    """What each ninth of the ink's bounds says in all: float32 (3, 3)."""
    part = values[box.y : box.y + box.height, box.x : box.x + box.width]
    found = np.zeros((3, 3), np.float32)
    rows = np.minimum(3 * np.arange(part.shape[0]) // max(part.shape[0], 1), 2)
    columns = np.minimum(3 * np.arange(part.shape[1]) // max(part.shape[1], 1), 2)
    np.add.at(found, (rows[:, None], columns[None]), part)
    return found


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
    """What would make it another digit."""
    if change.prediction is None or why.seen_box is None:
        return f"No small change was found that makes it {named(change.digit)}."
    parts = []
    for verb, ink in (("adding ink", change.add), ("taking ink away", change.remove)):
        if ink.any():
            spoken = ninths(ink.astype(np.float32), _whole(why.seen_box))
            places = [NINTHS[row][column] for row, column in np.argwhere(spoken >= LOUD * spoken.max())]
            parts.append(f"{verb} {_listed(places)}")
    return (
        f"{' and '.join(parts).capitalize()} makes it {named(change.digit)}, "
        f"{percent(change.prediction.confidence)} sure: {_share(change.ink)} of the ink."
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


def _whole(box: Box) -> Box:
    """The bounds of the ink, with as much around them as ink may be added."""
    return Box(max(0, box.x - 1), max(0, box.y - 1), min(28, box.width + 2), min(28, box.height + 2))


def _share(ink: float) -> str:
    return f"as much as {100 * ink:.0f} %"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
