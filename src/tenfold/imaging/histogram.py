"""Medians, quantiles and Otsu's cut from the 256 counts of a grey picture: exact, and quick on large ones."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.types import Pixels

Counts = npt.NDArray[np.float64]

_LEVELS = np.arange(256, dtype=np.float64)


def count_levels(pixels: Pixels, mask: Pixels | None = None) -> Counts:
    """How often each level occurs.

    Args:
        pixels: uint8 (h, w).
        mask: uint8 (h, w); only pixels where it is not 0 count.

    Returns:
        float64 (256,).
    """
    return np.asarray(cv2.calcHist([pixels], [0], mask, [256], [0, 256]), np.float64).ravel()


def quantile(counts: Counts, share: float) -> float:
    """The level below or at which this share (0..1) of the pixels lies; 0 if there are none."""
    return quantiles(counts, share)[0]


def quantiles(counts: Counts, *shares: float) -> list[float]:
    """As `quantile`, for several shares at once."""
    total = np.cumsum(counts)
    return [float(level) for level in np.searchsorted(total, [max(share * total[-1], 1e-9) for share in shares])]


def otsu(counts: Counts) -> int:
    """The level that best parts dark from light: the last one that is dark (Otsu 1979).

    Returns:
        0..254; 255 if all pixels have one level.
    """
    total, mass = counts.sum(), float((counts * _LEVELS).sum())
    dark = np.cumsum(counts)
    dark_mass = np.cumsum(counts * _LEVELS)
    light = total - dark
    with np.errstate(divide="ignore", invalid="ignore"):
        between = dark * light * (dark_mass / dark - (mass - dark_mass) / light) ** 2
    between = np.nan_to_num(between, nan=0.0, posinf=0.0, neginf=0.0)
    return int(between.argmax()) if between.max() > 0 else 255
