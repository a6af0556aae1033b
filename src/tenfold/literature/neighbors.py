"""Classifiers that ask the nearest of all training examples."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from tenfold.literature.estimator import Estimator, Labels
from tenfold.predictors import neighbors as fitted
from tenfold.predictors.deskew import deskew
from tenfold.predictors.neighbors import Search, levels, values, vote
from tenfold.types import Floats

# To choose k one example in six is held out, of many examples only so many; up to so many neighbours are tried.
SHARE, MOST_HELD, MOST_NEIGHBORS = 6, 5_000, 20
# Directions in which the search looks first, and how many examples are enough to find them.
DIRECTIONS, ENOUGH = 128, 10_000


class Neighbors(Estimator):
    """The k nearest by Euclidean distance (Cover & Hart 1967), whose votes weigh less the farther they are.

    A vote weighs exp(-(d^2 - d1^2) / h), d1 the distance of the nearest. What h is follows from the examples: it is a
    share of the usual d1^2.

    Args:
        k: How many are asked; None chooses: the number that gives a part of the examples, held out from the rest, the
            greatest likelihood. All examples are kept in the end.
        width: h, as a share of the mean of d1^2 over those held out.
        smoothing: The vote that each class has from the start.
        classes: See `Estimator`.
    """

    def __init__(
        self, k: int | None = None, width: float = 0.25, smoothing: float = 0.002, classes: int | None = 10
    ) -> None:
        self.k = k
        self.width = width
        self.smoothing = smoothing
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Neighbors:
        basis = principal_directions(pictures, DIRECTIONS)
        k, width = self._choose(pictures, labels, basis)
        count = int(labels.max()) + 1
        kept = labels.astype(np.min_scalar_type(count))
        return fitted.Neighbors(levels(pictures), kept, basis, count, k, width, self.smoothing)

    def _choose(self, pictures: Floats, labels: Labels, basis: Floats) -> tuple[int, float]:
        """k and h."""
        held = np.arange(0, len(labels), max(SHARE, len(labels) // MOST_HELD))
        rest = np.setdiff1d(np.arange(len(labels)), held)
        most = min(self.k or MOST_NEIGHBORS, len(rest))
        places, squares = Search(levels(pictures[rest]), basis).nearest(pictures[held], most)
        width = max(self.width * float(squares[:, 0].mean()), np.finfo(np.float32).tiny)
        if self.k is not None:
            return min(self.k, len(labels)), width
        found, count, each = labels[rest][places], int(labels.max()) + 1, np.arange(len(held))
        chances = [vote(found[:, :k], squares[:, :k], count, width, self.smoothing) for k in range(1, most + 1)]
        likelihood = [float(np.log(one[each, labels[held]]).mean()) for one in chances]
        return int(np.argmax(likelihood)) + 1, width


class UprightNeighbors(Neighbors):
    """`Neighbors` among digits that were made upright first."""

    only_pictures: ClassVar[bool] = True

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.UprightNeighbors:
        plain = super()._fit(values(deskew(pictures)), labels)
        return fitted.UprightNeighbors(**vars(plain))


def principal_directions(pictures: Floats, most: int) -> Floats:
    """An orthonormal basis of the directions in which the pictures vary most: float32 (features, at most `most`)."""
    some = pictures[:: len(pictures) // ENOUGH + 1]
    some = some - some.mean(axis=0)
    _, directions = np.linalg.eigh((some.T @ some).astype(np.float64))
    return np.ascontiguousarray(directions[:, ::-1][:, :most], dtype=np.float32)
