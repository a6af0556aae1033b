"""The ground under the ink: one flat tone, or one that changes over the picture with light and shadow."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.imaging.histogram import LEVELS, Counts, count_levels, otsu, quantile, sample
from tenfold.types import Pixels

# Smaller pictures are crops, too small to hold shadows.
UNEVEN_SIDE = 40
# An uneven ground is looked for on a copy of this side, filling in what is narrower than these shares of it.
GROUND_SIDE = 96
GROUND_WINDOWS = (0.16, 0.28, 0.45)
# Natural logarithm of the ratio of variation at which filling in dark and light are told apart.
SIDES_APART = 0.25
# A ground that varies so little is smooth.
STILL = 0.2


def flat_ground(tone: Pixels) -> int | None:
    """The tone of the ground if it is one and the same everywhere, else None.

    A clean picture has two tones, ground and ink, and nothing beyond them; ink in a shadow is darker
    than the shadow, so there the darker of the two tones is not the end of the range.

    Args:
        tone: uint8 (h, w).
    """
    few = sample(tone, 112)
    counts = count_levels(few)
    cut = otsu(counts)
    # So many pixels have this level or a lower one.
    total = counts.cumsum()
    dark, every = float(total[cut]), float(total[-1])
    share = (every - dark) / every
    if share in (0.0, 1.0):
        return round(quantile(counts, 0.5))
    sought = total.searchsorted([0.005 * every, 0.5 * dark, dark + 0.5 * (every - dark), 0.995 * every])
    low, dark_tone, light_tone, high = sought.tolist()
    if min(tone.shape) >= UNEVEN_SIDE:
        allowed = 0.12 * (high - low)
        # The levels of the side that the ground is on.
        ends, ground, beyond = ((cut + 1, 255), light_tone, high) if share >= 0.5 else ((0, cut), dark_tone, low)
        if abs(beyond - ground) > allowed or _is_spread(total, ends, ground, int(0.6 * allowed)):
            return None
        if 0.1 < share < 0.9 and (dark_tone - low > allowed or high - light_tone > allowed):
            return None
    if 0.35 < share < 0.65:
        share = _shares(few > cut, share)
    return int(light_tone if share >= 0.5 else dark_tone)


def _shares(light: npt.NDArray[np.bool_], share: float) -> float:
    """How much of the whole, of the border and of the corners is light, on average.

    Where ink and ground are equally common the ground is rather at the border, and rather still in
    the corners: a 0 that fills the picture touches all four sides but leaves the corners bare.
    """
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    near = max(1, round(0.12 * min(light.shape)))
    ends = slice(None, near), slice(-near, None)
    corners = np.concatenate([light[rows, columns].ravel() for rows in ends for columns in ends])
    return float(share + border.mean() + corners.mean()) / 3


def _is_spread(total: Counts, ends: tuple[int, int], middle: int, reach: int) -> bool:
    """Whether less than three quarters of the pixels of some levels lie within so many levels of the middle.

    Args:
        total: How many pixels have each level or a lower one.
        ends: The first and the last of the levels.
        middle: One of them.
        reach: How far from it.
    """

    def held(first: int, last: int) -> float:
        return float(total[last]) - (float(total[first - 1]) if first else 0.0)

    first, last = ends
    return held(max(first, middle - reach), min(last, middle + reach)) < 0.75 * held(first, last)


def from_flat(tone: Pixels, ground: int) -> tuple[Pixels, Counts]:
    """How far each pixel is from a flat ground, on the side that stands out more.

    Args:
        tone: uint8 (h, w).
        ground: Its level.

    Returns:
        uint8 (h, w), and how often each of its levels occurs.
    """
    counts = count_levels(tone)
    found = counts.nonzero()[0]
    above, below = max(0.0, float(found[-1]) - ground), max(0.0, ground - float(found[0]))
    cut = round(0.35 * max(above, below))
    if min(above, below) > cut:
        # Both sides stand out: more of the one that is ink lies far out.
        far = LEVELS - ground
        above, below = (float(counts @ (side - cut).clip(0)) for side in (far, -far))
    plain, distances = np.full_like(tone, ground), np.zeros_like(counts)
    if above > below:
        distances[: len(counts) - ground] = counts[ground:]
        distances[0] = counts[: ground + 1].sum()
        return np.asarray(cv2.subtract(tone, plain)), distances
    distances[: ground + 1] = counts[ground::-1]
    distances[0] = counts[ground:].sum()
    return np.asarray(cv2.subtract(plain, tone)), distances


def from_uneven(tone: Pixels) -> Pixels:
    """How far each pixel is from a ground that changes over the picture: uint8 (h, w)."""
    return from_ground(tone, *uneven_ground(tone, GROUND_SIDE, GROUND_WINDOWS))


def uneven_ground(
    tone: Pixels, side: int, windows: tuple[float, ...], light: bool | None = None
) -> tuple[Pixels, bool]:
    """A ground that changes over the picture, small, and whether the ink is lighter than it.

    Args:
        tone: uint8 (h, w).
        side: Longer side of the copy on which the ground is looked for.
        windows: Rising shares of that side: what is narrower may be filled in.
        light: Whether the ink is lighter than the ground, if that is known.
    """
    height, width = tone.shape
    shrink = min(1.0, side / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = np.asarray(cv2.resize(tone, size, interpolation=cv2.INTER_AREA), np.uint8)
    ground, ink_is_light = _smoothest_ground(small, windows, light)
    return np.asarray(cv2.GaussianBlur(ground, (3, 3), 0), np.uint8), ink_is_light


def from_ground(tone: Pixels, ground: Pixels, ink_is_light: bool) -> Pixels:
    """How far each pixel is from a ground: uint8 (h, w).

    Args:
        tone: uint8 (h, w).
        ground: uint8, of any size.
        ink_is_light: Whether ink is lighter than the ground.
    """
    size = tone.shape[::-1]
    if ink_is_light:
        return np.asarray(cv2.subtract(tone, cv2.resize(ground, size, interpolation=cv2.INTER_LINEAR)))
    # Light falls on ink and paper alike: what counts is the share of light the ink swallows. In the
    # dark the shares of next to nothing are noise.
    wide = cv2.resize(ground, size, interpolation=cv2.INTER_LINEAR)
    least = np.full_like(wide, max(1, round(0.25 * int(ground.max()))))
    return np.asarray(cv2.divide(cv2.subtract(wide, tone), cv2.max(wide, least), scale=255.0))


def _smoothest_ground(small: Pixels, windows: tuple[float, ...], known: bool | None = None) -> tuple[Pixels, bool]:
    """The ground without its ink, and whether the ink is lighter than it.

    Filling in the wrong side leaves the strokes in the ground, which then varies more than with the
    right side filled in. So does too small a window for a thick pen; but too large a one takes
    gradients for ink. So the smallest window counts that tells the sides apart, unless a larger one
    smooths far more.
    """
    reaches = [max(3, round(share * max(small.shape))) | 1 for share in windows]
    found: list[dict[bool, tuple[float, Pixels]]] = []
    lead: list[float] = []
    for reach in reaches:
        dark = _fill(small, reach, False)
        if reach == reaches[0] and dark[0] == 0 and not known:
            # Paper of one tone: nothing is smoother.
            return dark[1], False
        sides = {False: dark, True: _fill(small, reach, True)}
        found.append(sides)
        lead.append(abs(float(np.log((sides[True][0] + 0.1) / (sides[False][0] + 0.1)))))
        if lead[-1] > SIDES_APART:
            break
    telling = int(np.argmax(lead))
    ink_is_light = found[telling][True][0] < found[telling][False][0] if known is None else known
    fillings = [sides[ink_is_light] for sides in found]
    if fillings[0][0] <= STILL:
        # However smooth another is, this one is smooth enough.
        return fillings[0][1], ink_is_light
    fillings += [_fill(small, reach, ink_is_light) for reach in reaches[len(found) :]]
    least = min(variation for variation, _ in fillings)
    return next(ground for variation, ground in fillings if variation <= 1.8 * least + STILL), ink_is_light


def _fill(small: Pixels, reach: int, ink_is_light: bool) -> tuple[float, Pixels]:
    """Fill in what is narrower than `reach`: how much the result varies, and the result."""
    # A shadow that leaves the picture goes on outside it; without this its corners would be narrow.
    half, window = reach // 2, np.ones((reach, reach), np.uint8)
    wider = cv2.copyMakeBorder(small, half, half, half, half, cv2.BORDER_REPLICATE)
    first, second = (cv2.erode, cv2.dilate) if ink_is_light else (cv2.dilate, cv2.erode)
    filled = second(first(wider, window, borderType=cv2.BORDER_REPLICATE), window)
    ground = np.ascontiguousarray(filled[half:-half, half:-half], np.uint8)
    return _variation(ground), ground


def _variation(ground: Pixels) -> float:
    """Mean absolute step between neighbours, sideways and down."""
    if min(ground.shape) < 2:
        return 0.0
    down = cv2.norm(ground[1:], ground[:-1], cv2.NORM_L1) / ground[1:].size
    sideways = cv2.norm(ground[:, 1:], ground[:, :-1], cv2.NORM_L1)
    return float(down + sideways / ground[:, 1:].size)
