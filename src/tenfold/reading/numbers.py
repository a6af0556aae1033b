"""From the readings of a line to numbers with places, confidences and alternatives."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tenfold.imaging.line_picture import LINE_HEIGHT, LinePicture
from tenfold.reading.beam import best_path, columns_of, readings
from tenfold.reading.fields import DIGITS, Field, only_digits
from tenfold.reading.second import Opinion, agree
from tenfold.types import Box, Digit, Floats, Number, NumberAlternative, Pixels

OTHER = "*"
# Pixels of the line picture for one column of the network's answer.
STEP = 2
# What is no digit and this wide, in pixels of the line picture, parts two numbers; less wide it is within one.
PARTS = 48
# How likely a sign is where it stands, beside a digit: a slash that makes no date or fraction of an amount is rather a
# leaning 1, and a sign for "no digit" between digits rather a digit written badly.
UNLIKELY = {"/": 0.05, OTHER: 0.1}
DATE = re.compile(r"\D*\d{1,2}/\d{1,2}/\d{2,4}\D*|[^/]*/[-=]*")
MOST_ALTERNATIVES = 5
# What the gate takes for no digit at all, among digits, is a strange one with this probability at least.
STRANGE = 0.3
# How much less the reader's word counts where there are more pieces of ink than it read digits.
OVERLOOKED = 0.4
# Where no column is a digit with this probability, there is none.
A_DIGIT = 0.05
# Least probability with which a check digit may make another reading come first.
CHECKED = 0.02
# Where a field leaves less than this of what may stand there, something else stands there, and no reading is sure.
FITS = 0.02
# Ink of a digit, as a share of full.
INKED = 90

WRONG_CHECK = "The check digit is wrong: a digit was misread or miswritten."
RE_RANKED = "Read as {first} without the check digit, which makes {value} likelier."


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a line's columns in which one number may stand."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A number as the reader alone reads it.

    Attributes:
        text: What stands there, without words before and after it.
        value: Its digits.
        ranked: What may stand there, digits only, likeliest first.
        edges: For each sign of the text the first column of the line picture that is its own, and the one after.
        note: What is to be said of its check digit.
    """

    text: str
    value: str
    ranked: list[tuple[str, float]]
    edges: list[tuple[int, int]]
    note: str = ""

    @property
    def places(self) -> list[int]:
        """Where in the text its digits are."""
        return [place for place, sign in enumerate(self.text) if sign in DIGITS]


def drafts_of(columns: Floats, alphabet: str, line: Pixels, field: Field | None = None) -> list[Draft]:
    """The numbers in a line, as the reader alone reads them.

    Args:
        columns: float32 (n, signs + 1), calibrated probabilities.
        alphabet: The signs.
        line: uint8 (32, W), the picture they were read from.
        field: What may stand here.
    """
    found = (_draft(columns, segment, alphabet, line, field) for segment in _segments(columns, alphabet))
    return [draft for draft in found if draft is not None]


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


def _segments(columns: Floats, alphabet: str) -> list[Segment]:
    """Cut a line where words stand."""
    if not (columns.argmax(axis=1) == alphabet.index(OTHER)).any():
        return [Segment(0, len(columns))]
    text = best_path(columns, alphabet)
    spans = columns_of(columns, alphabet, text)
    if not spans:
        return []
    segments, start = [], 0
    ends = [(-1, 0), *spans, (len(columns), len(columns))]
    for place, sign in enumerate(text):
        if sign != OTHER:
            continue
        before, after = ends[place][1], ends[place + 2][0]
        inner = 0 < place < len(text) - 1
        if inner and (after - before) * STEP < PARTS:
            continue
        first, last = spans[place]
        segments.append(Segment(start, max(start, (before + first) // 2 + 1 if place else first)))
        start = (last + after) // 2 if place < len(text) - 1 else len(columns)
    segments.append(Segment(start, len(columns)))
    return [segment for segment in segments if segment.last > segment.first]


def _draft(columns: Floats, segment: Segment, alphabet: str, line: Pixels, field: Field | None) -> Draft | None:
    texts: dict[str, str] = {}
    part = columns[segment.first : segment.last]
    digits = [place for place, sign in enumerate(alphabet) if sign in DIGITS]
    if float(part[:, digits].sum(axis=1).max()) < A_DIGIT:
        return None  # a word: not worth a search
    found = ranked_values(part, alphabet, field, texts)
    if not found:
        return None
    ranked, note = _checked(found, field)
    value = ranked[0][0]
    text = texts[value]
    spans = columns_of(part, alphabet, text)
    if not spans:
        return None
    edges = _edges(spans, segment.first, line)
    first = len(text) - len(text.lstrip(OTHER))
    last = len(text.rstrip(OTHER))
    return Draft(text[first:last], value, ranked, edges[first:last], note)


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
    if "/" in text and not DATE.fullmatch(text):
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
    rest = [item for item in ranked if item not in right]
    return better + rest, RE_RANKED.format(first=first[0], value=better[0][0])


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
