"""Numbers of any range, and pictures with transparency, as uint8 pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tenfold.errors import DamagedImage
from tenfold.types import Pixels

# The largest value a picture's numbers may have, by the conventions in use: masks, 8 bits, and what
# scanners and cameras put into 16 bits. Floats have one more, the 0..16 of scikit-learn's digits.
TOPS = (1, 255, 1023, 4095, 16383, 65535)
FLOAT_TOPS = (1, 16, 255, 1023, 4095, 16383, 65535)
# Resizing with a sharp filter overshoots the range of floats by up to this share of it.
OVERSHOOT = 0.25

# Visible brightness from its 1st to its 99th percentile, above which ink and paper are both seen.
TWO_TONES = 100
# Share of the picture that is opaque, above which it is paper even where no ink is seen on it.
MOSTLY_OPAQUE = 0.9
# Mean brightness of ink without paper above which it is meant for a dark ground.
LIGHT_INK = 160


def to_uint8(values: npt.NDArray[Any], name: str) -> Pixels:
    """Numbers of unknown range as 0..255.

    The range is the smallest usual one that holds the values: 0..1, 0..255, or 10, 12, 14 or 16 bits;
    floats may overshoot it a little. Values below zero follow no convention: they are stretched, so that
    the lowest becomes 0 and the highest 255.

    Args:
        values: Bools, integers or floats of any shape, not empty.
        name: What the numbers are, for messages: ``"The array"``.

    Returns:
        uint8, the same shape.

    Raises:
        DamagedImage: If a value is NaN or infinite.
    """
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    if values.dtype == np.uint8:
        return values * np.uint8(255) if values.max() <= 1 else np.ascontiguousarray(values)
    floats = values.dtype.kind == "f"
    if floats and not (finite := np.isfinite(values)).all():
        raise DamagedImage(
            f"{name} holds {finite.size - int(finite.sum()):,} values that are not finite numbers (NaN or infinity).",
            "Replace them before asking.",
        )
    values = values.astype(np.result_type(values.dtype, np.float32))
    low, high = float(values.min()), float(values.max())
    slack = OVERSHOOT if floats else 0.0
    top = next((top for top in (FLOAT_TOPS if floats else TOPS) if high <= top * (1 + slack)), high)
    if low < -slack * top or (low < 0 and high < top / 2):
        return _stretch(values, max(abs(low), abs(high)))
    return np.asarray(np.rint(np.clip(values / top, 0, 1) * 255), np.uint8)


def _stretch(values: npt.NDArray[Any], largest: float) -> Pixels:
    values = values / largest  # first, so that the span of huge values is no infinity
    low, span = values.min(), np.ptp(values)
    return np.asarray(np.rint((values - low) * (255 / span if span > 0 else 0)), np.uint8)


def lay_on_ground(image: Image.Image) -> Pixels:
    """A picture with transparency on an opaque ground that keeps the ink visible.

    Where the picture shows paper, the ground continues it; where it shows ink alone, the ground is
    white, or black under light ink. A picture that is transparent everywhere says nothing by it (some
    programs leave the fourth channel zero): its colours are taken as they are.

    Args:
        image: A PIL image of mode RGBA.

    Returns:
        uint8 (H, W, 3).
    """
    colour, alpha = image.convert("RGB"), image.getchannel("A")
    if alpha.getextrema() == (0, 0):
        return np.asarray(colour)
    every = max(1, round((image.width * image.height / 1e6) ** 0.5))  # a million pixels tell enough
    shown = np.asarray(alpha)[::every, ::every].ravel()
    grey = np.asarray(colour.convert("L"))[::every, ::every].ravel()
    histogram = np.bincount(grey, weights=shown, minlength=256)
    if not histogram.any():
        histogram = np.bincount(np.asarray(colour.convert("L")).ravel(), np.asarray(alpha).ravel(), 256)
    rising = np.cumsum(histogram) / histogram.sum()
    dark, middle, light = np.searchsorted(rising, (0.01, 0.5, 0.99))
    if light - dark > TWO_TONES or float(shown.mean()) > MOSTLY_OPAQUE * 255:
        ground = 255 if middle > 127 else 0
    else:
        ground = 0 if histogram @ np.arange(256) / histogram.sum() > LIGHT_INK else 255
    paper = Image.new("RGBA", image.size, (ground, ground, ground, 255))
    return np.asarray(Image.alpha_composite(paper, image).convert("RGB"))
