"""Rows of strokes moved apart where they nearly touch: a pen as thick as their gap would draw them as one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Of a stroke the points: float64 (n, 2), x and y.
Points = npt.NDArray[np.float64]
# Of each stroke left, top, right and bottom: float64 (n, 4).
Bounds = npt.NDArray[np.float64]
# Which strokes: intp (k,).
Indices = npt.NDArray[np.intp]
# Strokes of one row, as `rows.py` has it for pieces of ink: at least so high beside the usual one, how much of the
# lower one stands beside the higher, how much higher that is at most, and how far apart they are in heights.
TALL = 0.5
BESIDE = 0.5
TALLER = 2.5
APART = 1.5
# Rows nearer to each other than this, in heights, are moved apart; but what mostly touches is one row, and what is no
# higher together than this one digit, as an 8 of two rings.
ROOM = 0.375
TOUCHING = 0.02
ONE_DIGIT = 1.4
# Of a bar or a dot the strokes around are looked at, so many of them, at so many points each.
AROUND, LOOKED_AT = 6, 64


def moved_apart(lines: list[Points], usual: float) -> list[Points]:
    """The strokes, each row as it is, with at least `ROOM` between rows that stand above each other.

    Where no two strokes stand side by side nothing is moved: what is above each other may be halves of one digit.

    Args:
        lines: Of each stroke its points, y downwards; none is without any.
        usual: The height of the strokes that go up and down; 0 if none does.
    """
    if not usual:
        return lines
    boxes = np.array([[*line.min(axis=0), *line.max(axis=0)] for line in lines])
    tall = np.flatnonzero(boxes[:, 3] - boxes[:, 1] >= TALL * usual)
    rows = _rows(boxes, tall)
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return lines
    rows.sort(key=lambda row: float((boxes[row, 1] + boxes[row, 3]).mean()))
    down = _ways_down(rows, boxes, usual)
    if not any(down):
        return lines
    way = np.zeros(len(lines))
    for row, far in zip(rows, down, strict=True):
        way[row] = far
    placed = np.concatenate(rows)
    for stroke in np.setdiff1d(np.arange(len(lines)), placed):
        way[stroke] = way[_nearest(stroke, placed, lines, boxes)]
    return [line + np.array([0, far]) for line, far in zip(lines, way, strict=True)]


def _rows(boxes: Bounds, tall: Indices) -> list[Indices]:
    """Tall strokes that stand side by side, as indices into the boxes."""
    row_of = np.arange(len(tall))
    left, top, right, bottom = boxes[tall].T
    high = bottom - top
    for one in range(len(tall)):
        lower, higher = np.minimum(high, high[one]), np.maximum(high, high[one])
        overlap = np.minimum(bottom, bottom[one]) - np.maximum(top, top[one])
        gap = np.maximum(left, left[one]) - np.minimum(right, right[one])
        beside = (overlap >= BESIDE * lower) & (higher <= TALLER * lower) & (gap <= APART * (lower + higher) / 2)
        row_of[np.isin(row_of, row_of[beside])] = row_of[one]
    return [tall[row_of == row] for row in np.unique(row_of)]


def _ways_down(rows: list[Indices], boxes: Bounds, usual: float) -> list[float]:
    """How far each row, from the top down, has to move: no less than those above it, so that all keep their order."""
    down: list[float] = []
    for place, row in enumerate(rows):
        least = down[-1] if down else 0.0
        for above, far in zip(rows[:place], down, strict=True):
            gaps = _gaps(boxes[above], boxes[row], usual)
            if len(gaps) and np.median(gaps) > TOUCHING * usual:
                least = max(least, far + ROOM * usual - float(gaps.min()))
        down.append(least)
    return down


def _gaps(above: Bounds, below: Bounds, usual: float) -> npt.NDArray[np.float64]:
    """The room between each two strokes that stand one above the other and are no halves of one digit."""
    over = np.minimum(above[:, None, 2], below[None, :, 2]) >= np.maximum(above[:, None, 0], below[None, :, 0])
    over &= below[None, :, 3] - above[:, None, 1] > ONE_DIGIT * usual
    return np.asarray((below[None, :, 1] - above[:, None, 3])[over], np.float64)


def _nearest(stroke: int, placed: Indices, lines: list[Points], boxes: Bounds) -> int:
    """Of the strokes that have their place, the one to which a bar, a dash or a dot comes nearest."""
    middle = (boxes[stroke, :2] + boxes[stroke, 2:]) / 2
    aside = np.maximum(np.maximum(boxes[placed, :2] - middle, middle - boxes[placed, 2:]), 0)
    around = placed[np.argsort((aside**2).sum(axis=1), kind="stable")[:AROUND]]
    own = _all_along(lines[stroke])
    apart = [float(((_all_along(lines[one])[:, None] - own[None]) ** 2).sum(axis=2).min()) for one in around]
    return int(around[int(np.argmin(apart))])


def _all_along(line: Points) -> Points:
    """Points at equal steps of a stroke's way."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    steps = np.linspace(0, way[-1], LOOKED_AT)
    return np.stack([np.interp(steps, way, line[:, axis]) for axis in (0, 1)], axis=1)
