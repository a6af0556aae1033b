"""Strokes as a sheet: as large as they can be read, however they were written."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.imaging.draw import LONGEST, ROW_HEIGHT, ROW_PEN, UNEVEN, draw_sheet
from tenfold.types import Strokes

# A zero, a one and the bar of a five, in a square of side 1.
ZERO = ([0.5, 0.2, 0.5, 0.8, 0.5], [0, 0.5, 1, 0.5, 0])
ONE = ([0.5, 0.5], [0, 1])
BAR = ([0.3, 0.8], [0.02, 0.0])


def sheet(*rows: list[tuple[list[float], list[float]]], unit: float = 1) -> Strokes:
    """Rows of strokes one and a half times as far apart as they are high."""
    return Strokes.of(
        [
            [[unit * (x + column) for x in xs], [unit * (y + 1.5 * row) for y in ys]]
            for row, strokes in enumerate(rows)
            for column, (xs, ys) in enumerate(strokes)
        ]
    )


def heights(pixels: np.ndarray) -> list[int]:
    """How high each row of ink is."""
    inked = np.concatenate([[False], (pixels < 128).any(axis=1), [False]])
    edges = np.flatnonzero(inked[1:] != inked[:-1])
    return np.diff(edges)[::2].tolist()


@pytest.mark.parametrize("unit", [0.001, 1, 5000])
def test_a_row_is_as_high_as_rows_are(unit: float) -> None:
    assert heights(draw_sheet(sheet([ZERO, ONE, BAR], unit=unit))) == [pytest.approx(ROW_HEIGHT + ROW_PEN, abs=2)]


@pytest.mark.parametrize("count", [2, 5, 15])
def test_rows_are_as_high_however_many_there_are(count: int) -> None:
    pixels = draw_sheet(sheet(*[[BAR, ZERO, ONE, BAR]] * count))
    assert heights(pixels) == [pytest.approx(ROW_HEIGHT / UNEVEN + ROW_PEN, abs=2)] * count


def test_what_has_too_many_rows_is_drawn_smaller_with_a_finer_pen() -> None:
    pixels = draw_sheet(sheet(*[[ZERO]] * 100))
    assert max(pixels.shape) <= LONGEST + 8 * ROW_PEN
    assert heights(pixels) == [pytest.approx(LONGEST / 149.5 + 5, abs=2)] * 100


@pytest.mark.parametrize(
    "strokes",
    [[], [[[1], [1]]], [[[0, 1e6], [5, 5]]], [[[5, 5], [0, 1e6]]], [[[x], [10 * x]] for x in range(2000)]],
)
def test_whatever_is_written_there_is_a_picture_of_some_size(strokes: list[object]) -> None:
    pixels = draw_sheet(Strokes.of(strokes))
    assert 1 < max(pixels.shape) <= LONGEST + 8 * ROW_PEN
    assert (pixels.min() < 128) == bool(strokes)
