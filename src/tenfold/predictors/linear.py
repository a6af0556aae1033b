"""Classifiers of one layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenfold.predictors.base import Arrays, softmax
from tenfold.types import Floats


@dataclass(frozen=True, eq=False)
class Linear(Arrays):
    """Softmax of a weighted sum of the pixels.

    Attributes:
        weights: float32 (features, classes).
        bias: float32 (classes,).
    """

    weights: Floats
    bias: Floats

    def predict_proba(self, pictures: Floats) -> Floats:
        return softmax(pictures @ self.weights + self.bias)


@dataclass(frozen=True, eq=False)
class Pairwise(Arrays):
    """Softmax of the sums of what a unit for each pair of classes says.

    Attributes:
        weights: float32 (features, pairs).
        bias: float32 (pairs,).
        pairs: uint8 or uint16 (pairs, 2): the nearer a unit's output to 1, the likelier the first, to -1 the second.
        sharpness: What the sums of outputs are multiplied with before the softmax.
    """

    weights: Floats
    bias: Floats
    pairs: npt.NDArray[np.unsignedinteger]
    sharpness: float

    def predict_proba(self, pictures: Floats) -> Floats:
        outputs = np.tanh((pictures @ self.weights + self.bias) / 2)
        first, second = self.pairs.T
        classes = np.arange(self.pairs.max() + 1)
        sides = (first[:, None] == classes).astype(np.float32) - (second[:, None] == classes)
        return softmax(np.float32(self.sharpness) * (outputs @ sides.astype(np.float32)))
