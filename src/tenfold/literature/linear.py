"""Classifiers of one layer."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from tenfold.literature.estimator import Estimator, Labels
from tenfold.predictors import linear as fitted
from tenfold.types import Floats


def maximum_likelihood(features: Floats, labels: Labels, penalty: float, iterations: int) -> fitted.Linear:
    """Multinomial logistic regression by L-BFGS.

    Args:
        features: float32 (n, features), of about the same scale each.
        labels: int64 (n,).
        penalty: On half the squared weights, per example.
        iterations: At most so many.
    """
    model = LogisticRegression(C=1 / (penalty * len(labels)), max_iter=iterations, tol=1e-3)
    model.fit(features, labels)
    weights, bias = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:  # two classes: scikit-learn keeps the difference of their scores
        weights, bias = np.hstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    return fitted.Linear(np.asarray(weights, np.float32), np.asarray(bias, np.float32))


class Linear(Estimator):
    """Softmax of weighted sums of the features, by maximum likelihood with a penalty on large weights.

    Args:
        penalty: Strength of the penalty on the squared weights, per example.
        iterations: Of L-BFGS, at most; stopping early keeps the weights small as well.
        classes: See `Estimator`.
    """

    def __init__(self, penalty: float = 1e-4, iterations: int = 100, classes: int | None = 10) -> None:
        self.penalty = penalty
        self.iterations = iterations
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Linear:
        return maximum_likelihood(pictures, labels, self.penalty, self.iterations)


class PairwiseLinear(Estimator):
    """A linear unit for each pair of classes, by maximum likelihood; the class with the best sum of outputs is taken.

    LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, III.C.1: a unit
    learns 1 for the one class, -1 for the other, and does not see the rest.

    Args:
        penalty: Strength of the penalty on the squared weights, per example.
        iterations: Of L-BFGS for each unit, at most.
        sharpness: What the sums of outputs are multiplied with before the softmax.
        classes: See `Estimator`.
    """

    def __init__(
        self, penalty: float = 1e-4, iterations: int = 50, sharpness: float = 1.2, classes: int | None = 10
    ) -> None:
        self.penalty = penalty
        self.iterations = iterations
        self.sharpness = sharpness
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Pairwise:
        count = int(labels.max()) + 1
        pairs = np.column_stack(np.triu_indices(count, 1)).astype(np.min_scalar_type(count))
        units = []
        for first, second in pairs:
            seen = (labels == first) | (labels == second)
            # The scores of the two differ by as much as the unit's score.
            layer = maximum_likelihood(
                pictures[seen], (labels[seen] == first).astype(np.int64), self.penalty, self.iterations
            )
            units.append((layer.weights[:, 1] - layer.weights[:, 0], layer.bias[1] - layer.bias[0]))
        weights = np.stack([unit[0] for unit in units], axis=1)
        bias = np.array([unit[1] for unit in units], np.float32)
        return fitted.Pairwise(weights, bias, pairs, float(self.sharpness))
