"""Medians, quantiles and Otsu's cut from the 256 counts of a grey picture: exact, and quick on large ones."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.types import Pixels

Counts = npt.NDArray[np.float64]

LEVELS = np.arange(256, dtype=np.float64)


def count_levels(pixels: Pixels, mask: Pixels | None = None) -> Counts:
    """How often each level occurs.

    Args:
        pixels: uint8 (h, w).
        mask: uint8 (h, w); only pixels where it is not 0 count.

    Returns:
        float64 (256,).
    """
    return np.asarray(cv2.calcHist([pixels], [0], mask, [256], [0, 256]), np.float64).ravel()


def sample(pixels: Pixels, side: int) -> Pixels:
    """Every so many pixels, so that at most about `side` are left a side: uint8, as many channels as before."""
    height, width = pixels.shape[:2]
    step = -(-max(height, width) // side)
    if step == 1:
        return pixels
    size = (-(-width // step), -(-height // step))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def regroup(counts: Counts, levels: npt.NDArray[np.float64]) -> Counts:
    """The counts after every level has become another.

    Args:
        counts: float64 (256,).
        levels: (256,), 0..255: what each level becomes, rounded down.
    """
    return np.asarray(np.bincount(levels.astype(np.int64), weights=counts, minlength=256), np.float64)


def quantile(counts: Counts, share: float) -> float:
    """The level below or at which this share (0..1) of the pixels lies; 0 if there are none."""
    return quantiles(counts, share)[0]


def quantiles(counts: Counts, *shares: float) -> list[float]:
    """As `quantile`, for several shares at once."""
    total = counts.cumsum()
    count = float(total[-1])
    return [float(level) for level in total.searchsorted([max(share * count, 1e-9) for share in shares])]


def otsu(counts: Counts) -> int:
    """The level that best parts dark from light: the last one that is dark (Otsu 1979).

    Returns:
        0..254; 255 if all pixels have one level.
    """
    dark, between = counts.cumsum(), (counts * LEVELS).cumsum()
    total, mass = float(dark[-1]), float(between[-1])
    # dark * light * (difference of the means)^2, rid of its divisions by what may be empty.
    parted = total - dark
    parted *= dark
    np.maximum(parted, 1e-9, out=parted)
    between *= total
    dark *= mass
    between -= dark
    between *= between
    between /= parted
    best = int(between.argmax())
    return best if between[best] > 1e-3 else 255
