"""Growing and pruning one decision tree as C4.5 does.

Quinlan, "C4.5: Programs for Machine Learning", 1993, and "Improved use of continuous attributes in C4.5", 1996; where
these leave a choice, as Weka's J48 does by default, but without raising subtrees (its option -S).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy
from scipy.stats import beta

from tenfold.literature.estimator import Labels
from tenfold.types import Floats

# Values of a feature that are told apart: a byte's are, of others at most so many quantiles.
VALUES = 256
# A branch of a numeric feature holds this share of an even class, but never needs more examples than so many.
SHARE, MOST = 0.1, 25

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes, each branch before its children and the left child next to it.

    Attributes:
        feature: int64 (nodes,), asked about at a branch; -1 at a leaf.
        cuts: float32 (nodes,), what goes left at most.
        right: int64 (nodes,), how many nodes further the right child is; 0 at a leaf.
        counts: float64 (nodes, classes), examples of each class that came to the node.
    """

    feature: Integers
    cuts: Floats
    right: Integers
    counts: Reals


@dataclass(frozen=True, eq=False)
class Cuts:
    """Where the examples of a node could be split, by each feature.

    Attributes:
        values: int64 (features, cuts), the highest code that goes left, ascending.
        left: (classes, features, cuts), how many examples of each class go left.
        real: bool (features, cuts); False where the split would be the same as at another cut.
    """

    values: Integers
    left: npt.NDArray[np.signedinteger]
    real: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Best:
    """The best split of a node by each feature.

    Attributes:
        gain: float64 (features,), information gained in bits, less what it takes to name the cut; -inf if no cut
            is allowed.
        ratio: float64 (features,), that gain by the information of the split itself.
        below, above: int64 (features,), the codes between which the cut lies.
    """

    gain: Reals
    ratio: Reals
    below: Integers
    above: Integers


class Grower:
    """Grows a tree.

    Args:
        features: float32 (n, features).
        labels: int64 (n,), 0..classes-1.
        least: Examples at each of two branches at least.
    """

    def __init__(self, features: Floats, labels: Labels, least: int) -> None:
        self._labels, self._least = labels, least
        self._classes = int(labels.max()) + 1
        self._edges = [_edges(column) for column in features.T]
        coded = [np.searchsorted(edges, column) for edges, column in zip(self._edges, features.T, strict=True)]
        self._codes = np.array(coded, np.uint8)
        counts = np.arange(len(labels) + 1, dtype=np.float64)
        # x log2 x of every count there can be.
        self._bits = xlogy(counts, counts) / np.log(2)

    def grow(self) -> Tree:
        """The whole tree, not pruned."""
        feature: list[int] = []
        cuts: list[float] = []
        right: list[int] = []
        counts: list[Integers] = []
        # Examples of the nodes yet to be made, and of which node they are the right child.
        waiting: list[tuple[Integers, int]] = [(np.arange(len(self._labels)), -1)]
        while waiting:
            chosen, parent = waiting.pop()
            node = len(feature)
            if parent >= 0:
                right[parent] = node - parent
            own = np.bincount(self._labels[chosen], minlength=self._classes)
            one, code = self._split(chosen, own)
            feature.append(one)
            cuts.append(self._edges[one][code] if one >= 0 else 0.0)
            right.append(0)
            counts.append(own)
            if one >= 0:
                left = self._codes[one, chosen] <= code
                waiting += [(chosen[~left], node), (chosen[left], -1)]
        return Tree(np.array(feature), np.array(cuts, np.float32), np.array(right), np.array(counts, np.float64))

    def _split(self, chosen: Integers, counts: Integers) -> tuple[int, int]:
        """The feature to ask about and the highest code that goes left; -1 and 0 for a leaf."""
        n = len(chosen)
        if n < 2 * self._least or counts.max() == n:
            return -1, 0
        # Most pixels are all alike at a small node.
        codes = self._codes[:, chosen]
        varied = np.flatnonzero(codes.min(axis=1) < codes.max(axis=1))
        if len(varied) == 0:
            return -1, 0
        codes = codes[varied]
        cuts = (self._by_value if n >= VALUES else self._by_rank)(codes, self._labels[chosen])
        best = self._score(cuts, counts)
        useful = best.gain > 0
        if not useful.any():
            return -1, 0
        # Ratios are unstable where the gain is small: only what gains as much as the mean is considered.
        ratio = np.where(useful & (best.gain >= best.gain[useful].mean() - 1e-3), best.ratio, -np.inf)
        at = int(ratio.argmax())
        edges = self._edges[varied[at]]
        middle = (edges[best.below[at]] + edges[best.above[at]]) / 2
        return int(varied[at]), int(np.searchsorted(edges, middle, side="right")) - 1

    def _by_value(self, codes: Codes, labels: Labels) -> Cuts:
        """Every code as a cut."""
        size = VALUES * self._classes
        cells = labels.astype(np.int32) * VALUES + codes
        counts = np.stack([np.bincount(row, minlength=size).reshape(-1, VALUES) for row in cells], axis=1)
        values = np.broadcast_to(np.arange(VALUES), counts.shape[1:])
        return Cuts(values, counts.cumsum(axis=2), counts.sum(axis=0) > 0)

    def _by_rank(self, codes: Codes, labels: Labels) -> Cuts:
        """The code of every example as a cut, in ascending order."""
        order = codes.argsort(axis=1, kind="stable")
        values = np.take_along_axis(codes, order, axis=1).astype(np.int64)
        own = np.eye(self._classes, dtype=np.int16)[:, labels]
        left = own[:, order].cumsum(axis=2, dtype=np.int16)
        # Of equal ones the last has all of them on its left.
        return Cuts(values, left, np.diff(values, axis=1, append=VALUES) > 0)

    def _score(self, cuts: Cuts, counts: Integers) -> Best:
        """The best cut of each feature, where `counts` (classes,) is of the whole node."""
        bits, n = self._bits, int(counts.sum())
        on_left = cuts.left.sum(axis=0, dtype=np.int64)
        least = min(max(SHARE * n / self._classes, self._least), MOST)
        allowed = cuts.real & (on_left >= least) & (n - on_left >= least)
        left = bits[on_left] - bits[cuts.left].sum(axis=0)
        right = bits[n - on_left] - bits[counts[:, None, None] - cuts.left].sum(axis=0)
        gains = np.where(allowed, (bits[n] - bits[counts].sum() - left - right) / n, -np.inf)
        at, each = gains.argmax(axis=1), np.arange(len(gains))
        smaller = on_left[each, at]
        split = (bits[n] - bits[smaller] - bits[n - smaller]) / n
        gain = gains[each, at] - np.log2(np.maximum(allowed.sum(axis=1), 1)) / n
        later = cuts.real & (np.arange(gains.shape[1]) > at[:, None])
        above = cuts.values[each, later.argmax(axis=1)]
        return Best(gain, gain / np.maximum(split, 1e-12), cuts.values[each, at], above)


def _edges(column: Floats) -> Floats:
    """The values of a feature that are told apart, ascending."""
    values = np.unique(column)
    if len(values) > VALUES:
        values = np.unique(np.quantile(column, np.linspace(0, 1, VALUES), method="higher"))
    return np.asarray(values, np.float32)


def prune(tree: Tree, confidence: float) -> Tree:
    """The tree without the branches that would not be worth it on new examples.

    The errors of a leaf are taken for as many as are still likely with that confidence (Quinlan 1993, 4.2): the upper
    limit of a binomial proportion. A branch becomes a leaf if it is not expected to have more errors as such.
    """
    n = tree.counts.sum(axis=1)
    errors = n - tree.counts.max(axis=1)
    as_leaf = pessimistic(errors, n, confidence)
    expected, size = as_leaf.copy(), np.ones(len(n), np.int64)
    for node in range(len(n) - 1, -1, -1):
        if tree.right[node] == 0:
            continue
        children = node + 1, node + tree.right[node]
        below = sum(expected[child] for child in children)
        if as_leaf[node] > below + 0.1:
            expected[node] = below
            size[node] += sum(size[child] for child in children)
    return _kept(tree, size)


def _kept(tree: Tree, size: Integers) -> Tree:
    """Of each branch that has a size of one only itself, as a leaf."""
    nodes: list[int] = []
    waiting = [0]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        if size[node] > 1:
            waiting += [node + int(tree.right[node]), node + 1]
    leaf = size[nodes] == 1
    left_size = size[np.minimum(np.array(nodes) + 1, len(size) - 1)]
    return Tree(
        np.where(leaf, -1, tree.feature[nodes]),
        np.where(leaf, np.float32(0), tree.cuts[nodes]),
        np.where(leaf, 0, 1 + left_size),
        tree.counts[nodes],
    )


def pessimistic(errors: Reals, n: Reals, confidence: float) -> Reals:
    """How many errors of n there may be where so many were seen: U_CF(E, N) of Quinlan 1993, 4.2, times N."""
    return np.asarray(n * beta.ppf(1 - confidence, errors + 1, np.maximum(n - errors, 1e-9)))
