"""Strokes drawn as a picture, dark ink on white: one digit, or all that is written on a sheet."""

from __future__ import annotations

import cv2
import numpy as np

from tenfold.imaging.stroke_rows import Points, moved_apart
from tenfold.types import Pixels, Strokes

# A digit is drawn this large, with this pen: about the proportions of MNIST's digits.
DIGIT_CANVAS = 224
DIGIT_PEN = 20
# A row of digits is drawn this high with this pen; a sheet has at most so many pixels on a side.
ROW_HEIGHT = 96
ROW_PEN = 7
FINEST_PEN = 2
LONGEST = 2400
# Rows are higher than the strokes in them are, usually: by so much at most.
UNEVEN = 1.5


def draw_sheet(ink: Strokes) -> Pixels:
    """Strokes as they stand on the sheet, as wide as they are: a row of digits, or several below each other.

    Digits are drawn equally large however many rows there are, as far as `LONGEST` allows; rows that nearly touch are
    drawn a little farther apart, as the pen would join them.
    """
    lines = _lines(ink)
    if not lines:
        return np.full((ROW_HEIGHT, ROW_HEIGHT), 255, np.uint8)
    usual = _usual_height(lines)
    lines = moved_apart(lines, usual)
    every = np.concatenate(lines)
    low, spans = every.min(axis=0), np.ptp(every, axis=0)
    # A row is at most as high as the whole.
    row = min(float(spans[1]), UNEVEN * usual) if usual else float(spans[1])
    wanted = ROW_HEIGHT / max(row, 1e-9)
    scale = min(wanted, LONGEST / max(float(spans.max()), 1e-9)) if spans.max() >= 1e-9 else 0.0
    room = 4 * ROW_PEN
    size = np.ceil(spans * scale).astype(int) + 2 * room
    canvas = np.full((int(size[1]), int(size[0])), 255, np.uint8)
    # Where many rows have to be drawn small, a pen for large digits would fill them.
    pen = max(FINEST_PEN, round(ROW_PEN * min(1.0, 2 * scale / wanted))) if row < spans[1] else ROW_PEN
    _draw(canvas, [(line - low) * scale + room for line in lines], pen)
    return canvas


def draw_digit(ink: Strokes, only: int | None = None) -> Pixels:
    """Strokes fitted to the canvas with a margin.

    Args:
        ink: The strokes.
        only: Draw no other stroke than this one, at the place it has among all.
    """
    canvas = np.full((DIGIT_CANVAS, DIGIT_CANVAS), 255, np.uint8)
    lines = _lines(ink)
    if not lines:
        return canvas
    every = np.concatenate(lines)
    unit = max(1.0, float(np.abs(every).max()))  # taken out first, so that huge coordinates have a span
    low, spans = every.min(axis=0) / unit, np.ptp(every / unit, axis=0)
    span = float(spans.max())
    scale = (DIGIT_CANVAS - 4 * DIGIT_PEN) / span if span > 1e-12 else 0.0
    offset = (DIGIT_CANVAS - spans * scale) / 2
    if only is not None:
        lines = _lines(Strokes((ink.strokes[only],)))
    _draw(canvas, [(line / unit - low) * scale + offset for line in lines], DIGIT_PEN)
    return canvas


def _lines(ink: Strokes) -> list[Points]:
    """The points of each stroke that has any: float64 (n, 2)."""
    return [np.array([stroke.x, stroke.y], np.float64).T for stroke in ink.strokes if stroke.x]


def _draw(canvas: Pixels, lines: list[Points], pen: int) -> None:
    """Draw lines of points in pixels; with 4 fractional bits, so that a slow hand's curves stay smooth."""
    for line in lines:
        fixed = np.rint(line * 16).astype(np.int32)
        path = np.concatenate([fixed, fixed[-1:]])  # a single point still leaves a dot
        cv2.polylines(canvas, [path.reshape(-1, 1, 2)], False, 0, pen, cv2.LINE_AA, 4)


def _usual_height(lines: list[Points]) -> float:
    """How high strokes that go up and down usually are; 0 if none does.

    Of the bar of a 5, a dash or an underline the height says nothing. The others count by their height, as digits have
    small parts, but no digit has nothing else.
    """
    heights = np.sort([float(np.ptp(line[:, 1])) for line in lines if _goes_up_and_down(line)])
    if not heights.sum():
        return 0.0
    reached = np.cumsum(heights)
    return float(heights[np.searchsorted(reached, reached[-1] / 2)])


def _goes_up_and_down(line: Points) -> bool:
    """Whether a stroke is more than one from side to side, joined writing however long among it."""
    return bool(np.abs(np.diff(line[:, 1])).sum() > 0.5 * np.ptp(line[:, 0]))
