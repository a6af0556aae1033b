"""Distance between digits that does not see small changes of them, and the classifier that asks the nearest by it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tenfold.predictors.neighbors import Neighbors, Places, values
from tenfold.types import Floats

SIDE = 28
TANGENTS = 7
# Queries that look for candidates at once, those that are compared with them at once, and pictures seen at once.
LOT, FEW, MADE = 100, 10, 1000


def picture_and_tangents(pictures: Floats, blur: float) -> Floats:
    """Smoothed pictures, and how each changes when it is moved, turned, stretched or its strokes grow.

    The seven of Simard, LeCun, Denker, Victorri 1998, "Transformation invariance in pattern recognition: tangent
    distance and tangent propagation", section 3: with p the derivative along a row and q along a column, and x and y
    from the middle, they are p, q, xp + yq (scaling), yp - xq (rotation), xp - yq (axis deformation), yp + xq
    (diagonal deformation) and p^2 + q^2 (thickness).

    Args:
        pictures: float32 (n, 784), 0..1.
        blur: Standard deviation of the Gaussian that smooths, in pixels.

    Returns:
        float32 (n, 8, 784), the picture first.
    """
    at = np.arange(SIDE)
    smooth = np.exp(-((at[:, None] - at) ** 2) / (2 * blur**2))
    smooth /= smooth.sum(axis=1).max()
    central = (np.eye(SIDE, k=1) - np.eye(SIDE, k=-1)) / 2
    smooth, change = smooth.astype(np.float32), (central @ smooth).astype(np.float32)
    grey = pictures.reshape(-1, SIDE, SIDE)
    along_rows = grey @ smooth.T
    picture, q = smooth @ along_rows, change @ along_rows
    p = smooth @ (grey @ change.T)
    x = (at - (SIDE - 1) / 2).astype(np.float32)
    y = x[:, None]
    made = (picture, p, q, x * p + y * q, y * p - x * q, x * p - y * q, y * p + x * q, p**2 + q**2)
    return np.stack(made, axis=1, dtype=np.float32).reshape(len(pictures), 1 + TANGENTS, SIDE**2)


@dataclass(frozen=True, eq=False)
class TangentNeighbors(Neighbors):
    """The vote of the k nearest by two-sided tangent distance among those nearest by Euclidean distance.

    Attributes:
        candidates: How many of the nearest by Euclidean distance are looked at.
        blur: See `picture_and_tangents`.
        scales: float32 (8,), what pictures and tangents are multiplied by, so that tangents have about length 1.
        stiffness: What it costs to go along tangents, as a share of their squared length.
    """

    candidates: int
    blur: float
    scales: Floats
    stiffness: float

    def nearest(self, pictures: Floats, k: int) -> tuple[Places, Floats]:
        """As `Search.nearest`, by squared tangent distance; k at most `candidates`."""
        queries = self._views(pictures)
        lots = [queries[at : at + LOT] for at in range(0, len(queries), LOT)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(lambda lot: self._nearest(lot, k), lots))
        places, squares = zip(*found, strict=True)
        return np.concatenate(places), np.concatenate(squares)

    def _nearest(self, queries: Floats, k: int) -> tuple[Places, Floats]:
        table, lengths = self._table
        candidates = min(self.candidates, len(table))
        near = np.argpartition(lengths - 2 * queries[:, 0] @ table[:, 0].T, candidates - 1, axis=1)[:, :candidates]
        # Of equals the first comes first, as everywhere.
        near.sort(axis=1)
        few = [slice(at, at + FEW) for at in range(0, len(queries), FEW)]
        squares = np.concatenate([tangent_distances(queries[some], table[near[some]]) for some in few])
        order = np.argsort(squares, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(near, order, axis=1), np.take_along_axis(squares, order, axis=1)

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        """The views of all examples, float32 (n, 8, m), and the squared lengths of their pictures."""
        parts = (values(self.examples[at : at + MADE]) for at in range(0, len(self.examples), MADE))
        table = np.concatenate([self._views(part) for part in parts])
        return table, np.einsum("nm,nm->n", table[:, 0], table[:, 0])

    def _views(self, pictures: Floats) -> Floats:
        """Pictures in few directions, and their tangents orthonormal but for the stiffness: float32 (n, 8, m)."""
        whole = picture_and_tangents(pictures, self.blur) * self.scales[:, None]
        seen = np.asarray(whole.reshape(-1, SIDE**2) @ self.basis, np.float32).reshape(len(pictures), 1 + TANGENTS, -1)
        tangents = seen[:, 1:]
        lengths = tangents @ tangents.transpose(0, 2, 1)
        lengths += np.float32(self.stiffness) * np.eye(TANGENTS, dtype=np.float32)
        seen[:, 1:] = np.linalg.inv(np.linalg.cholesky(lengths)) @ tangents
        return seen


def tangent_distances(queries: Floats, examples: Floats) -> Floats:
    """Squared two-sided distance: the least of |x + a T - y - b U|^2 + stiffness (|a|^2 + |b|^2) over a and b.

    With tangents that were made orthonormal, T and U, d = x - y and W = U T', that is
    d^2 - |T d|^2 - u' (1 - W W')^-1 u, where u = W T d - U d (the normal equations, a eliminated first).

    Args:
        queries: float32 (q, 8, m), pictures x and tangents T as `TangentNeighbors` sees them.
        examples: float32 (q, c, 8, m), y and U likewise.

    Returns:
        float32 (q, c).
    """
    crossed = examples @ queries.transpose(0, 2, 1)[:, None]
    own = np.einsum("qtm,qm->qt", queries, queries[:, 0])[:, None]
    theirs = np.einsum("qctm,qcm->qct", examples, examples[:, :, 0])
    apart = own[..., 0] + theirs[..., 0] - 2 * crossed[..., 0, 0]
    query_side = own[..., 1:] - crossed[..., 0, 1:]
    example_side = crossed[..., 1:, 0] - theirs[..., 1:]
    both = crossed[..., 1:, 1:]
    left = np.einsum("qcuv,qcv->qcu", both, query_side) - example_side
    matrix = np.eye(TANGENTS, dtype=np.float32) - both @ np.swapaxes(both, -1, -2)
    step = np.linalg.solve(matrix, left[..., None])[..., 0]
    squares = apart - np.einsum("qct,qct->qc", query_side, query_side) - np.einsum("qct,qct->qc", left, step)
    return np.asarray(np.maximum(squares, 0), np.float32)
