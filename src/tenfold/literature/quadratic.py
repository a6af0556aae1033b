"""The quadratic classifier on principal components."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA

from tenfold.literature.estimator import Estimator, Labels
from tenfold.literature.linear import maximum_likelihood
from tenfold.predictors import quadratic as fitted
from tenfold.types import Floats


class PcaQuadratic(Estimator):
    """A linear classifier of the first principal components, their squares and products, by maximum likelihood.

    LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, III.C.3: 40
    components, a polynomial classifier of degree 2.

    Args:
        components: How many; fewer where there are fewer features or examples.
        penalty: Strength of the penalty on the squared weights, per example.
        iterations: Of L-BFGS, at most.
        classes: See `Estimator`.
    """

    def __init__(
        self, components: int = 40, penalty: float = 1e-4, iterations: int = 60, classes: int | None = 10
    ) -> None:
        self.components = components
        self.penalty = penalty
        self.iterations = iterations
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Quadratic:
        count = min(self.components, *pictures.shape)
        pca = PCA(count, svd_solver="covariance_eigh").fit(pictures)
        # The first component has variance 1, the others less, as they have in the pictures.
        axes = pca.components_.T / np.sqrt(max(pca.explained_variance_[0], 1e-12))
        centre, axes = pca.mean_.astype(np.float32), axes.astype(np.float32)
        layer = maximum_likelihood(fitted.products((pictures - centre) @ axes), labels, self.penalty, self.iterations)
        return fitted.Quadratic(centre, axes, layer.weights, layer.bias)
