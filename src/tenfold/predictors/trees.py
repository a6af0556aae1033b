"""Decision trees, one or many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenfold.errors import ModelError
from tenfold.predictors.base import Arrays
from tenfold.types import Floats

Integers = npt.NDArray[np.signedinteger]


@dataclass(frozen=True, eq=False)
class Trees(Arrays):
    """The mean of the trees' answers.

    The nodes of all trees lie one after the other, each branch before its children and the left child next to it.

    Attributes:
        what: int16 or int32 (nodes,); of a branch the feature it asks about, of a leaf its row in `chances`.
        cuts: float32 (nodes,); a value up to this goes left, a greater one right.
        right: int16 or int32 (nodes,), how many nodes further the right child is; 0 of a leaf.
        roots: int32 (trees,), the first node of each.
        chances: float32 (rows, classes), probabilities at the leaves.
        sharpness: Power of the mean that is answered: 1 leaves it, more makes the likely likelier.
    """

    what: Integers
    cuts: Floats
    right: Integers
    roots: npt.NDArray[np.int32]
    chances: Floats
    sharpness: float

    def __post_init__(self) -> None:
        if (self.right < 0).any():
            raise ModelError("Trees whose branches lead back have no end.")

    def predict_proba(self, pictures: Floats) -> Floats:
        leaves = self._leaves(pictures)
        mean = np.zeros((len(pictures), self.chances.shape[1]), np.float32)
        for column in self.what[leaves].T:
            mean += self.chances[column]
        mean /= mean.max(axis=1, keepdims=True)
        sharp = mean ** np.float32(self.sharpness)
        return np.asarray(sharp / sharp.sum(axis=1, keepdims=True), np.float32)

    def _leaves(self, pictures: Floats) -> npt.NDArray[np.int32]:
        """The leaf each picture comes to in each tree: (n, trees)."""
        n, features = pictures.shape
        values = np.ascontiguousarray(pictures).ravel()
        node = np.tile(self.roots, n)
        row = np.repeat(np.arange(n, dtype=np.int64) * features, len(self.roots))
        # Those on their way, of every tree at once; what has come to a leaf walks on no more.
        place = np.flatnonzero(self.right[node])
        found = node.copy()
        node, row = node[place], row[place]
        while len(place):
            left = values[row + self.what[node]] <= self.cuts[node]
            node += np.where(left, 1, self.right[node]).astype(np.int32)
            walking = self.right[node] != 0
            found[place[~walking]] = node[~walking]
            place, node, row = place[walking], node[walking], row[walking]
        return found.reshape(n, -1)
