"""From the readings of a line to numbers with places, confidences and alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tenfold.imaging.line_picture import LINE_HEIGHT, LinePicture
from tenfold.reading.drafts import OTHER, Draft
from tenfold.reading.fields import DIGITS, Field
from tenfold.reading.second import Opinion, agree
from tenfold.types import Box, Digit, Number, NumberAlternative

MOST_ALTERNATIVES = 5
# What the gate takes for no digit at all, among digits, is a strange one with this probability at least.
STRANGE = 0.3
# How much less the reader's word counts where there are more pieces of ink than it read digits.
OVERLOOKED = 0.4
# Ink of a digit, as a share of full.
INKED = 90


def number_of(
    draft: Draft,
    opinions: Sequence[Opinion],
    line: LinePicture,
    to_picture: npt.NDArray[np.float64],
    field: Field | None = None,
) -> Number:
    """A number with both opinions, and where it stands.

    Args:
        draft: As the reader alone reads it.
        opinions: What the digit network says of each digit.
        line: The picture it was read from.
        to_picture: float64 (2, 3), from pixels of the sheet to those of the given picture.
        field: What may stand here.
    """
    value, confidence, sure, ranked = judged(draft, opinions, field)
    # The value need not be the likeliest: a check digit or the second opinion may have put it first.
    others = sorted((item for item in ranked if item[0] != value), key=lambda item: -item[1])
    signs = list(draft.text)
    for place, digit in zip(draft.places, value, strict=True):
        signs[place] = digit
    back = np.vstack([to_picture, [0, 0, 1]]) @ np.vstack([line.back, [0, 0, 1]])
    boxes = [_to_box(line, first, last, back[:2]) for first, last in draft.edges]
    digits = tuple(
        Digit(int(digit), one, boxes[place]) for digit, one, place in zip(value, sure, draft.places, strict=True)
    )
    return Number(
        text="".join(signs),
        value=value,
        confidence=confidence,
        box=_around([box for box, sign in zip(boxes, signs, strict=True) if sign != OTHER]),
        digits=digits,
        alternatives=tuple(NumberAlternative(*item) for item in others[:MOST_ALTERNATIVES] if item[1] > 1e-4),
        note=draft.note,
    )


def by_pieces(spans: Sequence[tuple[int, int]], opinions: Sequence[Opinion]) -> Draft:
    """A number as the digit network alone reads it, one digit a piece of ink.

    Args:
        spans: The columns of each piece.
        opinions: What is said of each.
    """
    digits = [int(one.probabilities.argmax()) for one in opinions]
    sure = float(np.prod([max(one.one_digit, STRANGE) * float(one.probabilities.max()) for one in opinions]))
    value = "".join(map(str, digits))
    return Draft(value, value, [(value, sure)], list(spans))


def surer(
    one: tuple[Draft, list[Opinion]], other: tuple[Draft, list[Opinion]], field: Field | None
) -> tuple[Draft, list[Opinion]]:
    """Of two drafts of a number the surer one; the first if both say the same, or the other cannot stand here."""
    value, confidence, *_ = judged(*one, field)
    pieces = other[0]
    if pieces.value == value or (field is not None and not field.holds(pieces.value)):
        return one
    # A reader of rows overlooks a digit sooner than it makes one up.
    overlooked = OVERLOOKED if len(pieces.value) > len(value) else 1.0
    return other if pieces.ranked[0][1] > overlooked * confidence else one


def judged(
    draft: Draft, opinions: Sequence[Opinion], field: Field | None = None
) -> tuple[str, float, list[float], list[tuple[str, float]]]:
    """Both opinions together: the value, how sure it is, how sure each digit is, and all readings, likeliest first."""
    reader = _digit_shares(draft.value, draft.ranked)
    alone = [float(min(1.0, row[int(digit)])) for row, digit in zip(reader, draft.value, strict=True)]
    if draft.note or not any(one.counts for one in opinions):
        return draft.value, draft.ranked[0][1], alone, draft.ranked
    both = [agree(row, opinion) for row, opinion in zip(reader, opinions, strict=True)]
    value = "".join(str(int(row.argmax())) for row in both)
    if field is not None and not field.holds(value):
        return draft.value, draft.ranked[0][1], alone, draft.ranked
    # How many digits there are, the reader alone says.
    as_many = min(1.0, sum(share for other, share in draft.ranked if len(other) == len(draft.value)))
    sure = [float(row.max()) for row in both]
    confidence = as_many * float(np.prod(sure))
    ranked = {other: share for other, share in draft.ranked if len(other) != len(value)}
    for place, row in enumerate(both):
        second = int(np.argsort(row)[-2])
        ranked[value[:place] + str(second) + value[place + 1 :]] = confidence * float(row[second] / row.max())
    ranked[value] = confidence
    return value, confidence, sure, sorted(ranked.items(), key=lambda item: -item[1])


def _digit_shares(value: str, ranked: list[tuple[str, float]]) -> npt.NDArray[np.float64]:
    """For each place of a value the probability of each digit, over all readings: float64 (n, 10)."""
    shares = np.zeros((len(value), 10))
    for other, share in ranked:
        for place, digit in _side_by_side(value, other):
            shares[place, int(digit)] += share
    return shares


def _side_by_side(value: str, other: str) -> list[tuple[int, str]]:
    """For the places of a text what another has there, when both are laid side by side with the fewest changes."""
    if len(value) == len(other):
        return list(enumerate(other))
    n, m = len(value), len(other)
    cost = np.zeros((n + 1, m + 1), int)
    cost[:, 0], cost[0, :] = np.arange(n + 1), np.arange(m + 1)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            change = cost[i - 1, j - 1] + (value[i - 1] != other[j - 1])
            cost[i, j] = min(change, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    pairs, i, j = [], n, m
    while i and j:
        if cost[i, j] == cost[i - 1, j - 1] + (value[i - 1] != other[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, other[j]))
        elif cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return pairs


def _to_box(line: LinePicture, left: int, right: int, back: npt.NDArray[np.float64]) -> Box:
    rows, columns = np.nonzero(line.pixels[:, left:right] >= INKED)
    if len(rows):
        x0, x1, y0, y1 = left + columns.min(), left + columns.max() + 1, rows.min(), rows.max() + 1
    else:
        x0, x1, y0, y1 = left, right, 4, LINE_HEIGHT - 4
    corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]], np.float64) @ back.T
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    x, y = (int(value) for value in np.maximum(low, 0))
    return Box(x, y, max(1, int(high[0]) - x), max(1, int(high[1]) - y))


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
