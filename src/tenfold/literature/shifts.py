"""Digits shifted by whole pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenfold.literature.estimator import SIDE
from tenfold.types import Floats


def shifted(pictures: Floats, moves: npt.NDArray[np.int64]) -> Floats:
    """Each picture shifted by its own number of rows down and columns to the right.

    Args:
        pictures: float32 (n, 784).
        moves: int64 (n, 2).

    Returns:
        float32 (n, 784), with zeros where nothing was.
    """
    reach = int(np.abs(moves).max())
    wide = np.pad(pictures.reshape(-1, SIDE, SIDE), ((0, 0), (reach, reach), (reach, reach)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, (SIDE, SIDE), axis=(1, 2))
    down, right = (reach - moves).T
    return np.asarray(windows[np.arange(len(pictures)), down, right].reshape(len(pictures), -1), np.float32)
