"""Classifiers that ask the nearest of all training examples."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from tenfold.literature.estimator import Estimator, Labels
from tenfold.predictors import neighbors as fitted
from tenfold.predictors.deskew import deskew
from tenfold.predictors.neighbors import levels, values, vote
from tenfold.types import Floats

# So many examples, evenly spread, are asked which k is best; up to so many neighbours are tried.
ASKED, MOST_NEIGHBORS = 5_000, 20
# Directions in which the search looks first, and how many examples are enough to find them.
DIRECTIONS, ENOUGH = 128, 10_000


class Neighbors(Estimator):
    """The k nearest by Euclidean distance (Cover & Hart 1967), whose votes weigh less the farther they are.

    A vote weighs exp(-(d^2 - d1^2) / h), d1 the distance of the nearest.

    Args:
        k: How many are asked, at most 255; None chooses the number with the greatest likelihood when some of the
            examples are held out, each by itself from all others.
        width: h, as a share of the mean of d1^2 over those held out.
        smoothing: The vote that each class has from the start.
        classes: See `Estimator`.
    """

    made: ClassVar[type[fitted.Neighbors]] = fitted.Neighbors

    def __init__(
        self, k: int | None = None, width: float = 0.25, smoothing: float = 0.002, classes: int | None = 10
    ) -> None:
        self.k = k
        self.width = width
        self.smoothing = smoothing
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Neighbors:
        count = int(labels.max()) + 1
        kept = labels.astype(np.min_scalar_type(count))
        basis = principal_directions(pictures, DIRECTIONS)
        known = self.made(levels(pictures), kept, basis, count, 1, 1.0, self.smoothing)
        return known.asking(*choose(known, pictures, labels, self.k, self.width))


class UprightNeighbors(Neighbors):
    """`Neighbors` among digits that were made upright first."""

    only_pictures: ClassVar[bool] = True
    made: ClassVar[type[fitted.Neighbors]] = fitted.UprightNeighbors

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Neighbors:
        return super()._fit(values(deskew(pictures)), labels)


def choose(known: fitted.Neighbors, pictures: Floats, labels: Labels, k: int | None, width: float) -> tuple[int, float]:
    """k and h of a vote; see `Neighbors`."""
    asked = np.arange(0, len(labels), len(labels) // ASKED + 1)
    most = min(k or MOST_NEIGHBORS, len(labels) - 1)
    places, squares = known.nearest(pictures[asked], most + 1)
    others = places != asked[:, None]
    # Where many are alike, an example may not be among its own neighbours: then the last one goes.
    others[others.all(axis=1), -1] = False
    found, squares = labels[places[others]].reshape(-1, most), squares[others].reshape(-1, most)
    h = max(width * float(squares[:, 0].mean()), float(np.finfo(np.float32).tiny))
    if k is not None:
        return min(k, len(labels)), h
    each = np.arange(len(asked))
    chances = [vote(found[:, :k], squares[:, :k], known.classes, h, known.smoothing) for k in range(1, most + 1)]
    return int(np.argmax([np.log(one[each, labels[asked]]).mean() for one in chances])) + 1, h


def principal_directions(pictures: Floats, most: int) -> Floats:
    """An orthonormal basis of the directions in which the pictures vary most: float32 (features, at most `most`)."""
    some = pictures[:: len(pictures) // ENOUGH + 1]
    some = some - some.mean(axis=0)
    _, directions = np.linalg.eigh((some.T @ some).astype(np.float64))
    return np.ascontiguousarray(directions[:, ::-1][:, :most], dtype=np.float32)
