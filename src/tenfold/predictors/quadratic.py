"""The quadratic classifier on principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenfold.predictors.base import Arrays, softmax
from tenfold.types import Floats


def products(components: Floats) -> Floats:
    """Components (n, k) beside the products of each two of them and their squares: float32 (n, k + k (k + 1) / 2)."""
    first, second = np.triu_indices(components.shape[1])
    return np.hstack([components, components[:, first] * components[:, second]])


@dataclass(frozen=True, eq=False)
class Quadratic(Arrays):
    """Softmax of a quadratic function of the principal components.

    Attributes:
        centre: float32 (features,), the mean picture.
        axes: float32 (features, components).
        weights: float32 (products, classes).
        bias: float32 (classes,).
    """

    centre: Floats
    axes: Floats
    weights: Floats
    bias: Floats

    def predict_proba(self, pictures: Floats) -> Floats:
        components = np.asarray((pictures - self.centre) @ self.axes, np.float32)
        return softmax(products(components) @ self.weights + self.bias)
