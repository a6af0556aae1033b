"""Classifiers of one layer."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from tenfold.literature.estimator import Estimator, Labels
from tenfold.predictors import linear as fitted
from tenfold.types import Floats


class Linear(Estimator):
    """Softmax of weighted sums of the features, by maximum likelihood with a penalty on large weights.

    Args:
        penalty: Strength of the penalty on the squared weights, per example.
        classes: See `Estimator`.
    """

    def __init__(self, penalty: float = 1e-4, classes: int | None = 10) -> None:
        self.penalty = penalty
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Linear:
        model = LogisticRegression(C=1 / (self.penalty * len(labels)), max_iter=100, tol=1e-3)
        model.fit(pictures, labels)
        weights, bias = model.coef_.T, model.intercept_
        if weights.shape[1] == 1:  # two classes: scikit-learn keeps the difference of their scores
            weights, bias = np.hstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
        return fitted.Linear(np.asarray(weights, np.float32), np.asarray(bias, np.float32))
