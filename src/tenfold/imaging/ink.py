"""Find the ink: a map of how strongly each pixel is written on, whatever the colours, ground and light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.types import Floats, Pixels

# The side to which larger pictures are shrunk before looking for ink. A digit may then be a
# twentieth of the picture and still come out with more pixels than the 20 it is fitted to.
WORK_SIDE = 448
# Ink must differ from the ground by this share of the full range, and by this many times the
# ground's own roughness; less is paper.
LEAST_CONTRAST = 14.0
LEAST_OVER_NOISE = 7.0
# Grain above this standard deviation is smoothed away first.
LEAST_GRAIN = 1.5
# Smaller pictures are crops, too small to hold shadows.
UNEVEN_SIDE = 40
# An uneven ground is looked for on a copy of this side, filling in what is narrower than these shares of it.
GROUND_SIDE = 128
GROUND_WINDOWS = (0.16, 0.28, 0.45)
# Natural logarithm of the ratio of variation at which filling in dark and light are told apart.
SIDES_APART = 0.25


@dataclass(frozen=True, slots=True)
class Ink:
    """The writing on a picture, shrunk to at most `WORK_SIDE` pixels a side.

    Attributes:
        strength: float32 (h, w), 0 for bare ground, 1 for full ink, soft at the edges.
        mask: uint8 (h, w), 1 where there is ink for sure.
        scale: Pixels here for one pixel of the given picture.
    """

    strength: Floats
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
    if min(tone.shape) >= UNEVEN_SIDE and _roughness(tone) > LEAST_GRAIN:
        tone = np.asarray(cv2.GaussianBlur(tone, (3, 3), 0), np.uint8)
    flat = _flat_ground(tone)
    if flat is not None:
        return _threshold(_from_flat(tone, flat), scale)
    strength = _from_uneven(tone)
    return _threshold(strength, scale, *_unevenness(strength))


def _one_tone(pixels: Pixels) -> Pixels:
    """Colour to the one channel in which the ink stands out most: luma, or a colour difference."""
    channels = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb))
    step = max(1, max(pixels.shape[:2]) // 96)
    contrasts = []
    for channel in channels:
        sample = channel[::step, ::step]
        low, middle, high = np.percentile(sample, (1, 50, 99))
        contrasts.append(max(high - middle, middle - low))
    if contrasts[0] >= 0.6 * max(contrasts[1:]):
        return np.asarray(channels[0], np.uint8)
    # Paper and ink of equal lightness: stretch the colour difference to a usable range.
    chroma = channels[1] if contrasts[1] >= contrasts[2] else channels[2]
    return np.asarray(cv2.normalize(chroma, None, 0, 255, cv2.NORM_MINMAX), np.uint8)


def _flat_ground(tone: Pixels) -> float | None:
    """The tone of the ground if it is one and the same everywhere, else None.

    A clean picture has two tones, ground and ink, and nothing beyond them; ink in a shadow is darker
    than the shadow, so there the darker of the two tones is not the end of the range.
    """
    step = max(1, max(tone.shape) // 112)
    sample = np.ascontiguousarray(tone[::step, ::step])
    cut, _ = cv2.threshold(sample, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = sample > cut
    share = float(light.mean())
    if share in (0.0, 1.0):
        return float(np.median(sample))
    dark_tone, light_tone = float(np.median(sample[~light])), float(np.median(sample[light]))
    if min(tone.shape) >= UNEVEN_SIDE:
        low, high = (float(value) for value in np.percentile(sample, (0.5, 99.5)))
        allowed = 0.12 * (high - low)
        ground, beyond = (light_tone, high) if share >= 0.5 else (dark_tone, low)
        spread = np.abs(sample[light == (share >= 0.5)].astype(np.float32) - ground)
        if abs(beyond - ground) > allowed or np.percentile(spread, 75) > 0.6 * allowed:
            return None
        if 0.1 < share < 0.9 and (dark_tone - low > allowed or high - light_tone > allowed):
            return None
    if 0.35 < share < 0.65:
        # Both tones are common: the ground is the one that makes up the border.
        border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
        return light_tone if border.mean() >= 0.5 else dark_tone
    return light_tone if share >= 0.5 else dark_tone


def _from_flat(tone: Pixels, ground: float) -> Floats:
    """How far each pixel is from a flat ground, on the side that stands out more."""
    difference = tone.astype(np.float32) - np.float32(ground)
    above, below = float(difference.max()), -float(difference.min())
    cut = 0.35 * max(above, below)
    if min(above, below) > cut:
        # Both sides stand out: more of the one that is ink lies far out.
        ink_is_light = float(np.maximum(difference - cut, 0).sum()) > float(np.maximum(-difference - cut, 0).sum())
    else:
        ink_is_light = above > below
    return np.maximum(difference if ink_is_light else -difference, 0)


def _from_uneven(tone: Pixels) -> Floats:
    """How far each pixel is from a ground that changes over the picture."""
    height, width = tone.shape
    shrink = min(1.0, GROUND_SIDE / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = np.asarray(cv2.resize(tone, size, interpolation=cv2.INTER_AREA), np.uint8)
    ground, ink_is_light = _smoothest_ground(small)
    ground = cv2.resize(cv2.GaussianBlur(ground, (3, 3), 0), (width, height), interpolation=cv2.INTER_LINEAR)
    if ink_is_light:
        return np.maximum(tone.astype(np.float32) - ground, 0)
    # Light falls on ink and paper alike: what counts is the share of light the ink swallows. In the
    # dark the shares of next to nothing are noise.
    light = np.maximum(ground.astype(np.float32), 0.25 * float(ground.max()))
    return np.maximum(ground.astype(np.float32) - tone, 0) * (255 / light)


def _smoothest_ground(small: Pixels) -> tuple[Pixels, bool]:
    """The ground without its ink, and whether the ink is lighter than it.

    Filling in the wrong side leaves the strokes in the ground, which then varies more than with the
    right side filled in. So does too small a window for a thick pen; but too large a one takes
    gradients for ink. So the smallest window counts that tells the sides apart, unless a larger one
    smooths far more.
    """
    found: list[dict[bool, tuple[float, Pixels]]] = []
    for share in GROUND_WINDOWS:
        reach = max(3, round(share * max(small.shape))) | 1
        found.append({light: _fill(small, reach, light) for light in (False, True)})
    lead = [abs(np.log((sides[True][0] + 0.1) / (sides[False][0] + 0.1))) for sides in found]
    telling = next((i for i, value in enumerate(lead) if value > SIDES_APART), int(np.argmax(lead)))
    ink_is_light = found[telling][True][0] < found[telling][False][0]
    fillings = [sides[ink_is_light] for sides in found]
    least = min(variation for variation, _ in fillings)
    return next(ground for variation, ground in fillings if variation <= 1.8 * least + 0.2), ink_is_light


def _fill(small: Pixels, reach: int, ink_is_light: bool) -> tuple[float, Pixels]:
    """Fill in what is narrower than `reach`: how much the result varies, and the result."""
    # A shadow that leaves the picture goes on outside it; without this its corners would be narrow.
    wider = cv2.copyMakeBorder(small, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    how = cv2.MORPH_OPEN if ink_is_light else cv2.MORPH_CLOSE
    filled = cv2.morphologyEx(wider, how, np.ones((reach, reach), np.uint8))
    ground = np.ascontiguousarray(filled[reach:-reach, reach:-reach], np.uint8)
    return _variation(ground), ground


def _variation(ground: Pixels) -> float:
    """Mean absolute step between neighbours."""
    signed = ground.astype(np.int16)
    return float(np.abs(np.diff(signed, axis=0)).mean() + np.abs(np.diff(signed, axis=1)).mean())


def _roughness(tone: Pixels) -> float:
    """Standard deviation of the noise, from second differences (Immerkaer 1996), robust to edges."""
    step = max(1, max(tone.shape) // 224)
    rows = tone[::step].astype(np.int16)
    second = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    return float(np.median(np.abs(second))) * 1.4826 / float(np.sqrt(6.0))


def _threshold(strength: Floats, scale: float, level: float = 0.0, noise: float = 0.0) -> Ink | None:
    """Ink is what stands out from the ground's usual level far enough."""
    # A single hot pixel is no ink: look at the strongest place after a light blur, where there is room.
    calm = cv2.GaussianBlur(strength, (3, 3), 0.6) if min(strength.shape) >= 8 else strength
    top = float(calm.max())
    if top < LEAST_CONTRAST or top - level < LEAST_OVER_NOISE * noise:
        return None
    levels = np.asarray(np.clip((strength - level) * (255.0 / (top - level)), 0, 255), np.uint8)
    drawn = levels[levels > 25]
    otsu, _ = cv2.threshold(drawn, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU) if drawn.size else (128.0, None)
    cut = float(np.clip(otsu / 255, 0.25, 0.5))
    mask = (levels > cut * 255).astype(np.uint8)
    if not mask.any():
        return None
    full = float(np.percentile(levels[mask > 0], 75))
    floor = max(0.04 * full, min(2.5 * noise * 255 / (top - level), 0.3 * full))
    soft = (levels.astype(np.float32) - np.float32(floor)) * np.float32(1 / max(full - floor, 1.0))
    return Ink(np.clip(soft, 0, 1), mask, scale)


def _unevenness(strength: Floats) -> tuple[float, float]:
    """Median of the ground's strength and its standard deviation, from the half of it nearest the median."""
    step = max(1, max(strength.shape) // 112)
    sample = strength[::step, ::step].ravel()
    level = float(np.median(sample))
    return level, 1.4826 * float(np.median(np.abs(sample - np.float32(level))))
