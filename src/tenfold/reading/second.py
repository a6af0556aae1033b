"""A second opinion: the digit network looks at each digit of a number by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.normalize import VERSION, fit_ink
from tenfold.models.onnx import OnnxClassifier, load_onnx
from tenfold.types import Floats, Pixels

# A piece of ink of which this share lies in one digit's columns belongs to that digit alone.
WHOLE = 0.8
# Ink of a line picture, as a level of 255; a digit has more pixels of it than so many.
INKED = 80
CUT = 0.1
LEAST_INK = 5
# Pieces of a line smaller than this share of the tallest are specks; lower than that one they are no digits; sharing
# this part of the narrower one's columns they are one.
SPECK, ALIKE, OVERLAP, MOST_APART = 0.15, 0.5, 0.25, 24
# How much the opinion counts beside the reader's, as exponents of their probabilities.
READER, DIGIT = 1.0, 1.0
# What neither probability may fall below: no network is as sure as that.
FLOOR = 1e-4
# Least probability that a cutting is one digit; of what is less likely one, nothing is said.
ONE_DIGIT = 0.5


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the digit network says of one digit, and whether it was shown a digit at all.

    Attributes:
        probabilities: float32 (10,), calibrated.
        one_digit: Probability that the cutting is one digit, whichever it may be.
    """

    probabilities: Floats
    one_digit: float

    @property
    def counts(self) -> bool:
        """Whether there is anything to have an opinion of."""
        return self.one_digit >= ONE_DIGIT


NONE = Opinion(np.full(10, 0.1, np.float32), 0.0)


class SecondOpinion:
    """The networks for single digits.

    Args:
        threads: How many threads they may use.

    Raises:
        ModelError: If a shipped network cannot be trusted.
    """

    def __init__(self, threads: int = 1) -> None:
        self._digit: OnnxClassifier = load_onnx("digit", VERSION, threads)
        self._gate: OnnxClassifier = load_onnx("gate", VERSION, threads)

    def of(self, cuttings: Sequence[Pixels | None]) -> list[Opinion]:
        """What the networks say of cuttings uint8 (28, 28); of None, nothing."""
        shown = [cutting for cutting in cuttings if cutting is not None]
        if not shown:
            return [NONE] * len(cuttings)
        batch = np.stack(shown).astype(np.float32) / np.float32(255)
        said = zip(self._digit.predict_proba(batch), self._gate.predict_proba(batch)[:, 0], strict=True)
        opinions = iter([Opinion(row, float(one)) for row, one in said])
        return [NONE if cutting is None else next(opinions) for cutting in cuttings]


def cuttings(line: Pixels, columns: Sequence[tuple[int, int]]) -> list[Pixels | None]:
    """Each digit of a line by itself, as the digit network is given it.

    Args:
        line: uint8 (32, W), as `tenfold.imaging.line_picture` gives it.
        columns: For each digit the first column that is its own, and the one after its last.

    Returns:
        uint8 (28, 28) each, or None where there is no ink, or it hangs together with a neighbour's.
    """
    mask = np.asarray(line >= INKED, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    rows, places = np.nonzero(mask)
    names = np.asarray(labels, np.int32)[rows, places]
    inside = [(places >= first) & (places < last) for first, last in columns]
    area = np.maximum(1, np.asarray(stats)[:, cv2.CC_STAT_AREA])
    shares = np.stack([np.bincount(names[chosen], minlength=count) / area for chosen in inside])
    # A piece that lies nearly whole in one digit's columns is that digit's; others are cut where the columns end.
    owner = np.where(shares.max(axis=0) >= WHOLE, shares.argmax(axis=0), -1)
    made: list[Pixels | None] = []
    for number, chosen in enumerate(inside):
        own = (owner[names] == number) | (chosen & (owner[names] == -1))
        alone = np.zeros_like(mask)
        alone[rows[own], places[own]] = 1
        # Cut through the ink, a digit lost something to its neighbour, or got something: of that nothing is said.
        cut = float((chosen & (owner[names] == -1)).sum()) > CUT * own.sum()
        made.append(fit_ink(line, alone) if own.sum() > LEAST_INK and not cut else None)
    return made


def standing_apart(line: Pixels) -> list[tuple[int, int]]:
    """The columns of each piece of a line, where all of it falls into pieces that may each be one digit.

    Args:
        line: uint8 (32, W), as `tenfold.imaging.line_picture` gives it.

    Returns:
        For each piece its first column and the one after its last, left to right; empty if the pieces are of very
        different heights, as marks and broken strokes are, or too many.
    """
    mask = np.asarray(line >= INKED, np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = np.asarray(stats, np.int64)[1:]
    if len(boxes) == 0:
        return []
    tallest = int(boxes[:, 3].max())
    boxes = boxes[(boxes[:, 3] > SPECK * tallest) | (boxes[:, 2] > SPECK * tallest)]
    spans: list[list[int]] = []  # first column, last, and the rows
    for x, y, wide, tall, _ in boxes[np.argsort(boxes[:, 0], kind="stable")]:
        shared = min(spans[-1][1], x + wide) - x if spans else 0
        if spans and shared > OVERLAP * min(spans[-1][1] - spans[-1][0], wide):
            last = spans[-1]
            spans[-1] = [last[0], max(last[1], x + wide), min(last[2], y), max(last[3], y + tall)]
        else:
            spans.append([x, x + wide, y, y + tall])
    if len(spans) > MOST_APART or any(bottom - top < ALIKE * tallest for _, _, top, bottom in spans):
        return []
    return [(int(first), int(last)) for first, last, _, _ in spans]


def agree(reader: npt.NDArray[np.float64], opinion: Opinion) -> npt.NDArray[np.float64]:
    """Both opinions on one digit as one: float64 (10,), summing to 1.

    Args:
        reader: float64 (10,), what the reader says of this place.
        opinion: What the digit network says.
    """
    if not opinion.counts:
        return np.asarray(reader / max(float(reader.sum()), FLOOR), np.float64)
    both = np.maximum(reader, FLOOR) ** READER * np.maximum(opinion.probabilities.astype(np.float64), FLOOR) ** DIGIT
    return np.asarray(both / both.sum(), np.float64)
