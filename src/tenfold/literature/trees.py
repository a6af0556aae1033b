"""Decision trees: one that is pruned, one that is random, and a forest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from tenfold.literature import c45
from tenfold.literature.estimator import Estimator, Labels
from tenfold.predictors import trees as fitted
from tenfold.types import Floats


def together(trees: Sequence[c45.Tree], smooth: float, sharpness: float) -> fitted.Trees:
    """Trees as one classifier.

    Args:
        trees: At least one.
        smooth: How many examples of each class are added to those of a leaf.
        sharpness: See `fitted.Trees`.
    """
    sizes = [len(tree.right) for tree in trees]
    feature, cuts, right, counts = (
        np.concatenate([getattr(tree, name) for tree in trees]) for name in ("feature", "cuts", "right", "counts")
    )
    seen = counts[right == 0] + smooth
    chances, rows = np.unique((seen / seen.sum(axis=1, keepdims=True)).astype(np.float32), axis=0, return_inverse=True)
    what = feature.copy()
    what[right == 0] = rows.ravel()
    return fitted.Trees(
        what.astype(np.min_scalar_type(-int(what.max()) - 1)),
        cuts.astype(np.float32),
        right.astype(np.min_scalar_type(-int(right.max()) - 1)),
        np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32),
        chances,
        float(sharpness),
    )


def from_sklearn(tree: Any) -> c45.Tree:
    """A tree of scikit-learn, grown depth first: its nodes lie as ours do."""
    leaf = tree.children_left < 0
    # It compares with float64: what is below that is also below the next float32 under it.
    cuts = tree.threshold.astype(np.float32)
    cuts = np.where(cuts > tree.threshold, np.nextafter(cuts, np.float32(-np.inf)), cuts)
    return c45.Tree(
        np.where(leaf, -1, tree.feature),
        np.where(leaf, np.float32(0), cuts),
        np.where(leaf, 0, tree.children_right - np.arange(tree.node_count)),
        tree.value[:, 0] * tree.weighted_n_node_samples[:, None],
    )


class J48(Estimator):
    """C4.5: splits by gain ratio, pruned by how many errors are still likely. See `tenfold.literature.c45`.

    Args:
        confidence: Of pruning; less prunes more.
        least: Examples at a leaf at least.
        smooth: How many examples of each class are added at a leaf (Laplace).
        classes: See `Estimator`.
    """

    def __init__(self, confidence: float = 0.25, least: int = 2, smooth: float = 1.0, classes: int | None = 10) -> None:
        self.confidence = confidence
        self.least = least
        self.smooth = smooth
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Trees:
        tree = c45.Grower(pictures, labels, self.least).grow()
        return together([c45.prune(tree, self.confidence)], self.smooth, sharpness=1.0)


class RandomTree(Estimator):
    """One tree, not pruned, that looks at log2(features) + 1 features drawn anew at each node, as Weka's RandomTree.

    Args:
        smooth: How many examples of each class are added at a leaf.
        random_state: Seed of chance.
        classes: See `Estimator`.
    """

    def __init__(self, smooth: float = 0.3, random_state: int = 0, classes: int | None = 10) -> None:
        self.smooth = smooth
        self.random_state = random_state
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Trees:
        seen = min(pictures.shape[1], int(np.log2(pictures.shape[1])) + 1)
        tree = DecisionTreeClassifier(criterion="entropy", max_features=seen, random_state=self.random_state)
        return together([from_sklearn(tree.fit(pictures, labels).tree_)], self.smooth, sharpness=1.0)


class RandomForest(Estimator):
    """Trees grown on bootstrap samples, with the root of the number of features to choose from at each node.

    Breiman, "Random forests", 2001.

    Args:
        trees: How many.
        sharpness: Power of the mean of the trees' answers, which alone is too unsure.
        smooth: How many examples of each class are added at a leaf.
        random_state: Seed of chance.
        classes: See `Estimator`.
    """

    def __init__(
        self,
        trees: int = 100,
        sharpness: float = 3.0,
        smooth: float = 0.01,
        random_state: int = 0,
        classes: int | None = 10,
    ) -> None:
        self.trees = trees
        self.sharpness = sharpness
        self.smooth = smooth
        self.random_state = random_state
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Trees:
        forest = RandomForestClassifier(self.trees, n_jobs=2, random_state=self.random_state)
        forest.fit(pictures, labels)
        grown = [from_sklearn(tree.tree_) for tree in forest.estimators_]
        return together(grown, self.smooth, self.sharpness)
