"""Classifiers of one layer."""

from __future__ import annotations

from dataclasses import dataclass

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
