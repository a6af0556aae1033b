"""Makes slanted digits upright, by their second moments."""

from __future__ import annotations

import cv2
import numpy as np

from tenfold.types import Floats, Pixels

SIDE = 28
MIDDLE = np.float32((SIDE - 1) / 2)
# OpenCV counts rows up to 2**15: so many pictures on top of each other are moved at once.
LOT = 1000
# The least spread over the rows, in squared pixels, by which a slant can be told.
LEAST_SPREAD = 0.1


def deskew(pictures: Floats) -> Pixels:
    """Shear each picture so that the principal axis of its ink is upright, and centre it.

    The slant is the covariance of column and row of the ink over its variance over the rows; the rows are shifted
    against it (LeCun, Bottou, Bengio, Haffner 1998, section III.A, "deslanted").

    Args:
        pictures: float32 (n, 784), 0..1, bright on black.

    Returns:
        uint8 (n, 784). What has no ink is left as it is.
    """
    upright = [_upright(pictures[at : at + LOT].reshape(-1, SIDE, SIDE)) for at in range(0, len(pictures), LOT)]
    return np.concatenate([np.empty((0, SIDE**2), np.uint8), *upright])


def _upright(pictures: Floats) -> Pixels:
    row, column, slant = _moments(pictures)
    line = np.arange(SIDE, dtype=np.float32)
    from_row = line - MIDDLE + row[:, None]
    from_column = line - MIDDLE + column[:, None, None] + slant[:, None, None] * (line - MIDDLE)[:, None]
    # The pictures on top of each other, with an empty row above and below each, so that none reaches into another.
    stacked = np.pad(pictures, ((0, 0), (1, 1), (0, 0))).reshape(-1, SIDE)
    first = np.arange(1, len(stacked), SIDE + 2, dtype=np.float32)
    rows = np.clip(from_row, -1, SIDE) + first[:, None]
    where = np.broadcast_to(rows[:, :, None], from_column.shape).reshape(-1, SIDE)
    moved = cv2.remap(stacked, from_column.reshape(-1, SIDE), where, cv2.INTER_LINEAR, borderValue=0)
    pixels: Pixels = np.rint(np.clip(moved, 0, 1) * np.float32(255)).astype(np.uint8)
    return pixels.reshape(-1, SIDE**2)


def _moments(pictures: Floats) -> tuple[Floats, Floats, Floats]:
    """The centre's row and column and the slant in columns a row, float32 (n,) each."""
    line = np.arange(SIDE, dtype=np.float32) - MIDDLE
    ink = pictures.sum(axis=(1, 2))
    inked = ink > 0
    weights = pictures / np.where(inked, ink, 1)[:, None, None]
    over_rows, over_columns = weights.sum(axis=2), weights.sum(axis=1)
    row, column = over_rows @ line, over_columns @ line
    spread = over_rows @ line**2 - row**2
    together = np.einsum("nrc,r,c->n", weights, line, line, optimize=True) - row * column
    slant = np.where(spread > LEAST_SPREAD, together / np.maximum(spread, LEAST_SPREAD), 0)
    return row + MIDDLE, column + MIDDLE, np.asarray(slant, np.float32)
