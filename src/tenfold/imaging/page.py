"""Find the ink on a whole page, however faint here and strong there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.imaging.ground import from_ground, uneven_ground
from tenfold.imaging.histogram import count_levels
from tenfold.imaging.ink import LEAST_CONTRAST, calm_tone, unevenness
from tenfold.types import Pixels

# Larger pictures are shrunk to this side before ink is looked for: an A4 page at 220 dots an inch.
PAGE_SIDE = 2600
# The ground is looked for on a copy of this side, filling in what is narrower than these shares of it.
GROUND_SIDE = 256
GROUND_WINDOWS = (0.05, 0.1, 0.2, 0.4)
# Ink differs from the ground by so many times the ground's own unevenness,
OVER_NOISE = 5.0
# and by this share of the strongest ink within a twentieth of the page.
LOCAL_SHARE = 0.35
NEIGHBOURHOOD = 0.05
# A ground darker than this share of the paper's is no paper.
DARK = 0.25
# Pixels of the small copy that are the edge between the two.
EDGE = 11


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
    strength = from_ground(tone, ground, ink_is_light)
    beyond = np.zeros_like(strength) if ink_is_light else _beyond(ground, strength.shape)
    strength[beyond > 0] = 0
    level, noise = unevenness(count_levels(strength))
    least = level + max(LEAST_CONTRAST, OVER_NOISE * noise)
    near = cv2.convertScaleAbs(_strongest_near(strength), alpha=LOCAL_SHARE)
    cut = cv2.max(near, np.full_like(strength, min(255, round(least))))
    mask = np.asarray(cv2.compare(strength, cut, cv2.CMP_GT), np.uint8) & np.uint8(1)
    return PageInk(strength, mask, beyond, scale) if mask.any() else None


def _beyond(ground: Pixels, shape: tuple[int, ...]) -> Pixels:
    """Where there is a gutter, a lid, a table in the dark, and the edge towards it, which is neither."""
    dark = np.asarray(ground < DARK * np.quantile(ground, 0.75), np.uint8)
    if not dark.any():
        return np.zeros(shape, np.uint8)
    near = cv2.dilate(dark, np.ones((EDGE, EDGE), np.uint8))
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
