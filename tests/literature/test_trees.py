"""Decision trees and forests."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier

from tenfold.literature import c45
from tenfold.literature.trees import J48, RandomForest, RandomTree, from_sklearn, together

pytestmark = pytest.mark.train

Digits = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def digits() -> Digits:
    x, y = load_digits(return_X_y=True)
    return x.astype(np.float32), y


def test_a_forest_answers_as_scikit_learns(digits: Digits) -> None:
    x, y = digits
    forest = RandomForestClassifier(20, random_state=0).fit(x[:500] + 0.1, y[:500])
    ours = together([from_sklearn(tree.tree_) for tree in forest.estimators_], smooth=0, sharpness=1)
    assert ours.predict_proba(x + np.float32(0.1)) == pytest.approx(forest.predict_proba(x + np.float32(0.1)), abs=1e-5)


def test_trees_without_a_branch_answer_with_what_is_common() -> None:
    x, y = np.ones((40, 3)), np.repeat([0, 1], [30, 10])
    for model in (J48(smooth=0, classes=None), RandomTree(smooth=0, classes=None)):
        assert model.fit(x, y).predict_proba(x[:1])[0] == pytest.approx([0.75, 0.25])


def test_sharpness_is_a_power(digits: Digits) -> None:
    x, y = digits
    one, three = (RandomForest(10, sharpness=s).fit(x, y).predict_proba(x[:50]) for s in (1.0, 3.0))
    assert three == pytest.approx(one**3 / (one**3).sum(axis=1, keepdims=True), abs=1e-5)


def best_split(x: np.ndarray, y: np.ndarray) -> tuple[int, float]:
    """C4.5's choice at the root, one cut after the other: the feature, and the value below the cut."""

    def entropy(labels: np.ndarray) -> float:
        share = np.bincount(labels) / len(labels)
        return float(-(share[share > 0] * np.log2(share[share > 0])).sum())

    n, least = len(y), min(max(0.1 * len(y) / (y.max() + 1), 2), 25)
    found = []
    for feature, column in enumerate(x.T):
        tried = []
        for value in np.unique(column)[:-1]:
            left = column <= value
            if min(left.sum(), (~left).sum()) >= least:
                rest = (left.sum() * entropy(y[left]) + (~left).sum() * entropy(y[~left])) / n
                tried.append((entropy(y) - rest, -value, entropy(left.astype(int))))
        if tried:
            gain, value, split = max(tried)
            gain -= np.log2(len(tried)) / n
            if gain > 0:
                found.append((gain / split, gain, feature, -value))
    mean = np.mean([one[1] for one in found])
    _, _, feature, value = max(one for one in found if one[1] >= mean - 1e-3)
    return feature, value


@pytest.mark.parametrize("count", [60, 200, 1000])
def test_the_first_split_is_c45s(digits: Digits, count: int) -> None:
    """Both ways of counting, that of small nodes and that of large ones, find what a plain search finds."""
    x, y = digits[0][:count], digits[1][:count]
    tree = c45.Grower(x, y, 2).grow()
    feature, value = best_split(x, y)
    assert tree.feature[0] == feature
    assert (x[:, feature] <= tree.cuts[0]).sum() == (x[:, feature] <= value).sum()


def test_the_cut_is_the_greatest_value_up_to_the_middle() -> None:
    # Where the classes part nothing lies between 2 and 10; of the other examples' values 5 is nearest below 6.
    x = np.array([[1, 0], [2, 0], [10, 0], [11, 0], [5, 9], [5, 9], [5, 9], [5, 9]], np.float32)
    y = np.array([0, 0, 1, 1, 2, 2, 2, 2])
    tree = c45.Grower(x, y, 2).grow()
    assert tree.feature.tolist()[:2] == [1, 0]
    assert tree.cuts.tolist()[:2] == [0, 5]


def test_every_example_comes_to_the_leaf_it_was_counted_at(digits: Digits) -> None:
    x, y = digits
    tree = c45.Grower(x, y, 2).grow()
    assert tree.counts[0].tolist() == np.bincount(y).tolist()
    branches = np.flatnonzero(tree.right)
    assert (tree.counts[branches] == tree.counts[branches + 1] + tree.counts[branches + tree.right[branches]]).all()
    assert tree.counts[tree.right == 0].sum(axis=1).min() >= 2
    leaves = together([tree], 0, 1).predict_proba(x)
    assert (leaves[np.arange(len(y)), y] > 0).all()


def test_errors_to_be_expected_are_quinlans() -> None:
    """U_25%(0,6), (0,9), (0,1) and (1,16), as computed in 4.2 of his book: the last approximately."""
    n = np.array([6, 9, 1, 16.0])
    expected = c45.pessimistic(np.array([0, 0, 0, 1.0]), n, 0.25) / n
    assert expected == pytest.approx([0.206, 0.143, 0.750, 0.157], abs=3e-3)


def test_pruning_takes_what_is_not_worth_it() -> None:
    """Quinlan's example: three leaves of 6, 9 and 1 without error expect 3.27 errors, one of 16 with one 2.51."""
    # A branch, its left leaf, a branch with two leaves.
    counts = np.array([[15, 1], [6, 0], [9, 1], [9, 0], [0, 1.0]])
    tree = c45.Tree(np.array([0, -1, 1, -1, -1]), np.zeros(5, np.float32), np.array([2, 0, 2, 0, 0]), counts)
    pruned = c45.prune(tree, 0.25)
    assert pruned.right.tolist() == [0]
    assert pruned.counts.tolist() == [[15, 1]]
    # A branch that parts the classes stays, whatever is cut off below it.
    counts = np.array([[15, 9], [15, 1], [6, 0], [9, 1], [0, 8.0]])
    tree = c45.Tree(np.array([0, 1, -1, -1, -1]), np.zeros(5, np.float32), np.array([4, 2, 0, 0, 0]), counts)
    pruned = c45.prune(tree, 0.25)
    assert pruned.right.tolist() == [2, 0, 0]
    assert pruned.counts.tolist() == [[15, 9], [15, 1], [0, 8]]


def test_less_confidence_prunes_more(digits: Digits) -> None:
    x, y = digits
    sizes = [len(J48(confidence=one).fit(x, y).predictor_.right) for one in (0.001, 0.1, 0.5)]
    assert sizes[0] < sizes[1] < sizes[2]


def test_more_than_256_values_are_told_apart_by_quantiles() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2000, 2)).astype(np.float32)
    y = (x[:, 1] > 0.3).astype(int)
    assert J48(classes=None).fit(x[:1500], y[:1500]).score(x[1500:], y[1500:]) > 0.98
