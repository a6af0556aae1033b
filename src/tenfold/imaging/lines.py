"""Find the lines of writing on a page: pieces of ink that stand in a row, with their box and slope."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.line_picture import LinePicture, line_picture
from tenfold.imaging.page import PageInk, page_ink
from tenfold.imaging.page_rules import skew_of, without_page_rules
from tenfold.types import Box, Pixels

Boxes = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]

# At most so many pieces are looked at; on a page with more, the smallest are dust.
MOST_PIECES = 6000
MOST_LINES = 400
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
# What lies within this share of the page's longer side from where there is no paper belongs to its edge.
EDGE = 0.012


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A row of writing.

    Attributes:
        box: What it fills, in pixels of the sheet.
        slope: By how many pixels it falls for one to the right.
        mask: uint8 (h, w) within the box, 1 where there is ink of it.
        height: Height of its digits or letters, more or less.
        level: How far its ink stands out from the ground, in levels of 255.
        cut: Whether it reaches to the picture's edge, where some of it may be missing.
    """

    box: Box
    slope: float
    mask: Pixels
    height: float
    level: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its ink found.

    Attributes:
        mask: uint8 (h, w), 1 where there is ink; rules taken away.
        strength: uint8 (h, w), how far each pixel is from the ground; rules taken away.
        back: float64 (2, 3), from pixels here to those of the given picture.
        lines: The rows of writing, top to bottom and left to right.
    """

    mask: Pixels
    strength: Pixels
    back: npt.NDArray[np.float64]
    lines: tuple[WrittenLine, ...]


def find_lines(pixels: Pixels) -> Sheet | None:
    """Find the rows of writing.

    Args:
        pixels: uint8 (H, W) grey or (H, W, 3) RGB.

    Returns:
        The sheet, perhaps with no lines; None if nothing stands out from the ground.
    """
    ink = page_ink(pixels)
    if ink is None:
        return None
    back = np.array([[1 / ink.scale, 0, 0], [0, 1 / ink.scale, 0]])
    skew = skew_of(ink.mask)
    if skew:
        ink, back = _levelled(ink, back, skew)
    ruled = without_page_rules(ink.mask)
    # The soft edge of a rule goes with it.
    near = _grown(ruled.erased) & (1 - ruled.mask)
    strength = np.where(near > 0, 0, ink.strength).astype(np.uint8)
    lines = _rows(ruled.mask, strength, ink.beyond, ruled.upright)
    return Sheet(ruled.mask, strength, np.asarray(back, np.float64), tuple(lines))


def _grown(mask: Pixels) -> Pixels:
    return np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8)


def cut_line(sheet: Sheet, line: WrittenLine) -> LinePicture:
    """A line as the reader is given it, without the ink of other lines."""
    around = int(line.height) + 4
    height, width = sheet.strength.shape
    left, top = max(0, line.box.x - around), max(0, line.box.y - around)
    right, bottom = min(width, line.box.x + line.box.width + around), min(height, line.box.y + line.box.height + around)
    box = Box(line.box.x - left, line.box.y - top, line.box.width, line.box.height)
    own = np.zeros((bottom - top, right - left), np.uint8)
    own[box.y : box.y + box.height, box.x : box.x + box.width] = line.mask
    others = sheet.mask[top:bottom, left:right] & (1 - own)
    gone = _grown(others) & (1 - _grown(own))
    strength = np.where(gone > 0, 0, sheet.strength[top:bottom, left:right]).astype(np.uint8)
    cut = line_picture(strength, own, box, line.slope)
    return LinePicture(cut.pixels, cut.back + np.array([[0, 0, left], [0, 0, top]]))


def _levelled(ink: PageInk, back: npt.NDArray[np.float64], skew: float) -> tuple[PageInk, npt.NDArray[np.float64]]:
    """Turn the page so that its rules are level; nothing is cut off."""
    height, width = ink.mask.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), skew, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    to = (round(height * sin + width * cos), round(height * cos + width * sin))
    turn[:, 2] += (to[0] - width) / 2, (to[1] - height) / 2
    strength = cv2.warpAffine(ink.strength, turn, to, flags=cv2.INTER_LINEAR)
    mask = cv2.warpAffine(ink.mask * 255, turn, to, flags=cv2.INTER_LINEAR) > 110
    whole = np.vstack([back, [0, 0, 1]]) @ np.vstack([cv2.invertAffineTransform(turn), [0, 0, 1]])
    beyond = cv2.warpAffine(ink.beyond, turn, to, flags=cv2.INTER_NEAREST, borderValue=(1,))
    levelled = PageInk(np.asarray(strength, np.uint8), mask.astype(np.uint8), np.asarray(beyond, np.uint8), ink.scale)
    return levelled, whole[:2]


def _rows(mask: Pixels, strength: Pixels, beyond: Pixels, upright: Boxes) -> list[WrittenLine]:
    found = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels, stats = np.asarray(found[1], np.int32), np.asarray(found[2], np.int32)[1:]
    if len(stats) == 0:
        return []
    order = np.argsort(-stats[:, 4], kind="stable")[:MOST_PIECES]
    kept = order[_may_be_writing(stats[order], beyond)]
    if len(kept) == 0:
        return []
    boxes = stats[kept]
    strong = _strong(boxes, kept, labels, strength)
    kept, boxes = kept[strong], boxes[strong]
    groups = _linked(boxes, _is_flat(boxes, kept, labels), mask.shape, upright)
    lines = [_line(boxes[group], kept[group] + 1, labels, strength) for group in groups]
    rows = [line for line in lines if line is not None]
    rows.sort(key=lambda line: -line.box.width * line.box.height)
    return _in_order(rows[:MOST_LINES])


def _may_be_writing(boxes: Boxes, beyond: Pixels) -> npt.NDArray[np.bool_]:
    """Leave out frames, gutters, dust, and what runs along a whole side or along the edge of the paper."""
    height, width = beyond.shape
    wide, tall, area = boxes[:, 2], boxes[:, 3], boxes[:, 4]
    at_side = (boxes[:, 0] <= 1) | (boxes[:, 0] + wide >= width - 1)
    at_end = (boxes[:, 1] <= 1) | (boxes[:, 1] + tall >= height - 1)
    along = (at_side & (tall > 0.6 * height) & (wide < 0.25 * width)) | (
        at_end & (wide > 0.6 * width) & (tall < 0.25 * height)
    )
    outline = (wide > 0.5 * width) & (tall > 0.5 * height) & (area < 0.12 * wide * tall) & at_side & at_end
    thread = (np.maximum(wide, tall) > 60) & (
        np.maximum(wide, tall) > 28 * np.maximum(1, area / np.maximum(wide, tall))
    )
    thread &= np.minimum(wide, tall) < 0.08 * np.maximum(wide, tall)
    # A cell's border, cut off with the picture's edge, comes in bits.
    bits = ((boxes[:, 0] <= 2) | (boxes[:, 0] + wide >= width - 2)) & (wide <= max(3, 0.05 * width)) & (tall > 2 * wide)
    bits |= (
        ((boxes[:, 1] <= 2) | (boxes[:, 1] + tall >= height - 2)) & (tall <= max(3, 0.05 * height)) & (wide > 2 * tall)
    )
    return np.asarray(~along & ~outline & ~thread & ~bits & ~_at_edge(boxes, beyond) & (area >= 3), bool)


def _at_edge(boxes: Boxes, beyond: Pixels) -> npt.NDArray[np.bool_]:
    """Pieces that reach to where there is no paper."""
    if not beyond.any():
        return np.zeros(len(boxes), bool)
    sums = cv2.integral(beyond)
    reach = max(3, round(EDGE * max(beyond.shape)))
    left, top = np.maximum(boxes[:, 0] - reach, 0), np.maximum(boxes[:, 1] - reach, 0)
    right = np.minimum(boxes[:, 0] + boxes[:, 2] + reach, beyond.shape[1])
    bottom = np.minimum(boxes[:, 1] + boxes[:, 3] + reach, beyond.shape[0])
    return np.asarray(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left] > 0, bool)


def _strong(boxes: Boxes, kept: Indices, labels: npt.NDArray[np.int32], strength: Pixels) -> npt.NDArray[np.bool_]:
    """Pieces with ink that stands out as far as other ink does: the grain of a dark edge does not."""
    tops = np.array(
        [
            np.partition(part, -max(1, len(part) // 8))[-max(1, len(part) // 8)]
            for part in (
                strength[y : y + h, x : x + w][labels[y : y + h, x : x + w] == index + 1]
                for (x, y, w, h, _), index in zip(boxes, kept, strict=True)
            )
        ],
        np.float64,
    )
    weight = boxes[:, 4].astype(np.float64)
    tall = boxes[:, 3] >= LOWEST
    if not tall.any():
        return np.zeros(len(boxes), bool)
    usual = float(np.average(tops[tall], weights=weight[tall]))
    return np.asarray(tops >= 0.28 * usual, bool)


def _linked(boxes: Boxes, flat: npt.NDArray[np.bool_], shape: tuple[int, int], upright: Boxes) -> list[Indices]:
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
    heights = np.array([_usual_height(boxes[group]) for group in groups])
    low = heights < MARK * heights.max(initial=0.0)
    high = [group for group, is_low in zip(groups, low, strict=True) if not is_low]
    return high, [group for group, is_low in zip(groups, low, strict=True) if is_low]


def _is_flat(boxes: Boxes, kept: Indices, labels: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
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
    spans = np.array([_bounds(boxes[group]) for group in groups], np.float64)
    heights = np.array([_usual_height(boxes[group]) for group in groups])
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
    rest = [group for group in lower if not taken & set(group.tolist())]
    return rest + [np.concatenate([group, np.array(more, np.intp)]) for group, more in zip(groups, extra, strict=True)]


def _bounds(boxes: Boxes) -> tuple[int, int, int, int]:
    return (
        int(boxes[:, 0].min()),
        int(boxes[:, 1].min()),
        int((boxes[:, 0] + boxes[:, 2]).max()),
        int((boxes[:, 1] + boxes[:, 3]).max()),
    )


def _usual_height(boxes: Boxes) -> float:
    return float(np.median(boxes[boxes[:, 3] >= 0.5 * boxes[:, 3].max(), 3]))


def _line(boxes: Boxes, names: Indices, labels: npt.NDArray[np.int32], strength: Pixels) -> WrittenLine | None:
    height = _usual_height(boxes)
    left, top, right, bottom = _bounds(boxes)
    if bottom - top < LOWEST:
        return None
    part = labels[top:bottom, left:right]
    mask = np.isin(part, names).astype(np.uint8)
    level = float(np.median(strength[top:bottom, left:right][mask > 0]))
    cut = left <= 1 or top <= 1 or right >= labels.shape[1] - 1 or bottom >= labels.shape[0] - 1
    return WrittenLine(Box(left, top, right - left, bottom - top), _slope(boxes, height), mask, height, level, cut)


def _slope(boxes: Boxes, height: float) -> float:
    """By how much a row falls to the right, from the middles of its full-height pieces."""
    full = boxes[boxes[:, 3] >= 0.6 * height]
    x, y = full[:, 0] + full[:, 2] / 2, full[:, 1] + full[:, 3] / 2
    if len(full) < 3 or np.ptp(x) < 2 * height:
        return 0.0
    # The median of all pairs' slopes (Theil 1950, Sen 1968): one long tail does not tilt the line.
    i, j = np.triu_indices(min(len(x), 60), 1)
    apart = x[j] - x[i]
    far = np.abs(apart) > 0.8 * height
    slope = float(np.median((y[j] - y[i])[far] / apart[far])) if far.any() else 0.0
    return float(np.clip(slope, -0.4, 0.4)) if abs(slope) > 0.03 else 0.0


def _in_order(lines: list[WrittenLine]) -> list[WrittenLine]:
    """Top to bottom, and left to right what stands on one row."""
    rows: list[list[WrittenLine]] = []
    for line in sorted(lines, key=lambda line: line.box.y + line.box.height / 2):
        middle = line.box.y + line.box.height / 2
        if rows and middle < rows[-1][0].box.y + rows[-1][0].box.height * 0.85:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.box.x)]
