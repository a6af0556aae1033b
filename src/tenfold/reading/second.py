"""A second opinion: the digit network looks at each digit of a number by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.line_picture import LinePicture
from tenfold.imaging.normalize import VERSION, fit_ink
from tenfold.models.onnx import OnnxClassifier, load_onnx
from tenfold.types import Floats, Pixels, as_floats

Places = npt.NDArray[np.int64]

# A piece of ink of which this share lies on one digit's side of the seams belongs to that digit alone.
WHOLE = 0.8
# Ink of a line picture, as a level of 255; a digit has more pixels of it than so many.
INKED = 80
LEAST_INK = 5
# Where digits touch they are parted along the seam with the least ink, so many pixels away from where the reader parts
# them at most; what a pixel to the side costs it, and what a pixel of distance does, in pixels of full ink.
REACH, SLANT, AWAY = 6, 0.03, 0.002
# Parted through more ink than this, in pixels of full ink, both digits have lost something to the other.
CROSSED = 0.5
# How much the opinion counts beside the reader's, as exponents: which digit it is, and whether it is one at all.
WHICH, WHETHER = 0.8, 0.3
# What no probability may fall below: no network is as sure as that.
FLOOR, NO_DIGIT = 1e-4, 0.05


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the digit network says of one digit, and whether it was shown a digit at all.

    Attributes:
        probabilities: float32 (10,), calibrated.
        one_digit: Probability that the cutting is one digit, whichever it may be.
    """

    probabilities: Floats
    one_digit: float


# Of what was maimed nothing is said; where there is no ink, no digit is.
NONE = Opinion(np.full(10, 0.1, np.float32), 0.5)
BLANK = Opinion(np.full(10, 0.1, np.float32), 0.0)


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

    def of(self, cuttings: Sequence[Pixels | Opinion]) -> list[Opinion]:
        """What the networks say of cuttings: uint8 (28, 28), or what is to be said where there is none."""
        shown = [cutting for cutting in cuttings if not isinstance(cutting, Opinion)]
        if not shown:
            return [one for one in cuttings if isinstance(one, Opinion)]
        batch = as_floats(np.stack(shown))
        said = zip(self._digit.predict_proba(batch), self._gate.predict_proba(batch)[:, 0], strict=True)
        opinions = iter([Opinion(row, float(one)) for row, one in said])
        return [cutting if isinstance(cutting, Opinion) else next(opinions) for cutting in cuttings]


def cuttings(line: LinePicture, columns: Sequence[tuple[int, int]]) -> list[Pixels | Opinion]:
    """Each sign of a line by itself, as the digit network is given it.

    Args:
        line: As `tenfold.imaging.line_picture` gives it.
        columns: For each the first column that is its own, and the one after its last.

    Returns:
        uint8 (28, 28) each; or `BLANK` where there is no ink, `NONE` where too much of it was cut through.
    """
    mask = np.asarray(line.fine >= INKED, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    rows, places = np.nonzero(mask)
    across, down = _on_line(line, places, rows)
    within = (down >= 0) & (down < line.pixels.shape[0])
    rows, places, across, down = rows[within], places[within], across[within], down[within]
    names = np.asarray(labels, np.int32)[rows, places]
    seams = _seams(line.pixels, columns)
    least = LEAST_INK * abs(np.linalg.det(line.to_fine[:, :2]))
    inside = [
        (across >= seams[first][0][down]) & (across < seams[last][0][down])  # on its side of both
        for first, last in columns
    ]
    area = np.maximum(1, np.asarray(stats)[:, cv2.CC_STAT_AREA])
    shares = np.stack([np.bincount(names[chosen], minlength=count) / area for chosen in inside])
    # A piece that lies nearly whole on one digit's side is that digit's; others are cut along the seams.
    owner = np.where(shares.max(axis=0) >= WHOLE, shares.argmax(axis=0), -1)
    made: list[Pixels | Opinion] = []
    for number, ((first, last), chosen) in enumerate(zip(columns, inside, strict=True)):
        parted = chosen & (owner[names] == -1)
        own = (owner[names] == number) | parted
        alone = np.zeros_like(mask)
        alone[rows[own], places[own]] = 1
        # Of what lost something to its neighbour, or got something from it, nothing is said.
        maimed = parted.any() and max(seams[first][1], seams[last][1]) > CROSSED
        made.append(BLANK if own.sum() <= least else NONE if maimed else fit_ink(line.fine, alone))
    return made


def _on_line(line: LinePicture, x: Places, y: Places) -> tuple[Places, Places]:
    """Where pixels (x, y) of a line's fine picture lie on the line: columns and rows."""
    to_line = cv2.invertAffineTransform(line.to_fine)
    across, down = np.rint(to_line[:, :2] @ np.stack([x, y]) + to_line[:, 2:]).astype(np.int64)
    return across, down


def _seams(line: Pixels, columns: Sequence[tuple[int, int]]) -> dict[int, tuple[npt.NDArray[np.int64], float]]:
    """Where digits are parted: for each border of columns a column a row, int64 (32,), and how much ink it crosses.

    The way from top to bottom with the least ink on it, by dynamic programming.
    """
    height, width = line.shape
    reach: dict[int, int] = {}
    for first, last in columns:
        for border in (first, last):
            reach[border] = min(reach.get(border, REACH), (last - first) // 2)
    borders = np.array(list(reach))
    clear = np.array([border >= width or not (line[:, border] >= INKED).any() for border in borders])
    found = {int(border): (np.full(height, border), 0.0) for border in borders[clear]}
    borders = borders[~clear]
    if len(borders) == 0:
        return found
    aside = np.arange(-REACH, REACH + 1)
    near = np.abs(aside) <= np.array([reach[int(border)] for border in borders])[:, None]
    ink = np.pad(line, ((0, 0), (REACH, REACH)))[:, borders[:, None] + aside + REACH].astype(np.float64) / 255
    cost = np.where(near, ink + AWAY * np.abs(aside), np.inf)
    came = np.zeros(cost.shape, np.int64)
    # The costs so far, with room on both sides for what comes from there; steps from straight above and from aside.
    total = np.full((len(borders), len(aside) + 2), np.inf)
    total[:, 1:-1] = cost[0]
    steps = np.empty((3, len(borders), len(aside)))
    for row in range(1, height):
        steps[0] = total[:, 1:-1]
        np.add(total[:, :-2], SLANT, out=steps[1])
        np.add(total[:, 2:], SLANT, out=steps[2])
        came[row] = steps.argmin(axis=0)
        np.add(steps.min(axis=0), cost[row], out=total[:, 1:-1])
    came = np.array([0, -1, 1])[came]
    each = np.arange(len(borders))
    at = total[:, 1:-1].argmin(axis=1)
    paths = np.zeros((len(borders), height), np.int64)
    crossed = np.zeros(len(borders))
    for row in range(height - 1, -1, -1):
        paths[:, row] = borders + aside[at]
        crossed += ink[row, each, at]
        at = at + came[row, each, at]
    found.update({int(border): (path, float(one)) for border, path, one in zip(borders, paths, crossed, strict=True)})
    return found


def agree(reader: npt.NDArray[np.float64], opinion: Opinion) -> tuple[npt.NDArray[np.float64], float]:
    """Both opinions on one digit as one, and how well they go together.

    Args:
        reader: float64 (10,), what the reader says of this place, summing to 1.
        opinion: What the digit network says.

    Returns:
        float64 (10,), summing to 1; and up to 1, 1 where there is no opinion.
    """
    if opinion is NONE:
        return reader, 1.0
    both = np.maximum(reader, FLOOR) * np.maximum(opinion.probabilities.astype(np.float64), FLOOR) ** WHICH
    together = float(both.sum())
    return np.asarray(both / together, np.float64), min(1.0, together) * max(opinion.one_digit, NO_DIGIT) ** WHETHER


def a_mark(opinion: Opinion) -> float:
    """How well the opinion goes together with the reader's that this is no digit: up to 1, 1 where there is none."""
    return 1.0 if opinion is NONE else max(1.0 - opinion.one_digit, NO_DIGIT) ** WHETHER
