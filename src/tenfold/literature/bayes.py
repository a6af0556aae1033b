"""Bayesian classifiers of discrete features: naive, and with a tree of dependences between the features."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from tenfold.literature.estimator import Estimator, Labels
from tenfold.predictors import bayes as fitted
from tenfold.types import Floats

Levels = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float64]


class _Bayes(Estimator):
    """What both have in common: levels of equal width, and a table for each feature."""

    levels: int
    smooth: float
    temperature: float

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Bayes:
        low, high = pictures.min(axis=0), pictures.max(axis=0)
        shares = np.arange(1, self.levels, dtype=np.float32)[:, None] / np.float32(self.levels)
        cuts = low + shares * (high - low)
        levels = fitted.levels_of(pictures, cuts)
        parents, tables = self._tables(levels, labels)
        prior = np.log(np.bincount(labels) / len(labels))
        return fitted.Bayes(
            cuts.astype(np.float32),
            parents.astype(np.min_scalar_type(-len(parents))),
            np.log(tables).astype(np.float32),
            prior.astype(np.float32),
            float(self.temperature),
        )

    @abstractmethod
    def _tables(self, levels: Levels, labels: Labels) -> tuple[npt.NDArray[np.int64], Reals]:
        """Parents (features,) and probabilities (features, levels of the parent, levels, classes)."""

    def _marginals(self, levels: Levels, labels: Labels) -> Reals:
        """Probability of each level given the class: (features, levels, classes); as if each had been seen more."""
        own = np.eye(labels.max() + 1, dtype=np.float32)[labels]
        counts = np.stack([(levels == level).astype(np.float32).T @ own for level in range(self.levels)], axis=1)
        seen = counts + np.float64(self.smooth)
        return np.asarray(seen / seen.sum(axis=1, keepdims=True))


class NaiveBayes(_Bayes):
    """Features that depend on the class alone, each as a number of levels of equal width.

    Args:
        levels: How many; 2 to 255.
        smooth: How often each level counts as seen in each class before the first example (Laplace).
        temperature: What sums of log-probabilities are divided by.
        classes: See `Estimator`.
    """

    def __init__(
        self, levels: int = 4, smooth: float = 1.0, temperature: float = 14.0, classes: int | None = 10
    ) -> None:
        self.levels = levels
        self.smooth = smooth
        self.temperature = temperature
        self.classes = classes

    def _tables(self, levels: Levels, labels: Labels) -> tuple[npt.NDArray[np.int64], Reals]:
        return np.full(levels.shape[1], -1), self._marginals(levels, labels)[:, None]


class BayesNet(_Bayes):
    """Tree-augmented naive Bayes: each feature depends on the class and on one other feature, in a tree.

    Friedman, Geiger, Goldszmidt, "Bayesian network classifiers", 1997, 4.1: the maximum spanning tree of the
    conditional mutual information of each two features given the class is the likeliest tree.

    Args:
        levels: Of equal width, of each feature; 2 to 255.
        smooth: How many examples the distribution without the parent counts for beside those with it; as in 4.2
            there, but given the class.
        temperature: What sums of log-probabilities are divided by.
        classes: See `Estimator`.
    """

    def __init__(
        self, levels: int = 4, smooth: float = 5.0, temperature: float = 7.0, classes: int | None = 10
    ) -> None:
        self.levels = levels
        self.smooth = smooth
        self.temperature = temperature
        self.classes = classes

    def _tables(self, levels: Levels, labels: Labels) -> tuple[npt.NDArray[np.int64], Reals]:
        parents = tree(conditional_information(levels, labels, self.levels))
        marginals = self._marginals(levels, labels)
        features, count = levels.shape[1], labels.max() + 1
        # The last column is the parent of the root: always at level 0.
        of_parent = np.pad(levels, ((0, 0), (0, 1)))[:, parents]
        cells = (of_parent.astype(np.int64) * self.levels + levels) * count + labels[:, None]
        size = self.levels**2 * count
        counts = np.stack([np.bincount(column, minlength=size) for column in cells.T])
        seen = counts.reshape(features, self.levels, self.levels, count) + self.smooth * marginals[:, None]
        return parents, seen / seen.sum(axis=2, keepdims=True)


def conditional_information(levels: Levels, labels: Labels, count: int) -> Reals:
    """Mutual information of each two features given the class, in nats: (features, features).

    Args:
        levels: (n, features), each below `count`.
        labels: (n,), classes.
        count: How many levels there are.
    """
    n, features = levels.shape
    total = np.zeros((features, features))
    for label in np.unique(labels):
        own = levels[labels == label]
        shown = [(own == level).astype(np.float32) for level in range(count)]
        alone = [one.mean(axis=0, dtype=np.float64) for one in shown]
        for a in range(count):
            for b in range(a + 1):
                both = (shown[a].T @ shown[b]) / np.float32(len(own))
                apart = np.outer(alone[a], alone[b])
                ratio = np.divide(both, apart, out=np.ones_like(apart), where=both > 0)
                part = len(own) / n * both * np.log(ratio)
                # That of b and a is the same seen from the other feature.
                total += part if a == b else part + part.T
    return total


def tree(weights: Reals) -> npt.NDArray[np.int64]:
    """The maximum spanning tree of symmetric weights (k, k): (k,) the parent of each, -1 of the first, its root."""
    # Distances greater than nothing, which to scipy means no edge.
    distances = np.triu(1 + weights.max() - weights, 1)
    edges = minimum_spanning_tree(distances)
    _, parents = breadth_first_order(edges, 0, directed=False)
    return np.where(parents < 0, -1, parents).astype(np.int64)
