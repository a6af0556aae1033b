"""Corruptions: ways to spoil digits, to see what a classifier bears; each a function, and a line in `CORRUPTIONS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.types import Pixels

# Every corruption begins with the same chance, so that each classifier is shown the same digits.
SEED = 1998

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to spoil digits.

    Attributes:
        spoil: Digits uint8 (n, 28, 28), how much, and a source of chance to the same digits spoilt.
        steps: How much, one measurement each.
        unit: What that is measured in.
    """

    spoil: Callable[[Pixels, float, Rng], Pixels]
    steps: tuple[float, ...]
    unit: str


def spoil(pictures: Pixels, much: float, how: str) -> Pixels:
    """Digits spoilt in one way.

    Args:
        pictures: uint8 (n, 28, 28).
        much: How much, in the unit of that way.
        how: One of `CORRUPTIONS`.
    """
    return CORRUPTIONS[how].spoil(pictures, much, np.random.default_rng(SEED))


def shifted(pictures: Pixels, much: float, rng: Rng) -> Pixels:
    """Moved, each in a direction by chance."""
    moved = []
    for picture in pictures:
        angle = rng.uniform(0, 2 * np.pi)
        moved.append(_warped(picture, [[1, 0, much * np.cos(angle)], [0, 1, much * np.sin(angle)]]))
    return np.stack(moved)


def turned(pictures: Pixels, much: float, rng: Rng) -> Pixels:
    """Turned around the middle, each to a side by chance."""
    middle = (13.5, 13.5)
    return np.stack(
        [
            _warped(picture, cv2.getRotationMatrix2D(middle, float(much * rng.choice((-1, 1))), 1.0))
            for picture in pictures
        ]
    )


def noisy(pictures: Pixels, much: float, rng: Rng) -> Pixels:
    """Under grain."""
    grain = rng.normal(0, 255 * much, pictures.shape)
    return np.asarray(np.clip(pictures + grain, 0, 255), np.uint8)


def penned(pictures: Pixels, much: float, rng: Rng) -> Pixels:
    """With strokes wider or thinner: found at four times the size, where a pixel is a quarter of one."""
    round_pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (1 + 4 * abs(round(much)),) * 2)
    changed = []
    for picture in pictures:
        large = cv2.resize(picture, (112, 112), interpolation=cv2.INTER_CUBIC)
        large = cv2.dilate(large, round_pen) if much > 0 else cv2.erode(large, round_pen)
        changed.append(np.asarray(cv2.resize(large, (28, 28), interpolation=cv2.INTER_AREA), np.uint8))
    return np.stack(changed)


def _warped(picture: Pixels, matrix: object) -> Pixels:
    return np.asarray(cv2.warpAffine(picture, np.array(matrix), (28, 28), flags=cv2.INTER_LINEAR), np.uint8)


CORRUPTIONS: dict[str, Corruption] = {
    "shift": Corruption(shifted, (1, 2, 3), "pixels"),
    "rotation": Corruption(turned, (10, 20, 30), "degrees"),
    "noise": Corruption(noisy, (0.1, 0.2, 0.4), "standard deviation, where white is 1"),
    "pen width": Corruption(penned, (-1, 1, 2), "pixels, thinner below 0"),
}
