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

    The ground is one flat tone where the picture has one; otherwise it is estimated by a wide median
    filter, which follows shadows and gradients but not strokes. Whatever stands out on one
    side of it, lighter or darker, whichever is more, is ink.

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
    difference, flat = _from_ground(tone)
    noise = _roughness(tone)
    if noise > 1.5 and min(tone.shape) >= 40:
        difference = cv2.GaussianBlur(difference, (3, 3), 0)
        noise *= 0.5
    strength = np.maximum(difference if _ink_is_light(difference, flat) else -difference, 0)
    return _threshold(strength, noise, scale)


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


def _from_ground(tone: Pixels) -> tuple[Floats, bool]:
    """How far each pixel is above (+) or below (-) the ground, float32; and whether the ground is flat."""
    step = max(1, max(tone.shape) // 112)
    sample = tone[::step, ::step]
    low, high = float(sample.min()), float(sample.max())
    middle = float(np.median(sample))
    near = np.abs(sample.astype(np.float32) - middle) <= max(6.0, 0.08 * (high - low))
    if near.mean() >= 0.5 or min(tone.shape) < 40:
        ground = _flat_ground(sample, middle)
        return tone.astype(np.float32) - np.float32(ground), True
    shrink = 72 / max(tone.shape)
    size = (max(1, round(tone.shape[1] * shrink)), max(1, round(tone.shape[0] * shrink)))
    small = cv2.resize(tone, size, interpolation=cv2.INTER_AREA)
    ground_map = cv2.medianBlur(np.asarray(small, np.uint8), 31)
    ground_map = cv2.GaussianBlur(ground_map, (5, 5), 0)
    ground_map = cv2.resize(ground_map, tone.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return tone.astype(np.float32) - ground_map.astype(np.float32), False


def _flat_ground(sample: Pixels, middle: float) -> float:
    """The tone of a flat ground: the more common side; where both are common, that of the border."""
    cut, _ = cv2.threshold(np.ascontiguousarray(sample), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = sample > cut
    share = float(light.mean())
    if 0.35 < share < 0.65:
        border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
        ground_is_light = border.mean() >= 0.5
    else:
        ground_is_light = share >= 0.5
    side = sample[light] if ground_is_light else sample[~light]
    return float(np.median(side)) if side.size else middle


def _roughness(tone: Pixels) -> float:
    """Standard deviation of the noise, from second differences (Immerkaer 1996), robust to edges."""
    if min(tone.shape) < 8:
        return 0.0
    step = max(1, max(tone.shape) // 224)
    rows = tone[::step].astype(np.int16)
    second = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    return float(np.median(np.abs(second))) * 1.4826 / float(np.sqrt(6.0))


def _ink_is_light(difference: Floats, flat: bool) -> bool:
    above, below = float(difference.max()), -float(difference.min())
    if flat and min(above, below) < 0.35 * max(above, below):
        return above > below
    # What stands out far counts, not the sum of small unevenness over a wide ground.
    cut = 0.35 * max(above, below)
    return float(np.maximum(difference - cut, 0).sum()) > float(np.maximum(-difference - cut, 0).sum())


def _threshold(strength: Floats, noise: float, scale: float) -> Ink | None:
    # A single hot pixel is no ink: look at the strongest place after a light blur, where there is room.
    calm = cv2.GaussianBlur(strength, (3, 3), 0.6) if min(strength.shape) >= 8 else strength
    top = float(calm.max())
    if top < max(LEAST_CONTRAST, LEAST_OVER_NOISE * noise):
        return None
    levels = np.asarray(np.minimum(strength * (255.0 / top), 255), np.uint8)
    drawn = levels[levels > 25]
    otsu, _ = cv2.threshold(drawn, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU) if drawn.size else (128.0, None)
    cut = float(np.clip(otsu / 255, 0.25, 0.5))
    mask = (levels > cut * 255).astype(np.uint8)
    if not mask.any():
        return None
    full = float(np.percentile(strength[mask > 0], 75))
    floor = max(0.04 * full, min(2.5 * noise, 0.3 * full))
    soft = np.clip((strength - floor) / max(full - floor, 1e-6), 0, 1)
    return Ink(np.asarray(soft, np.float32), mask, scale)
