"""The classifiers of one layer."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

from tenfold.literature.linear import Linear, PairwiseLinear
from tenfold.predictors import linear as fitted

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def three() -> tuple[np.ndarray, np.ndarray]:
    return make_classification(300, 6, n_informative=6, n_redundant=0, n_classes=3, random_state=0)


@pytest.mark.parametrize("classes", [2, 3])
def test_linear_answers_as_scikit_learn_does(three: tuple[np.ndarray, np.ndarray], classes: int) -> None:
    x, y = three[0][three[1] < classes], three[1][three[1] < classes]
    ours = Linear(penalty=1e-3, classes=None).fit(x, y).predict_proba(x)
    theirs = LogisticRegression(C=1 / (1e-3 * len(y)), max_iter=1000).fit(x, y).predict_proba(x)
    assert ours == pytest.approx(theirs, abs=0.01)


def test_each_pair_is_told_apart_as_scikit_learn_does(three: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = three
    units = PairwiseLinear(penalty=1e-3, classes=None).fit(x, y).predictor_
    assert units.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    for number, (first, second) in enumerate(units.pairs):
        seen = (y == first) | (y == second)
        theirs = LogisticRegression(C=1 / (1e-3 * seen.sum()), max_iter=1000).fit(x[seen], y[seen] == first)
        assert units.weights[:, number] == pytest.approx(theirs.coef_[0], abs=0.02)
        assert units.bias[number] == pytest.approx(theirs.intercept_[0], abs=0.02)


def test_a_pair_has_one_vote_at_most() -> None:
    # The first feature is what the pair 0-1 says, the second 0-2, the third 1-2.
    voters = fitted.Pairwise(
        np.eye(3, dtype=np.float32), np.zeros(3, np.float32), np.array([[0, 1], [0, 2], [1, 2]], np.uint8), 1.0
    )
    chances = voters.predict_proba(np.array([[1000, -np.log(3), 100], [100, -np.log(3), 1000]], np.float32))
    assert chances[0] == pytest.approx(chances[1])
    # The outputs are 1, -0.5 and 1; the sums 1 - 0.5, -1 + 1 and 0.5 - 1.
    assert np.log(chances[0] / chances[0, 1]) == pytest.approx([0.5, 0, -0.5], abs=1e-5)
