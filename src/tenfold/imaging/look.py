"""The look of a digit in 64 bits: pictures that are nearly the same differ in few of them."""

from __future__ import annotations

import cv2
import numpy as np

from tenfold.types import Pixels


def look_of(pixels: Pixels) -> str:
    """Whether it gets brighter from each ninth of a row to the next, in eight rows (difference hash; Krawetz 2013).

    Args:
        pixels: uint8 (28, 28).

    Returns:
        16 hexadecimal digits.
    """
    small = cv2.resize(pixels, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.packbits(small[:, 1:] > small[:, :-1]).tobytes().hex()
