"""From the readings of a line to numbers with places, confidences and alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from tenfold.imaging.line_picture import LINE_HEIGHT, LinePicture
from tenfold.reading.drafts import OTHER, Draft, Way
from tenfold.reading.fields import DIGITS, Field
from tenfold.reading.second import NONE, Opinion, a_mark, agree
from tenfold.types import Box, Digit, Number, NumberAlternative

MOST_ALTERNATIVES = 5
# Ink of a digit, as a level of 255.
INKED = 90


@dataclass(frozen=True, slots=True)
class Judged:
    """A number by both opinions.

    Attributes:
        way: How it falls into signs.
        opinions: What the digit network says of each digit.
        value: Its digits.
        confidence: Probability that all of it is right, 0..1.
        sure: Probability of each digit, 0..1.
        ranked: All readings, likeliest first.
        note: What is to be said of its check digit.
    """

    way: Way
    opinions: Sequence[Opinion]
    value: str
    confidence: float
    sure: list[float]
    ranked: list[tuple[str, float]]
    note: str = ""


def number_of(one: Judged, line: LinePicture, to_picture: npt.NDArray[np.float64], size: tuple[int, int]) -> Number:
    """A number, and where it stands.

    Args:
        one: By both opinions.
        line: The picture it was read from.
        to_picture: float64 (2, 3), from pixels of the sheet to those of the given picture.
        size: Height and width of that picture.
    """
    # The value need not be the likeliest: a check digit or the second opinion may have put it first.
    others = sorted((item for item in one.ranked if item[0] != one.value), key=lambda item: -item[1])
    places, signs = one.way.places, _written(one.way.text, one.value)
    back = np.vstack([to_picture, [0, 0, 1]]) @ np.vstack([line.back, [0, 0, 1]])
    boxes = [_to_box(line, first, last, back[:2], size) for first, last in one.way.edges]
    digits = tuple(
        Digit(int(digit), sure, boxes[place]) for digit, sure, place in zip(one.value, one.sure, places, strict=True)
    )
    return Number(
        text=signs.strip(OTHER),
        value=one.value,
        confidence=one.confidence,
        box=_around([box for box, sign in zip(boxes, signs, strict=True) if sign != OTHER]),
        digits=digits,
        alternatives=tuple(NumberAlternative(*item) for item in others[:MOST_ALTERNATIVES] if item[1] > 1e-4),
        note=one.note,
    )


def judged(draft: Draft, opinions: Sequence[Sequence[Opinion]], field: Field | None = None) -> Judged:
    """The reader's and the digit network's opinion together.

    For each number of digits: how likely the reader holds it, times how well both go together digit by digit. The
    likeliest digits of the likeliest number of them are the value.

    Args:
        draft: As the reader alone reads it.
        opinions: For each of its ways what the digit network says of each sign.
        field: What may stand here.
    """
    ways = draft.ways
    if any(one is NONE for said in opinions for one in said):
        # Digits run into each other: with nothing to be said of some, no two ways can be compared.
        ways, opinions = ways[:1], opinions[:1]
    counted = [_digit_shares(len(way.value), draft.ranked) for way in ways]
    reader = [float(row[int(digit)]) for row, digit in zip(counted[0][0], draft.value, strict=True)]
    of_digits = [[said[place] for place in way.places] for way, said in zip(ways, opinions, strict=True)]
    alone = Judged(ways[0], of_digits[0], draft.value, draft.ranked[0][1], reader, draft.ranked, draft.note)
    if draft.note or all(one is NONE for said in of_digits for one in said):
        return alone
    agreed = [
        [agree(row, one) for row, one in zip(rows, said, strict=True)]
        for (rows, _), said in zip(counted, of_digits, strict=True)
    ]
    logs = [
        float(np.log([fit for _, fit in each] + [a_mark(said[place]) for place in way.marks]).sum())
        for way, said, each in zip(ways, opinions, agreed, strict=True)
    ]
    # Only how they compare counts; a product of hundreds of them would be nothing.
    fits = [float(np.exp(log - max(logs))) for log in logs]
    # Numbers of digits that were not looked into fit as well as the best that was.
    rest = max(0.0, 1.0 - sum(share for _, share in counted))
    total = rest + sum(fit * share for fit, (_, share) in zip(fits, counted, strict=True))
    lengths = {len(way.value) for way in ways}
    ranked = {value: share / total for value, share in draft.ranked if len(value) not in lengths}
    best: Judged | None = None
    for way, said, each, fit, (_, share) in zip(ways, of_digits, agreed, fits, counted, strict=True):
        rows = [row for row, _ in each]
        value = "".join(str(int(row.argmax())) for row in rows)
        sure = [float(row.max()) for row in rows]
        confidence = fit * share / total * float(np.prod(sure))
        for place, row in enumerate(rows):
            second = int(np.argsort(row)[-2])
            other = value[:place] + str(second) + value[place + 1 :]
            if field is None or field.holds(_written(way.text, other)):
                ranked[other] = confidence * float(row[second] / row.max())
        text = _written(way.text, value)
        if field is not None and not field.holds(text):
            continue
        ranked[value] = confidence
        if (best is None or confidence > best.confidence) and (field is None or field.checks(text)):
            best = Judged(way, said, value, confidence, sure, [])
    if best is None:
        return alone
    readings = sorted(ranked.items(), key=lambda item: -item[1])
    there = 1.0 - _missing(best.value, readings)
    return replace(best, sure=[float(one) for one in np.array(best.sure) * there], ranked=readings)


def _missing(value: str, ranked: list[tuple[str, float]]) -> npt.NDArray[np.float64]:
    """For each digit of a value how likely it is that there are more or fewer than this one where it stands."""
    missing = np.zeros(len(value))
    for other, share in ranked:
        if len(other) == len(value):
            continue
        for what, first, last, _, _ in SequenceMatcher(None, value, other, autojunk=False).get_opcodes():
            if what != "equal":
                first = min(first, len(value) - 1)
                missing[first : max(last, first + 1)] += share
    return np.minimum(missing, 1.0)


def _written(text: str, value: str) -> str:
    """The text with other digits in it."""
    digits = iter(value)
    return "".join(next(digits) if sign in DIGITS else sign for sign in text)


def _digit_shares(count: int, ranked: list[tuple[str, float]]) -> tuple[list[npt.NDArray[np.float64]], float]:
    """The readings with so many digits: for each place how likely each digit is, float64 (10,), and how likely all."""
    shares = np.zeros((count, 10))
    total = 0.0
    for value, share in ranked:
        if len(value) == count:
            shares[range(count), [int(digit) for digit in value]] += share
            total += share
    return list(shares / total), total


def _to_box(line: LinePicture, left: int, right: int, back: npt.NDArray[np.float64], size: tuple[int, int]) -> Box:
    rows, columns = np.nonzero(line.pixels[:, left:right] >= INKED)
    if len(rows):
        x0, x1, y0, y1 = left + columns.min(), left + columns.max() + 1, rows.min(), rows.max() + 1
    else:
        x0, x1, y0, y1 = left, right, 4, LINE_HEIGHT - 4
    corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]], np.float64) @ back.T
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    height, width = size
    x, y = int(np.clip(low[0], 0, width - 1)), int(np.clip(low[1], 0, height - 1))
    return Box(x, y, max(1, min(int(high[0]), width) - x), max(1, min(int(high[1]), height) - y))


def _around(boxes: Sequence[Box]) -> Box:
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    return Box(x, y, right - x, bottom - y)


def doubtful(number: Number, least: float) -> Number:
    """The number with ``?`` for each digit that is not sure, if the whole is not sure enough.

    Args:
        number: As read.
        least: Confidence below which a number is not sure.
    """
    if number.confidence >= least:
        return number
    weakest = min(one.confidence for one in number.digits)
    signs, place = [], 0
    for sign in number.text:
        if sign in DIGITS:
            sure = number.digits[place].confidence
            sign = "?" if sure < least or sure <= weakest else sign
            place += 1
        signs.append(sign)
    return replace(number, text="".join(signs))
