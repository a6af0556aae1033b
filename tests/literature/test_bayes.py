"""Naive Bayes, and the tree that augments it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.metrics import mutual_info_score
from sklearn.naive_bayes import CategoricalNB

from tenfold.literature.bayes import BayesNet, NaiveBayes, conditional_information, tree
from tenfold.predictors.bayes import levels_of

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def features() -> tuple[np.ndarray, np.ndarray]:
    """Levels 0..2 of five features, of which the second follows the first; and three classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 500)
    x = rng.integers(0, 3, (500, 5))
    x[:, 1] = np.where(rng.random(500) < 0.8, x[:, 0], x[:, 1])
    x[:, 4] = np.where(rng.random(500) < 0.6, y, x[:, 4])
    return x.astype(np.float32), y


def test_a_value_is_at_the_level_of_the_cuts_below_it() -> None:
    cuts = np.array([[0.25, 1], [0.5, 2]], np.float32)
    assert levels_of(np.array([[0.25, 1.5], [0.3, 9], [0.6, 0]], np.float32), cuts).tolist() == [[0, 1], [1, 2], [2, 0]]


def test_naive_bayes_answers_as_scikit_learn_does(features: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = features
    ours = NaiveBayes(levels=3, smooth=1.0, temperature=1.0, classes=None).fit(x, y).predict_proba(x)
    theirs = CategoricalNB(alpha=1.0).fit(x.astype(int), y).predict_proba(x.astype(int))
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_temperature_changes_how_sure_it_is_and_not_the_answer(features: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = features
    one, ten = (NaiveBayes(temperature=t, classes=None).fit(x, y).predict_proba(x) for t in (1.0, 10.0))
    assert (one.argmax(axis=1) == ten.argmax(axis=1)).all()
    assert (one.max(axis=1) > ten.max(axis=1)).all()


def test_information_is_that_within_each_class(features: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = features
    found = conditional_information(x.astype(np.uint8), y, 3)
    expected = sum(np.mean(y == c) * mutual_info_score(x[y == c, 0], x[y == c, 1]) for c in range(3))
    assert found[0, 1] == pytest.approx(expected, rel=1e-4)
    assert found == pytest.approx(found.T, abs=1e-6)
    # Of the two features that follow the first or the class, only the former tells of another.
    assert found[0, 1] > 5 * found[0, 4]


def test_the_tree_is_the_heaviest() -> None:
    weights = np.zeros((4, 4))
    for a, b, weight in [(0, 1, 3), (1, 2, 5), (0, 2, 4), (2, 3, 1), (0, 3, 2)]:
        weights[a, b] = weights[b, a] = weight
    # 1-2 and 0-2 and 0-3; 0-1 would close a circle.
    assert tree(weights).tolist() == [-1, 2, 0, 0]


def test_a_feature_that_follows_another_is_not_counted_twice() -> None:
    """Two equal features say no more than one: the tree gives the true probability, naive Bayes is too sure."""
    x = np.repeat([[0, 0], [1, 1], [0, 0], [1, 1]], [70, 30, 30, 70], axis=0)
    y = np.repeat([0, 1], 100)
    net = BayesNet(levels=2, smooth=0.01, temperature=1.0, classes=None).fit(x, y).predict_proba(x[:1])
    naive = NaiveBayes(levels=2, smooth=0.01, temperature=1.0, classes=None).fit(x, y).predict_proba(x[:1])
    assert net[0, 0] == pytest.approx(0.7, abs=1e-3)
    assert naive[0, 0] == pytest.approx(0.49 / (0.49 + 0.09), abs=1e-3)
