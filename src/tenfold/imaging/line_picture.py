"""A line of writing as the number reader is given it: ink on black, straight, 32 pixels high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.normalize import stroke_width
from tenfold.types import Box, Floats, Pixels

LINE_VERSION = "2"
"""Changes whenever the same line could come out differently; the reader's card names it."""

LINE_HEIGHT = 32
# The writing is this high in it, and so much bare ground lies before and after.
WRITING = 24
MARGIN = 8
# Longer lines are pressed together: no number is this long.
LONGEST = 1024
# How much smaller a line is at the second look.
SMALLER = 0.83
# Strokes thinner than so many pixels of the line are made as thick.
THINNEST = 1.5
# Wider brushes, in pixels of the page, take too long.
WIDEST_BRUSH = 24
# The share of full ink that is no more than the ground's grain.
FAINT = 0.08
# The line as finely as the page shows it has at most so many pixels for one, across and down.
FINEST = 4
UNCHANGED = (1.0, 1.0)

Affine = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinePicture:
    """A line as the reader is given it, and as the digit network is shown single digits of it.

    Attributes:
        pixels: uint8 (32, W), bright ink on black, W a multiple of 4, at most `LONGEST`.
        back: float64 (2, 3), from its pixels (x, y) to those of the page it was cut from.
        fine: uint8 (h, w), the same ink as finely as the page shows it, up to `FINEST` pixels for one; it may reach
            beyond the line.
        to_fine: float64 (2, 3), from its pixels (x, y) to those of `fine`.
    """

    pixels: Pixels
    back: Affine
    fine: Pixels
    to_fine: Affine


def line_picture(strength: Pixels, mask: Pixels, box: Box, slope: float = 0.0) -> LinePicture:
    """Cut a line out of a page.

    Args:
        strength: uint8 (h, w), how far each pixel is from the ground; what does not belong to the line taken away.
        mask: uint8 (h, w), 1 where there is ink of the line.
        box: What the line fills, in pixels of both.
        slope: By how many pixels it falls for one to the right.
    """
    angle = float(np.arctan(slope))
    middle_x, middle_y, across, high = _straight(mask, box, angle)
    scale = min(WRITING / max(high, 2), (LONGEST - 2 * MARGIN) / across)
    around = int(np.ceil(MARGIN / scale)) + 1
    left, top = box.x - around, box.y - around
    shape = (box.height + 2 * around, box.width + 2 * around)
    ink = _window(strength, left, top, shape)
    inked = ink[_window(mask, left, top, shape) > 0]
    full = max(float(np.partition(inked, 3 * len(inked) // 4)[3 * len(inked) // 4]) if len(inked) else 255.0, 1.0)
    soft = np.clip((ink.astype(np.float32) / np.float32(full) - FAINT) / (1 - FAINT), 0, 1)
    fine, finer = _shrunk(soft, FINEST * scale)
    soft = _thick_enough(soft, scale)
    # The affine change below looks at four pixels for each: shrink by area first.
    soft, shrunk = _shrunk(soft, 1.2 * scale) if scale < 0.7 else (soft, UNCHANGED)
    width = -(-(round(across * scale) + 2 * MARGIN) // 4) * 4
    # From the line's pixels to those of the window: the middle of the writing goes to the middle.
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    centre = np.array([(width - 1) / 2, (LINE_HEIGHT - 1) / 2])
    back = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    back[:, 2] = np.array([around + middle_x, around + middle_y]) - back[:, :2] @ centre
    how = cv2.INTER_LINEAR if scale < 1.2 else cv2.INTER_CUBIC
    size = (width, LINE_HEIGHT)
    line = cv2.warpAffine(soft, np.array(shrunk)[:, None] * back, size, flags=how | cv2.WARP_INVERSE_MAP)
    if scale > 2:
        # Enlarging leaves soft slopes where a pen leaves edges.
        line = (line - np.float32(0.5)) * np.float32(min(scale / 2, 2.0)) + np.float32(0.5)
    to_fine = np.array(finer)[:, None] * back
    to_fine[:, 2] += (np.array(finer) - 1) / 2
    if angle != 0:
        fine, to_fine = _turned_straight(fine, to_fine, size)
    back[:, 2] += left, top
    return LinePicture(_as_pixels(line), back, _as_pixels(fine), to_fine)


def _turned_straight(fine: Floats, to_fine: Affine, size: tuple[int, int]) -> tuple[Floats, Affine]:
    """The fine picture turned as the line is, no coarser than it was; and from the line's pixels to its own."""
    times = max(1, round(float(np.hypot(*to_fine[:, 0]))))
    straight = np.array([[times, 0, (times - 1) / 2], [0, times, (times - 1) / 2]])
    to_window = np.vstack([to_fine, [0, 0, 1]]) @ np.linalg.inv(np.vstack([straight, [0, 0, 1]]))
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    turned = cv2.warpAffine(fine, to_window[:2], (times * size[0], times * size[1]), flags=how)
    return np.asarray(turned, np.float32), straight


def _shrunk(soft: Floats, part: float) -> tuple[Floats, tuple[float, float]]:
    """The picture at a part of its size, if that is less than the whole; and by how much it shrank, x and y."""
    if part >= 1:
        return soft, UNCHANGED
    height, width = soft.shape
    size = (max(1, round(width * part)), max(1, round(height * part)))
    small = np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_AREA), np.float32)
    return small, (size[0] / width, size[1] / height)


def _as_pixels(line: npt.NDArray[Any]) -> Pixels:
    return np.asarray(np.rint(np.clip(line, 0, 1) * 255), np.uint8)


def _straight(mask: Pixels, box: Box, angle: float) -> tuple[float, float, float, float]:
    """The middle (x, y) of the writing in its box, and how long and high it is when it is turned straight."""
    if angle == 0:
        return (box.width - 1) / 2, (box.height - 1) / 2, box.width, box.height
    y, x = np.nonzero(_window(mask, box.x, box.y, (box.height, box.width)))
    if len(x) == 0:
        return _straight(mask, box, 0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    straight = turn @ np.array([x, y])
    low, high = straight.min(axis=1), straight.max(axis=1)
    middle_x, middle_y = turn.T @ ((low + high) / 2)
    across, tall = high - low + 1
    return float(middle_x), float(middle_y), float(across), float(tall)


def second_look(line: Pixels) -> Pixels:
    """The same line a little smaller, as if it had been cut out with more ground above and below.

    Args:
        line: uint8 (32, W).

    Returns:
        uint8 (32, V), V a multiple of 4.
    """
    size = (max(4, round(line.shape[1] * SMALLER)), round(LINE_HEIGHT * SMALLER))
    small = np.asarray(cv2.resize(line, size, interpolation=cv2.INTER_AREA), np.uint8)
    above = (LINE_HEIGHT - size[1]) // 2
    return np.pad(small, ((above, LINE_HEIGHT - size[1] - above), (0, -size[0] % 4)))


def _window(picture: Pixels, left: int, top: int, shape: tuple[int, int]) -> Pixels:
    """A window that may reach beyond the picture, where there is nothing."""
    out = np.zeros(shape, np.uint8)
    height, width = picture.shape
    rows, columns = slice(max(0, top), min(height, top + shape[0])), slice(max(0, left), min(width, left + shape[1]))
    part = picture[rows, columns]
    out[
        rows.start - top : rows.start - top + part.shape[0], columns.start - left : columns.start - left + part.shape[1]
    ] = part
    return out


def _thick_enough(soft: Floats, scale: float) -> Floats:
    """Strokes that would all but vanish at 32 pixels made thicker; others as they are."""
    if scale > 0.9:
        return soft
    missing = (THINNEST - stroke_width(soft) * scale) / scale
    if missing < 1:
        return soft
    reach = round(missing)
    # In several steps where no writing is: of what is so much higher than its strokes are thick.
    steps = -(-reach // WIDEST_BRUSH)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach // steps + 1,) * 2)
    return np.asarray(cv2.dilate(soft, brush, iterations=steps), np.float32)
