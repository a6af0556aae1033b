"""Convolution with fixed filters, a random layer, and weights by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenfold.predictors.base import Arrays, softmax
from tenfold.types import Floats

SIDE = 28
# Side of the squares whose mean is taken of each filter's answers.
POOL = 4
# Pictures convolved at once: what the filters answer stays small.
FEW = 100


def pooled(pictures: Floats, filters: Floats) -> Floats:
    """How strongly each filter answers, for and against, in each square of a picture.

    Args:
        pictures: float32 (n, 784).
        filters: float32 (filters, side, side), of an odd side.

    Returns:
        float32 (n, 98 * filters), the roots of the means of the answers above zero, and of those below.
    """
    count, side, _ = filters.shape
    reach, squares = side // 2, SIDE // POOL
    # Each filter and its negative: what is above zero of the one is below zero of the other.
    weights = np.concatenate([filters, -filters]).reshape(2 * count, -1).T
    made = np.empty((len(pictures), squares * squares * 2 * count), np.float32)
    for at in range(0, len(pictures), FEW):
        few = pictures[at : at + FEW].reshape(-1, SIDE, SIDE)
        wide = np.pad(few, ((0, 0), (reach, reach), (reach, reach)))
        around = np.lib.stride_tricks.sliding_window_view(wide, (side, side), axis=(1, 2))
        answers = around.reshape(-1, side * side) @ weights
        np.maximum(answers, 0, out=answers)
        means = answers.reshape(len(few), squares, POOL, squares, POOL, 2 * count).mean(axis=(2, 4))
        made[at : at + FEW] = np.sqrt(means).reshape(len(few), -1)
    return made


def hidden(features: Floats, signs: npt.NDArray[np.uint8], bias: Floats, scale: float) -> Floats:
    """The random layer: the hyperbolic tangent of sums of features with random signs.

    Args:
        features: float32 (n, features).
        signs: uint8 (features, units / 8), a bit a unit: 1 to add, 0 to take away.
        bias: float32 (units,).
        scale: What the sums are multiplied with.
    """
    weights = np.unpackbits(signs, axis=1).astype(np.float32)
    weights *= 2 * scale
    weights -= scale
    units = features @ weights
    units += bias
    return np.asarray(np.tanh(units, out=units))


@dataclass(frozen=True, eq=False)
class ElmConv(Arrays):
    """Softmax of weighted sums of the random layer.

    Attributes:
        filters: float32 (filters, side, side).
        signs, bias, scale: Of the random layer; see `hidden`.
        weights: float32 (units, classes).
        sharpness: What the sums are multiplied with before the softmax.
    """

    filters: Floats
    signs: npt.NDArray[np.uint8]
    bias: Floats
    scale: float
    weights: Floats
    sharpness: float

    def predict_proba(self, pictures: Floats) -> Floats:
        units = hidden(pooled(pictures, self.filters), self.signs, self.bias, self.scale)
        return softmax(np.float32(self.sharpness) * (units @ self.weights))
