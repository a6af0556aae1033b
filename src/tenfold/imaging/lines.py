"""Find the lines of writing on a page: pieces of ink that stand in a row, with their box and slope."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.line_picture import LinePicture, line_picture
from tenfold.imaging.page import PageInk, page_ink
from tenfold.imaging.page_rules import skew_of, without_page_rules
from tenfold.imaging.rows import LOWEST, Boxes, Indices, bounds, is_flat, linked, usual_height
from tenfold.types import Box, Pixels

# At most so many pieces are looked at; on a page with more, the smallest are dust.
MOST_PIECES = 6000
MOST_LINES = 400
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
    return replace(cut, back=cut.back + np.array([[0, 0, left], [0, 0, top]]))


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
    _, named, measured, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels, stats = np.asarray(named, np.int32), np.asarray(measured, np.int32)[1:]
    if len(stats) == 0:
        return []
    order = np.argsort(-stats[:, 4], kind="stable")[:MOST_PIECES]
    kept = order[_may_be_writing(stats[order], beyond)]
    if len(kept) == 0:
        return []
    boxes = stats[kept]
    strong = _strong(boxes, kept, labels, strength)
    kept, boxes = kept[strong], boxes[strong]
    found = [
        (group, bounds(boxes[group])) for group in linked(boxes, is_flat(boxes, kept, labels), mask.shape, upright)
    ]
    high = [(group, (x, y, right, end)) for group, (x, y, right, end) in found if end - y >= LOWEST]
    # The largest: a page full of words has thousands.
    high.sort(key=lambda one: -(one[1][2] - one[1][0]) * (one[1][3] - one[1][1]))
    return _in_order([_line(boxes[group], kept[group] + 1, labels, strength) for group, _ in high[:MOST_LINES]])


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


def _line(boxes: Boxes, names: Indices, labels: npt.NDArray[np.int32], strength: Pixels) -> WrittenLine:
    height = usual_height(boxes)
    left, top, right, bottom = bounds(boxes)
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
