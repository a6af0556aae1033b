"""The nearest of many examples, found exactly and fast, and classifiers that ask them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tenfold.predictors.base import Arrays
from tenfold.predictors.deskew import deskew
from tenfold.types import Floats, Pixels

Places = npt.NDArray[np.int64]

# Queries that are compared with all examples at once, and pairs whose distance is measured at once.
LOT, PAIRS = 200, 1024
# Examples that form a group when the first bound is looked for.
GROUP = 64
# What rounding may do to a squared distance of float32, as a share of the squared lengths.
ROUNDING = 1e-5


def levels(pictures: Floats) -> Pixels | Floats:
    """Pictures as bytes if they are made of them: uint8 where every value is exactly k/255, else float32 as given."""
    bytes_ = np.rint(np.clip(pictures, 0, 1) * np.float32(255)).astype(np.uint8)
    return bytes_ if (values(bytes_) == pictures).all() else np.asarray(pictures, np.float32)


def values(kept: Pixels | Floats) -> Floats:
    """What `levels` was given: float32."""
    return kept.astype(np.float32) / np.float32(255) if kept.dtype == np.uint8 else np.asarray(kept, np.float32)


class Search:
    """Finds the nearest examples by Euclidean distance: exact, though it measures few distances in full.

    In an orthonormal basis of few directions, with the length of what is left over as one coordinate more, no distance
    is longer than the true one. So only those examples are measured in full that are not farther in these coordinates
    than the k-th of some k true distances (Seidl & Kriegel 1998, "Optimal multi-step k-nearest neighbor search").

    Args:
        examples: uint8 or float32 (n, features), as `levels` gives them.
        basis: float32 (features, m), orthonormal; the quicker, the more of the examples' variance lies in it.
    """

    def __init__(self, examples: Pixels | Floats, basis: Floats) -> None:
        self._examples, self._basis = examples, basis
        # Distances do not change, but less is lost to rounding the nearer all lies to the origin.
        self._centre = values(examples[:: max(1, len(examples) // 10_000)]).mean(axis=0)
        coordinates = np.concatenate([self._coordinates(values(part)) for part in _parts(examples, 5000)])
        squares = np.einsum("nm,nm->n", coordinates, coordinates)
        self._longest = float(squares.max())
        # (x - y)^2 = x^2 + (-2x, 1) (y, y^2): one product gives all but what is the same for all examples.
        self._known = np.column_stack([coordinates, squares])

    def nearest(self, queries: Floats, k: int) -> tuple[Places, Floats]:
        """The k nearest of each query, nearest first; of examples equally far, the first.

        Args:
            queries: float32 (q, features).
            k: At most the number of examples.

        Returns:
            Which they are, int64 (q, k), and their squared distances, float32 (q, k).
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(lambda part: self._nearest(part, k), _parts(queries, LOT)))
        places, squares = zip(*found, strict=True)
        return np.concatenate(places), np.concatenate(squares)

    def bounds(self, queries: Floats) -> tuple[Floats, Floats]:
        """How near each example is at least: squared distances in the few coordinates, less a constant a query.

        Returns:
            float32 (q, n), and the constants, float32 (q, 1).
        """
        coordinates = self._coordinates(queries)
        squares = np.einsum("qm,qm->q", coordinates, coordinates)
        asked = np.column_stack([-2 * coordinates, np.ones_like(squares)])
        return asked @ self._known.T, squares[:, None]

    def _nearest(self, queries: Floats, k: int) -> tuple[Places, Floats]:
        least, own = self.bounds(queries)
        some = _smallest_of_groups(least, k)
        rows = np.repeat(np.arange(len(queries)), k)
        reached = self._measure(queries, rows, some.ravel()).reshape(-1, k).max(axis=1, keepdims=True)
        near = least <= reached - own + ROUNDING * (own + self._longest)
        rows, places = np.divmod(np.flatnonzero(near), least.shape[1])
        squares = self._measure(queries, rows, places)
        order = np.lexsort((places, squares, rows))
        starts = np.searchsorted(rows, np.arange(len(queries)))
        chosen = order[starts[:, None] + np.arange(k)]
        return places[chosen], squares[chosen]

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


def _parts(rows: npt.NDArray[np.float32] | Pixels, size: int) -> list[npt.NDArray[np.float32] | Pixels]:
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def _smallest_of_groups(bounds: Floats, k: int) -> Places:
    """k columns of each row that are small: the least ones of the groups with the least; int64 (rows, k)."""
    rows, count = bounds.shape
    size = min(GROUP, max(1, count // (4 * k)))
    grouped = bounds[:, : count // size * size].reshape(rows, -1, size)
    groups = np.argpartition(grouped.min(axis=2), k - 1, axis=1)[:, :k]
    within = np.take_along_axis(grouped, groups[:, :, None], axis=1).argmin(axis=2)
    return np.asarray(groups * size + within, np.int64)
