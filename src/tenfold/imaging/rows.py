"""Group the pieces of ink on a page that stand in a row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Of each piece of ink left, top, width, height and area in pixels: int32 (n, 5).
Boxes = npt.NDArray[np.int32]
# Which pieces: intp (k,).
Indices = npt.NDArray[np.intp]
# Pieces of one line: their heights, how much of the lower one stands beside the higher, and how far apart they are.
TALLER = 3.2
BESIDE = 0.45
APART = 1.3
APART_IN_A_CROP = 2.6
# A mark is lower than this share of its line's height; it belongs to a line no farther than so many heights.
MARK = 0.45
MARK_APART = 0.7
# An underline is this much wider than high, and at least this long in heights of the line.
FLAT = 3.5
UNDERLINE = 0.75
# A stroke is met this often on the way down, on average; writing more often.
STROKES = 1.3
# Ink lower than so many pixels is no writing; nor is what is lower than this share of the line.
LOWEST = 7
SPECK = 0.09
# Upright rules this many times as high as the writing part a table's columns; lower ones are the combs of a box.
PARTS = 2.3


def linked(boxes: Boxes, flat: npt.NDArray[np.bool_], shape: tuple[int, int], upright: Boxes) -> list[Indices]:
    """Groups of pieces that stand side by side, each as indices into the boxes; flat ones are marks at most."""
    tall = np.flatnonzero((boxes[:, 3] >= LOWEST) & ~flat)
    if len(tall) == 0:
        return []
    tall = tall[_no_crumbs(boxes, tall)]
    parent = list(range(len(boxes)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    # Of broken strokes there are many pieces: the larger ones tell how high the writing is.
    usual = _weighted_quantile(boxes[tall, 3], boxes[tall, 4], 0.6)
    apart = APART_IN_A_CROP if shape[0] < 3.5 * usual else APART
    order = tall[np.argsort(boxes[tall, 0], kind="stable")]
    left = boxes[order, 0].astype(np.float64)
    right, top = left + boxes[order, 2], boxes[order, 1].astype(np.float64)
    high = boxes[order, 3].astype(np.float64)
    bottom = top + high
    for place in range(len(order)):
        reach = np.searchsorted(left, right[place] + apart * TALLER * high[place])
        rest = slice(place + 1, int(reach))
        lower, higher = np.minimum(high[rest], high[place]), np.maximum(high[rest], high[place])
        overlap = np.minimum(bottom[rest], bottom[place]) - np.maximum(top[rest], top[place])
        gap = left[rest] - right[place]
        beside = (
            (overlap >= BESIDE * lower) & (gap <= apart * (0.5 * lower + 0.5 * higher)) & (higher <= TALLER * lower)
        )
        # The bar of a 5, the upper half of a broken 2: above or below, and next to touching.
        across = np.minimum(right[rest], right[place]) - left[rest]
        below = (
            (gap < 0)
            & (overlap < BESIDE * lower)
            & (-overlap <= 0.22 * higher)
            & (across > 0.3 * np.minimum(right[rest] - left[rest], right[place] - left[place]))
            & (lower < 0.6 * higher)
        )
        for other in np.flatnonzero(beside | below) + place + 1:
            if not _parted(order[place], order[other], boxes, upright):
                parent[root(int(order[other]))] = root(int(order[place]))
    groups: dict[int, list[int]] = {}
    for index in tall:
        groups.setdefault(root(int(index)), []).append(int(index))
    whole = [np.array(group) for group in groups.values()]
    return _with_marks(whole, boxes, np.setdiff1d(np.arange(len(boxes)), tall))


def _marks_first(groups: list[Indices], boxes: Boxes) -> tuple[list[Indices], list[Indices]]:
    """Groups of writing, and those so low that they may be marks of a higher group beside them: dashes, broken bits."""
    heights = np.array([usual_height(boxes[group]) for group in groups])
    low = heights < MARK * heights.max(initial=0.0)
    high = [group for group, is_low in zip(groups, low, strict=True) if not is_low]
    return high, [group for group, is_low in zip(groups, low, strict=True) if is_low]


def is_flat(boxes: Boxes, kept: Indices, labels: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Strokes from side to side: wide for their height, and one above the other nowhere, as in joined writing."""
    flat = np.asarray(boxes[:, 2] > FLAT * boxes[:, 3], bool)
    for index in np.flatnonzero(flat & (boxes[:, 3] >= LOWEST)):
        x, y, wide, tall, _ = boxes[index]
        ink = np.pad(labels[y : y + tall, x : x + wide] == kept[index] + 1, ((1, 0), (0, 0)))
        flat[index] = float((ink[1:] & ~ink[:-1]).sum(axis=0).mean()) < STROKES
    return flat


def _no_crumbs(boxes: Boxes, tall: Indices) -> npt.NDArray[np.bool_]:
    """Leave out what is far lower than most of the ink: points, grain."""
    high = boxes[tall, 3]
    return np.asarray(high >= 0.22 * _weighted_quantile(high, boxes[tall, 4], 0.5), bool)


def _weighted_quantile(values: npt.NDArray[np.int32], weights: npt.NDArray[np.int32], share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order].astype(np.float64))
    return float(values[order][np.searchsorted(reached, share * reached[-1])])


def _parted(one: int, other: int, boxes: Boxes, upright: Boxes) -> bool:
    """Whether an upright rule of a table stands between two pieces."""
    if len(upright) == 0:
        return False
    first, second = (one, other) if boxes[one, 0] <= boxes[other, 0] else (other, one)
    start, end = boxes[first, 0] + 0.7 * boxes[first, 2], boxes[second, 0] + 0.3 * boxes[second, 2]
    middle = boxes[first, 1] + boxes[first, 3] / 2
    x = upright[:, 0] + upright[:, 2] / 2
    between = (x > start) & (x < end) & (upright[:, 1] < middle) & (upright[:, 1] + upright[:, 3] > middle)
    return bool((between & (upright[:, 3] > PARTS * max(boxes[first, 3], boxes[second, 3]))).any())


def _with_marks(groups: list[Indices], boxes: Boxes, marks: Indices) -> list[Indices]:
    """Add points, commas, dashes and broken bits to the nearest line they can belong to; underlines to none."""
    groups, lower = _marks_first(groups, boxes)
    marks = np.concatenate([marks, *(group for group in lower)])
    if len(marks) == 0:
        return groups
    taken: set[int] = set()
    spans = np.array([bounds(boxes[group]) for group in groups], np.float64)
    heights = np.array([usual_height(boxes[group]) for group in groups])
    extra: list[list[int]] = [[] for _ in groups]
    for mark in marks:
        x, y, wide, tall, area = boxes[mark].astype(np.float64)
        aside = np.maximum(np.maximum(spans[:, 0] - (x + wide), x - spans[:, 2]), 0)
        middle = y + tall / 2
        within = (middle > spans[:, 1] - 0.15 * heights) & (middle < spans[:, 3] + 0.3 * heights)
        long = (
            (wide > FLAT * tall)
            & (wide > UNDERLINE * heights)
            & ~(np.abs(middle - (spans[:, 1] + spans[:, 3]) / 2) < 0.22 * heights)
        )
        fits = (
            within
            & (aside <= MARK_APART * heights)
            & ~long
            & (wide < 1.6 * heights)
            & (tall >= SPECK * heights * 0.5)
            & (np.maximum(wide, tall) >= SPECK * heights)
        )
        fits &= area >= 0.004 * heights**2
        if fits.any():
            nearest = int(np.flatnonzero(fits)[aside[fits].argmin()])
            extra[nearest].append(int(mark))
            taken.add(int(mark))
    # A low group is marks altogether, or writing of its own: small figures beside large ones stay together.
    rest = [group for group in lower if not taken >= set(group.tolist())]
    own = {int(piece) for group in rest for piece in group}
    extra = [[piece for piece in more if piece not in own] for more in extra]
    return rest + [np.concatenate([group, np.array(more, np.intp)]) for group, more in zip(groups, extra, strict=True)]


def bounds(boxes: Boxes) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of all boxes."""
    return (
        int(boxes[:, 0].min()),
        int(boxes[:, 1].min()),
        int((boxes[:, 0] + boxes[:, 2]).max()),
        int((boxes[:, 1] + boxes[:, 3]).max()),
    )


def usual_height(boxes: Boxes) -> float:
    """The median height of boxes that are at least half as high as the highest."""
    high = np.sort(boxes[:, 3])
    high = high[np.searchsorted(high, 0.5 * high[-1]) :]
    # np.median takes ten times as long for so few.
    return float(high[(len(high) - 1) // 2] + high[len(high) // 2]) / 2
