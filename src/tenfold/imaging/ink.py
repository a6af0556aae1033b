"""Find the ink: a map of how strongly each pixel is written on, whatever the colours, ground and light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.imaging.ground import UNEVEN_SIDE, flat_ground, from_flat, from_uneven
from tenfold.imaging.histogram import count_levels, otsu, quantile, quantiles
from tenfold.types import Pixels

# The side to which larger pictures are shrunk before looking for ink. A digit may then be a
# twentieth of the picture and still come out with more pixels than the 20 it is fitted to.
WORK_SIDE = 448
# Ink must differ from the ground by this many of 255 levels, and by this many times the ground's
# own unevenness; less is paper.
LEAST_CONTRAST = 14
LEAST_OVER_NOISE = 7.0
# Grain above this standard deviation is smoothed away first.
LEAST_GRAIN = 1.5


@dataclass(frozen=True, slots=True)
class Ink:
    """The writing on a picture, shrunk to at most `WORK_SIDE` pixels a side.

    Attributes:
        strength: uint8 (h, w), 0 for bare ground, 255 for full ink, soft at the edges.
        mask: uint8 (h, w), 1 where there is ink for sure.
        scale: Pixels here for one pixel of the given picture.
    """

    strength: Pixels
    mask: Pixels
    scale: float


def find_ink(pixels: Pixels) -> Ink | None:
    """Separate the writing from the ground.

    The ground is one flat tone where the picture is clean. Otherwise it is what is left when narrow
    things are filled in from around them (a morphological closing for dark ink, an opening for
    light), which follows gradients and shadows, even hard ones, but not strokes.

    Args:
        pixels: uint8 (H, W) grey or (H, W, 3) RGB.

    Returns:
        The ink, or None if nothing stands out from the ground.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, WORK_SIDE / max(height, width))
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    tone = _one_tone(pixels) if pixels.ndim == 3 else pixels
    if min(tone.shape) >= UNEVEN_SIDE and _grain(tone) > LEAST_GRAIN:
        tone = np.asarray(cv2.GaussianBlur(tone, (3, 3), 0), np.uint8)
    flat = flat_ground(tone)
    if flat is not None:
        return _threshold(from_flat(tone, flat), scale)
    strength = from_uneven(tone)
    return _threshold(strength, scale, *_unevenness(strength))


def _one_tone(pixels: Pixels) -> Pixels:
    """Colour to the one channel in which the ink stands out most: luma, or a colour difference."""
    step = max(1, max(pixels.shape[:2]) // 96)
    sample = np.ascontiguousarray(pixels[::step, ::step])
    channels = cv2.split(cv2.cvtColor(sample, cv2.COLOR_RGB2YCrCb))
    contrasts = [_contrast(np.asarray(channel, np.uint8)) for channel in channels]
    if contrasts[0] >= 0.6 * max(contrasts[1:]):
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    # Paper and ink of equal lightness: stretch the colour difference to a usable range.
    chroma = cv2.extractChannel(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb), 1 if contrasts[1] >= contrasts[2] else 2)
    return np.asarray(cv2.normalize(chroma, np.empty_like(chroma), 0, 255, cv2.NORM_MINMAX), np.uint8)


def _contrast(channel: Pixels) -> float:
    low, middle, high = quantiles(count_levels(channel), 0.01, 0.5, 0.99)
    return max(high - middle, middle - low)


def _grain(tone: Pixels) -> float:
    """Standard deviation of the noise, from second differences (Immerkaer 1996), robust to edges."""
    step = max(1, max(tone.shape) // 48)
    rows = tone[::step].astype(np.int16)
    second = np.abs(rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:])
    middle = quantile(count_levels(np.minimum(second, 255).astype(np.uint8)), 0.5)
    return middle * 1.4826 / float(np.sqrt(6.0))


def _threshold(strength: Pixels, scale: float, level: float = 0.0, noise: float = 0.0) -> Ink | None:
    """Ink is what stands out from the ground's usual level far enough."""
    # A single hot pixel is no ink: look at the strongest place after a light blur, where there is room.
    calm = cv2.GaussianBlur(strength, (3, 3), 0.6) if min(strength.shape) >= 8 else strength
    top = float(calm.max())
    if top < LEAST_CONTRAST or top - level < LEAST_OVER_NOISE * noise:
        return None
    gain = 255.0 / (top - level)
    # All that follows depends on the level alone, so it is worked out for 256 levels, not for every pixel.
    levels = np.clip((np.arange(256) - level) * gain, 0, 255)
    counts = count_levels(strength)
    drawn = np.bincount(levels.astype(np.int64), weights=counts, minlength=256).astype(np.float64)
    drawn[:26] = 0
    cut = float(np.clip(otsu(drawn) / 255, 0.25, 0.5)) * 255 if drawn.any() else 127.5
    inked = levels > cut
    if not counts[inked].any():
        return None
    full = float(levels[round(quantile(np.where(inked, counts, 0), 0.75))])
    floor = max(0.04 * full, min(2.5 * noise * gain, 0.3 * full))
    soft = np.clip((levels - floor) * (255 / max(full - floor, 1.0)), 0, 255)
    mask = cv2.LUT(strength, inked.astype(np.uint8))
    return Ink(np.asarray(cv2.LUT(strength, np.rint(soft).astype(np.uint8))), np.asarray(mask), scale)


def _unevenness(strength: Pixels) -> tuple[float, float]:
    """Median of the ground's strength and its standard deviation, from the half of it nearest the median."""
    counts = count_levels(strength)
    level = quantile(counts, 0.5)
    distance = np.bincount(np.abs(np.arange(256) - round(level)), weights=counts, minlength=256).astype(np.float64)
    return level, 1.4826 * quantile(distance, 0.5)
