"""LIRA: random neurons with a limited receptive area, and one layer of weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenfold.predictors.base import Arrays, softmax
from tenfold.types import Floats

# Thresholds that points have: k / (LEVELS + 1), k from 1 on.
LEVELS = 15
# Neurons looked at together: their answers to a lot of pictures stay in the processor's cache.
BLOCK = 2048

Bits = npt.NDArray[np.uint8]


def conditions(pictures: Floats) -> Bits:
    """Whether each pixel is above each threshold, and whether it is not.

    Args:
        pictures: float32 (n, pixels), 0..1.

    Returns:
        uint8 (2 * LEVELS * pixels, n / 8 rounded up), a bit a picture: of each threshold in turn every pixel, first
        those above it, then those not above it.
    """
    cuts = np.arange(1, LEVELS + 1, dtype=np.float32) / np.float32(LEVELS + 1)
    above = (pictures.T[None] > cuts[:, None, None]).reshape(-1, len(pictures))
    return np.packbits(np.concatenate([above, ~above]), axis=1)


def active(met: Bits, points: npt.NDArray[np.int16]) -> Bits:
    """Which neurons are active: uint8 (neurons, n / 8 rounded up), a bit a picture.

    Args:
        met: What `conditions` gives.
        points: int16 (neurons, points), rows of `met` that must all hold.
    """
    found = met[points[:, 0]]
    for column in points.T[1:]:
        found &= met[column]
    return found


@dataclass(frozen=True, eq=False)
class Lira(Arrays):
    """Softmax of the weights of the active neurons, added.

    Attributes:
        points: int16 (neurons, points), the conditions of each neuron; see `conditions`.
        weights: float16 (neurons, classes).
        sharpness: What the sums are multiplied with before the softmax.
    """

    points: npt.NDArray[np.int16]
    weights: npt.NDArray[np.float16]
    sharpness: float

    def predict_proba(self, pictures: Floats) -> Floats:
        met = conditions(pictures)
        scores = np.zeros((len(pictures), self.weights.shape[1]), np.float32)
        for at in range(0, len(self.points), BLOCK):
            bits = np.unpackbits(active(met, self.points[at : at + BLOCK]), axis=1, count=len(pictures))
            scores += bits.T.astype(np.float32) @ self.weights[at : at + BLOCK].astype(np.float32)
        return softmax(np.float32(self.sharpness) * scores)
