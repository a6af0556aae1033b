"""The nearest of many examples, found exactly and fast, and the classifiers that ask them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from tenfold.predictors.base import Arrays
from tenfold.predictors.deskew import deskew
from tenfold.types import Floats, Pixels

Places = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int64]

# Queries that are compared with all examples at once, and pairs whose distance is measured at once.
LOT, PAIRS = 250, 1024
# Into how many groups the examples are put to find a first bound, and how many are in one at most.
LEAST_GROUPS, MOST_OF_GROUP = 256, 64
# What rounding may do to a squared distance in float32, as a share of the squared lengths.
ROUNDING = 1e-5


def levels(pictures: Floats) -> Pixels | Floats:
    """Pictures as bytes if they are made of them: uint8 where every value is exactly k/255, else float32 as given."""
    pixels = np.rint(np.clip(pictures, 0, 1) * np.float32(255)).astype(np.uint8)
    return pixels if np.array_equal(values(pixels), pictures) else pictures


def values(kept: Pixels | Floats) -> Floats:
    """What `levels` was given: float32."""
    return kept.astype(np.float32) / np.float32(255) if kept.dtype == np.uint8 else np.asarray(kept, np.float32)


class Search:
    """Finds the nearest examples by Euclidean distance: exact, though few distances are measured in full.

    In an orthonormal basis of a few directions, with the length of what is left over as one coordinate more, no
    distance is longer than the true one. So only those examples are measured in full that are not farther in these
    coordinates than the k-th of some k true distances (Seidl & Kriegel 1998, "Optimal multi-step k-nearest neighbor
    search").

    Args:
        examples: uint8 or float32 (n, features), as `levels` gives them.
        basis: float32 (features, m), orthonormal; the quicker, the more of the examples' variance lies in it.
    """

    def __init__(self, examples: Pixels | Floats, basis: Floats) -> None:
        self._examples, self._basis = examples, basis
        # Distances do not change, but less is lost to rounding the nearer all lies to the origin.
        self._centre = values(examples[:: len(examples) // 10_000 + 1]).mean(axis=0)
        parts = (examples[at : at + 5000] for at in range(0, len(examples), 5000))
        coordinates = np.concatenate([self._coordinates(values(part)) for part in parts])
        squares = np.einsum("nm,nm->n", coordinates, coordinates)
        self._longest = float(squares.max())
        # (x - y)^2 = x^2 + (-2x, 1) (y, y^2): one product gives all but x^2, which is the same for all examples.
        # Groups are filled up with examples infinitely far away.
        self._size = min(MOST_OF_GROUP, max(1, len(examples) // LEAST_GROUPS))
        more = -len(examples) % self._size
        self._known = np.zeros((len(examples) + more, coordinates.shape[1] + 1), np.float32)
        self._known[: len(examples), :-1] = coordinates
        self._known[:, -1] = np.inf
        self._known[: len(examples), -1] = squares

    def nearest(self, queries: Floats, k: int) -> tuple[Places, Floats]:
        """The k nearest of each query, nearest first; of examples equally far the first.

        Args:
            queries: float32 (q, features).
            k: At most the number of examples, and at most 256.

        Returns:
            Which they are, int64 (q, k), and their squared distances, float32 (q, k).
        """
        lots = (queries[at : at + LOT] for at in range(0, len(queries), LOT))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(lambda lot: self._nearest(lot, k), lots))
        places, squares = zip(*found, strict=True)
        return np.concatenate(places), np.concatenate(squares)

    def _nearest(self, queries: Floats, k: int) -> tuple[Places, Floats]:
        coordinates = self._coordinates(queries)
        own = np.einsum("qm,qm->q", coordinates, coordinates)[:, None]
        least = np.column_stack([-2 * coordinates, np.ones_like(own)]) @ self._known.T
        # Column j lies in group j % groups: so numpy takes the least of each over whole rows.
        grouped = least.reshape(len(queries), self._size, -1)
        groups = grouped.shape[2]
        lowest = grouped.min(axis=1)
        best = np.argpartition(lowest, k - 1, axis=1)[:, :k]
        within = np.take_along_axis(grouped, best[:, None, :], axis=2).argmin(axis=1)
        rows = np.repeat(np.arange(len(queries)), k)
        some = self._measure(queries, rows, (within * groups + best).ravel()).reshape(-1, k)
        reach = some.max(axis=1, keepdims=True) - own + ROUNDING * (own + self._longest)
        rows, group = np.nonzero(lowest <= reach)
        chosen, within = np.nonzero(grouped[rows, :, group] <= reach[rows])
        rows, places = rows[chosen], within * groups + group[chosen]
        squares = self._measure(queries, rows, places)
        order = np.lexsort((places, squares, rows))
        starts = np.searchsorted(rows, np.arange(len(queries)))
        order = order[starts[:, None] + np.arange(k)]
        return places[order], squares[order]

    def _coordinates(self, pictures: Floats) -> Floats:
        """float32 (n, m + 1)."""
        centred = pictures - self._centre
        inside = centred @ self._basis
        left = np.einsum("nf,nf->n", centred, centred) - np.einsum("nm,nm->n", inside, inside)
        return np.column_stack([inside, np.sqrt(np.maximum(left, 0))])

    def _measure(self, queries: Floats, rows: Places, places: Places) -> Floats:
        """The squared distances of pairs of a query and an example: float32 (pairs,)."""
        squares = np.empty(len(rows), np.float32)
        for at in range(0, len(rows), PAIRS):
            part = slice(at, at + PAIRS)
            apart = queries[rows[part]] - values(self._examples[places[part]])
            np.einsum("pf,pf->p", apart, apart, out=squares[part])
        return squares


def vote(labels: Labels, squares: Floats, classes: int, width: float, smoothing: float) -> Floats:
    """What the nearest say: probabilities, float32 (q, classes).

    Args:
        labels: Their classes, int (q, k).
        squares: Their squared distances, float32 (q, k), nearest first.
        classes: How many there are.
        width: What squared distance beyond the nearest's makes a vote weigh 1/e of it.
        smoothing: A vote each class has from the start; the nearest's weighs 1.
    """
    weights = np.exp((squares[:, :1] - squares) / np.float32(width))
    cells = labels + classes * np.arange(len(labels))[:, None]
    votes = np.bincount(cells.ravel(), weights.ravel(), minlength=classes * len(labels)).reshape(-1, classes)
    smoothed = votes + smoothing
    return np.asarray(smoothed / smoothed.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, eq=False)
class Neighbors(Arrays):
    """The vote of the k nearest examples.

    Attributes:
        examples: uint8 or float32 (n, features), as `levels` gives them.
        labels: uint8 or uint16 (n,), their classes.
        basis: float32 (features, m), see `Search`.
        classes: How many classes there are.
        k: How many are asked.
        width: See `vote`.
        smoothing: See `vote`.
    """

    examples: Pixels | Floats
    labels: npt.NDArray[np.unsignedinteger]
    basis: Floats
    classes: int
    k: int
    width: float
    smoothing: float

    def predict_proba(self, pictures: Floats) -> Floats:
        places, squares = self.nearest(pictures, self.k)
        return vote(self.labels[places].astype(np.int64), squares, self.classes, self.width, self.smoothing)

    def nearest(self, pictures: Floats, k: int) -> tuple[Places, Floats]:
        """As `Search.nearest`."""
        return self.search.nearest(pictures, k)

    @cached_property
    def search(self) -> Search:
        """Made when it is first asked for."""
        return Search(self.examples, self.basis)

    def asking(self, k: int, width: float) -> Self:
        """The same with another k and width."""
        other = replace(self, k=k, width=width)
        # What was made when it was asked for depends on neither.
        vars(other).update({name: value for name, value in vars(self).items() if name not in vars(other)})
        return other


@dataclass(frozen=True, eq=False)
class UprightNeighbors(Neighbors):
    """The vote of the k nearest examples, all made upright before they are compared; 28x28 pictures only."""

    def predict_proba(self, pictures: Floats) -> Floats:
        return super().predict_proba(values(deskew(pictures)))
