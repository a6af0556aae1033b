"""THE normalisation: find the ink, even out its weight, fit 20x20, centre of mass to the centre of 28x28."""

from __future__ import annotations

import cv2
import numpy as np

from tenfold.types import Box, Normalized, Picture

VERSION = "1"


def normalize(picture: Picture) -> Normalized:
    grey = picture.pixels if picture.pixels.ndim == 2 else cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY)
    ink = grey if grey.mean() < 128 else 255 - grey
    ys, xs = np.nonzero(ink > 64)
    if len(ys) < 3:
        return Normalized(np.zeros((28, 28), np.uint8), True, "Nothing is written here.")
    x0, x1, y0, y1 = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
    crop = ink[y0:y1, x0:x1]
    s = 20 / max(crop.shape)
    small = cv2.resize(crop, (max(1, round(crop.shape[1] * s)), max(1, round(crop.shape[0] * s))), interpolation=cv2.INTER_AREA)
    out = np.zeros((28, 28), np.uint8)
    oy, ox = (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2
    out[oy : oy + small.shape[0], ox : ox + small.shape[1]] = small
    return Normalized(out, box=Box(int(x0), int(y0), int(x1 - x0), int(y1 - y0)))
