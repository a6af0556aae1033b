"""Find the ink: a map of how strongly each pixel is written on, whatever the colours, ground and light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.imaging.ground import UNEVEN_SIDE, flat_ground, from_flat, from_uneven
from tenfold.imaging.histogram import LEVELS, Counts, count_levels, otsu, quantile, quantiles, regroup, sample
from tenfold.imaging.sheet import without_table
from tenfold.types import Pixels

# Ink must differ from the ground by this many of 255 levels, and by this many times the ground's
# own unevenness; less is paper.
LEAST_CONTRAST = 14
LEAST_OVER_NOISE = 7.0
# Grain above this standard deviation is smoothed away first.
LEAST_GRAIN = 1.5
TO_DIFFERENCES = cv2.COLOR_RGB2YCrCb


@dataclass(frozen=True, slots=True)
class Ink:
    """The writing on a picture, which may have been shrunk.

    Attributes:
        distance: uint8 (h, w), how far each pixel is from the ground.
        strengths: uint8 (256,), rising: how strong the ink is at each distance, 0 for bare ground, 255 for full ink.
        mask: uint8 (h, w), 1 where there is ink for sure.
        scale: Pixels here for one pixel of the given picture.
        contrast: By how many of 255 levels the darkest ink differs from the ground.
    """

    distance: Pixels
    strengths: Pixels
    mask: Pixels
    scale: float
    contrast: float

    def strength(self, window: tuple[slice, slice]) -> Pixels:
        """How strong the ink is in some rows and columns, soft at the edges: uint8, 0..255."""
        return np.asarray(cv2.LUT(self.distance[window], self.strengths), np.uint8)

    def stronger(self, share: float) -> Pixels:
        """Where there is more than a share of full ink: uint8 (h, w), 1 there."""
        least = int(self.strengths.searchsorted(share * 255, side="right"))
        return np.asarray(cv2.threshold(self.distance, least - 1, 1, cv2.THRESH_BINARY)[1], np.uint8)


def find_ink(pixels: Pixels, scale: float, least: float = LEAST_CONTRAST) -> Ink | None:
    """Separate the writing from the ground.

    The ground is one flat tone where the picture is clean. Otherwise it is what is left when narrow
    things are filled in from around them (a morphological closing for dark ink, an opening for
    light), which follows gradients and shadows, even hard ones, but not strokes.

    Args:
        pixels: uint8 (H, W) grey or (H, W, 3) RGB.
        scale: What to shrink the picture by first, above 0, at most 1.
        least: How many of 255 levels ink differs from the ground.

    Returns:
        The ink, or None if nothing stands out from the ground.
    """
    if scale < 1:
        height, width = pixels.shape[:2]
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    tone = without_table(calm_tone(pixels))
    flat = flat_ground(tone)
    if flat is not None:
        return _threshold(*from_flat(tone, flat), scale, least)
    strength = from_uneven(tone)
    counts = count_levels(strength)
    return _threshold(strength, counts, scale, least, *unevenness(counts))


def calm_tone(pixels: Pixels) -> Pixels:
    """The one channel in which ink stands out most, its grain smoothed away: uint8 (h, w)."""
    tone = one_tone(pixels) if pixels.ndim == 3 else pixels
    if min(tone.shape) >= UNEVEN_SIDE and is_grainy(tone):
        tone = np.asarray(cv2.GaussianBlur(tone, (3, 3), 0), np.uint8)
    return tone


def one_tone(pixels: Pixels) -> Pixels:
    """Colour to the one channel in which the ink stands out most: luma, or a colour difference."""
    luma, red, blue = (np.asarray(one, np.uint8) for one in cv2.split(cv2.cvtColor(sample(pixels, 96), TO_DIFFERENCES)))
    contrast = _contrast(luma)
    # No contrast is larger than the range of the levels, which is known sooner.
    if contrast >= 0.6 * max(_range(red), _range(blue)) or contrast >= 0.6 * max(_contrast(red), _contrast(blue)):
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    # Paper and ink of equal lightness: stretch the colour difference to a usable range.
    which = 1 if _contrast(red) >= _contrast(blue) else 2
    chroma = cv2.extractChannel(cv2.cvtColor(pixels, TO_DIFFERENCES), which)
    return np.asarray(cv2.normalize(chroma, np.empty_like(chroma), 0, 255, cv2.NORM_MINMAX), np.uint8)


def _range(channel: Pixels) -> float:
    lowest, highest, _, _ = cv2.minMaxLoc(channel)
    return float(highest - lowest)


def _contrast(channel: Pixels) -> float:
    low, middle, high = quantiles(count_levels(channel), 0.01, 0.5, 0.99)
    return max(high - middle, middle - low)


def is_grainy(tone: Pixels) -> bool:
    """Whether noise is stronger than `LEAST_GRAIN`, from second differences (Immerkaer 1996), robust to edges.

    A quantity's median tells its standard deviation; that is above a limit if less than half of it lies within.
    """
    rows = tone[:: max(1, max(tone.shape) // 48)].astype(np.int16)
    first = rows[:, 1:] - rows[:, :-1]
    second = first[:, 1:] - first[:, :-1]
    most = int(LEAST_GRAIN * 6.0**0.5 / 1.4826)
    return cv2.countNonZero(cv2.inRange(second, (-most,), (most,))) < 0.5 * second.size


def _threshold(
    strength: Pixels, counts: Counts, scale: float, least: float, level: float = 0.0, noise: float = 0.0
) -> Ink | None:
    """Ink is what stands out from the ground's usual level far enough."""
    # A single hot pixel is no ink: look at the strongest place after a light blur, where there is room.
    calm = cv2.GaussianBlur(strength, (3, 3), 0.6) if min(strength.shape) >= 8 else strength
    top = float(calm.max())
    if top < least or top <= level or top - level < LEAST_OVER_NOISE * noise:
        return None
    gain = 255.0 / (top - level)
    # All that follows depends on the level alone, so it is worked out for 256 levels, not for every pixel.
    levels = _clipped((LEVELS - level) * gain)
    drawn = regroup(counts, levels)
    drawn[:26] = 0
    cut = min(max(otsu(drawn), 0.25 * 255), 0.5 * 255)
    first = int(levels.searchsorted(cut, side="right"))
    strong = counts[first:].cumsum()
    if len(strong) == 0 or strong[-1] == 0:
        return None
    full = float(levels[first + int(strong.searchsorted(0.75 * float(strong[-1])))])
    floor = max(0.04 * full, min(2.5 * noise * gain, 0.3 * full))
    soft = _clipped((levels - floor) * (255 / max(full - floor, 1.0)))
    _, mask = cv2.threshold(strength, first - 1, 1, cv2.THRESH_BINARY)
    return Ink(strength, np.rint(soft).astype(np.uint8), np.asarray(mask, np.uint8), scale, top)


def _clipped(levels: Counts) -> Counts:
    """What is beyond the range of bytes brought to its ends."""
    return np.minimum(np.maximum(levels, 0.0), 255.0)


def unevenness(counts: Counts) -> tuple[float, float]:
    """Median of the ground's strength and its standard deviation, from the half of it nearest the median."""
    level = quantile(counts, 0.5)
    distance = regroup(counts, np.abs(LEVELS - level))
    return level, 1.4826 * quantile(distance, 0.5)
