"""Find the ink on a whole page, however faint here and strong there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.ground import from_ground, uneven_ground
from tenfold.imaging.histogram import count_levels, otsu
from tenfold.imaging.ink import LEAST_CONTRAST, calm_tone, unevenness
from tenfold.types import Pixels

# Larger pictures are shrunk to this side before ink is looked for: an A4 page at 220 dots an inch.
PAGE_SIDE = 2600
# The ground is looked for on a copy of this side, filling in what is narrower than these shares of it.
GROUND_SIDE = 256
GROUND_WINDOWS = (0.05, 0.1, 0.2)
# Ink differs from the ground by so many times the ground's own unevenness,
OVER_NOISE = 5.0
# and by this share of the strongest ink within a twentieth of the page.
LOCAL_SHARE = 0.35
NEIGHBOURHOOD = 0.05
# A ground darker than this share of the paper's is no paper.
DARK = 0.32
# Tones this far apart, in levels of 255, are two; what is wider than this share of the side is no ink, and paper if it
# fills this share of the picture.
TWO_TONES, SOLID, LARGE = 60, 0.1, 0.15
# A pattern is this many times weaker than the pen, where this share of the picture is pen, and fills this share of it.
MUCH_STRONGER, LEAST_PEN, PATTERN = 1.6, 0.004, 0.03
# What is straight for so many pixels is a rule and no pattern.
RULE = 80
# And as wide as this share of the side.
BROAD = 0.05
# The edge between the two, as a share of the side.
EDGE = 0.043


@dataclass(frozen=True, slots=True)
class PageInk:
    """The ink of a page, which may have been shrunk.

    Attributes:
        strength: uint8 (h, w), how far each pixel is from the ground.
        mask: uint8 (h, w), 1 where there is ink.
        beyond: uint8 (h, w), 1 where there is no paper but what lies beside it.
        scale: Pixels here for one pixel of the given picture.
    """

    strength: Pixels
    mask: Pixels
    beyond: Pixels
    scale: float


def page_ink(pixels: Pixels) -> PageInk | None:
    """Separate all writing on a page from its ground, pencil beside marker.

    Args:
        pixels: uint8 (H, W) grey or (H, W, 3) RGB.

    Returns:
        The ink, its strength in levels of 255 over the ground; None if nothing stands out.
    """
    scale = min(1.0, PAGE_SIDE / max(pixels.shape[:2]))
    if scale < 1:
        height, width = pixels.shape[:2]
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    tone = calm_tone(pixels)
    ground, ink_is_light = uneven_ground(tone, GROUND_SIDE, GROUND_WINDOWS)
    if ink_is_light and _is_paper(tone):
        ground, ink_is_light = uneven_ground(tone, GROUND_SIDE, GROUND_WINDOWS, light=False)
    strength = from_ground(tone, ground, ink_is_light)
    beyond = np.zeros_like(strength) if ink_is_light else _beyond(ground, strength.shape)
    strength[beyond > 0] = 0
    level, noise = unevenness(count_levels(strength))
    least = _above_pattern(strength, level + max(LEAST_CONTRAST, OVER_NOISE * noise))
    near = cv2.convertScaleAbs(_strongest_near(strength), alpha=LOCAL_SHARE)
    cut = cv2.max(near, np.full_like(strength, min(255, round(least))))
    mask = np.asarray(cv2.compare(strength, cut, cv2.CMP_GT), np.uint8) & np.uint8(1)
    return PageInk(strength, mask, beyond, scale) if mask.any() else None


def _is_paper(tone: Pixels) -> bool:
    """Whether there are two tones, and the lighter one fills a large area: paper on a table, whose edges are no ink."""
    scale = GROUND_SIDE / max(tone.shape)
    size = (max(1, round(tone.shape[1] * scale)), max(1, round(tone.shape[0] * scale)))
    small = cv2.resize(tone, size, interpolation=cv2.INTER_AREA) if scale < 1 else tone
    low, high = (float(value) for value in np.quantile(small, (0.05, 0.95)))
    if high - low < TWO_TONES:
        return False
    reach = max(3, round(SOLID * max(small.shape))) | 1
    solid = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))
    return float((solid > (low + high) / 2).mean()) > LARGE


def _above_pattern(strength: Pixels, least: float) -> float:
    """The level above which ink is ink and no pattern of the paper: `least` where there is no pattern.

    A pattern is weaker than the pen by far, and there is much of it away from the pen.

    Args:
        strength: uint8 (h, w), how far each pixel is from the ground.
        least: Level of the weakest ink.
    """
    step = max(1, max(strength.shape) // 900)
    few = strength[::step, ::step]
    counts = count_levels(few)
    counts[: int(least) + 1] = 0
    if not counts.any():
        return least
    cut = otsu(counts)
    levels = np.arange(256)
    weak, strong = counts * (levels <= cut), counts * (levels > cut)
    if strong.sum() < LEAST_PEN * few.size or not weak.any():
        return least
    if float((strong * levels).sum() / strong.sum()) < MUCH_STRONGER * float((weak * levels).sum() / weak.sum()):
        return least
    pen = cv2.dilate((few > cut).astype(np.uint8), np.ones((5, 5), np.uint8))
    away = (few > least) & (few <= cut) & (pen == 0)
    away &= ~_straight(few > least)
    return float(cut) if float(away.mean()) > PATTERN else least


def _straight(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Where a level or upright line runs: a form's or a table's, however faint, which parts what stands beside it."""
    ink = mask.astype(np.uint8)
    runs = (cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)) for shape in ((1, RULE), (RULE, 1)))
    return np.asarray(cv2.dilate(np.bitwise_or(*runs), np.ones((3, 3), np.uint8)), bool)


def _beyond(ground: Pixels, shape: tuple[int, ...]) -> Pixels:
    """Where there is a gutter, a lid, a table in the dark, and the edge towards it, which is neither."""
    dark = np.asarray(ground < DARK * np.quantile(ground, 0.75), np.uint8)
    # Strokes of a very thick pen are dark too, but neither wide nor, all of them, at the edge.
    wide = max(3, round(BROAD * max(dark.shape))) | 1
    broad = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((wide, wide), np.uint8), borderValue=(0,))
    if not broad.any():
        return np.zeros(shape, np.uint8)
    _, names = cv2.connectedComponents(np.asarray(broad, np.uint8), connectivity=8)
    at_edge = np.unique(np.concatenate([names[0], names[-1], names[:, 0], names[:, -1]]))
    dark = np.asarray(np.isin(names, at_edge[at_edge > 0]), np.uint8)
    edge = max(3, round(EDGE * max(dark.shape))) | 1
    near = cv2.dilate(dark, np.ones((edge, edge), np.uint8))
    return np.asarray(cv2.resize(near, shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def _strongest_near(strength: Pixels) -> Pixels:
    """The strongest ink within `NEIGHBOURHOOD` of each place; a single hot pixel is none."""
    height, width = strength.shape
    calm = cv2.blur(strength, (3, 3)) if min(height, width) >= 8 else strength
    step = max(1, max(height, width) // 256)
    few = cv2.dilate(calm, np.ones((step, step), np.uint8))[::step, ::step] if step > 1 else calm
    reach = max(3, round(NEIGHBOURHOOD * max(few.shape))) | 1
    near = cv2.dilate(few, np.ones((reach, reach), np.uint8))
    return np.asarray(cv2.resize(near, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
