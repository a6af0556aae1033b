"""Rows of strokes that nearly touch are moved apart; what belongs together stays so."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.imaging.stroke_rows import ROOM, Points, moved_apart

ONE = [(0.3, 0.0), (0.3, 1.0)]
FIVE = [(0.2, 0.0), (0.2, 0.45), (0.5, 0.5), (0.5, 1.0), (0.15, 1.0)]
BAR = [(0.2, 0.0), (0.55, 0.0)]
CROSS = [(0.1, 0.5), (0.5, 0.5)]
RINGS = ([(0.0, 0.0), (0.4, 0.25), (0.0, 0.48)], [(0.0, 0.52), (0.4, 0.75), (0.0, 1.0)])


def rows(*written: tuple[list[list[tuple[float, float]]], float], slope: float = 0.0) -> list[Points]:
    """Strokes of rows, each so far down, one digit's width apart."""
    return [
        np.array(stroke) + np.array([0.8 * place, down + slope * place])
        for strokes, down in written
        for place, stroke in enumerate(strokes)
    ]


def gap(lines: list[Points], first: int) -> float:
    """Between the lowest point of the first strokes and the highest of the others."""
    return float(
        min(line[:, 1].min() for line in lines[first:]) - max(line[:, 1].max() for line in lines[:first]),
    )


@pytest.mark.parametrize("down", [0.95, 1.0, 1.04, 1.2])
@pytest.mark.parametrize("unit", [0.01, 1, 5000])
def test_rows_that_nearly_touch_have_room_between_them(down: float, unit: float) -> None:
    # The second row is a little smaller, so that most of it is clear of the first.
    lines = [unit * line for line in rows(([ONE, ONE, FIVE], 0), ([ONE, FIVE, ONE], down + 0.05))]
    moved = moved_apart(lines, unit)
    assert gap(moved, 3) >= (ROOM - 1e-9) * unit if down + 0.05 > 1.02 else moved is lines
    for one, other in zip(lines, moved, strict=True):
        np.testing.assert_allclose(np.diff(one, axis=0), np.diff(other, axis=0), atol=1e-9 * unit)


def test_rows_with_room_stay_as_they_are() -> None:
    lines = rows(([ONE, ONE], 0), ([ONE, ONE], 1 + ROOM), ([ONE], 3))
    assert moved_apart(lines, 1.0) is lines


def test_sloping_rows_are_moved_as_level_ones_are() -> None:
    lines = rows(([ONE] * 6, 0), ([ONE] * 6, 1.1), slope=0.1)
    moved = moved_apart(lines, 1.0)
    down = [float(other[0, 1] - one[0, 1]) for one, other in zip(lines, moved, strict=True)]
    assert down[:6] == [0] * 6
    assert down[6:] == [pytest.approx(ROOM - 0.1, abs=0.11)] * 6
    assert len(set(np.round(down[6:], 9))) == 1


def test_each_row_goes_at_least_as_far_as_those_above_it() -> None:
    lines = rows(*(([ONE, FIVE], 1.1 * row) for row in range(10)), ([ONE, FIVE], 13))
    moved = moved_apart(lines, 1.0)
    down = [float(other[0, 1] - one[0, 1]) for one, other in zip(lines, moved, strict=True)][::2]
    assert down == pytest.approx([(ROOM - 0.1) * row for row in [*range(10), 9]])


def test_bars_go_with_their_digits() -> None:
    lines = [*rows(([ONE, ONE], 0), ([FIVE, ONE], 1.05)), *rows(([BAR, CROSS], 1.05))]
    down = [float(other[0, 1] - one[0, 1]) for one, other in zip(lines, moved_apart(lines, 1.0), strict=True)]
    assert down == pytest.approx([0, 0, *[ROOM - 0.05] * 4])


def test_digits_of_two_rings_stay_whole() -> None:
    alone = [np.array(ring) for ring in RINGS]
    assert moved_apart(alone, 0.48) is alone
    among = [*rows(([ONE, ONE], 0)), *(np.add(ring, [1.6, 0]) for ring in RINGS)]
    assert moved_apart(among, 1.0) is among


@pytest.mark.parametrize(
    "lines",
    [
        [np.zeros((1, 2))],
        [np.array([[0.0, 0.0], [5.0, 0.0]])] * 3,
        [np.array([[x, 3.0 * x]]) for x in range(50)],
    ],
)
def test_dots_and_dashes_alone_stay(lines: list[Points]) -> None:
    assert moved_apart(lines, 0.0) is lines
