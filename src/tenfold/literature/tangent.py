"""The nearest training digits by tangent distance."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from tenfold.literature.estimator import Estimator, Labels
from tenfold.literature.neighbors import choose
from tenfold.predictors import tangent as fitted
from tenfold.predictors.neighbors import levels
from tenfold.types import Floats

# From so many digits the lengths of tangents and the directions they lie in are taken.
ENOUGH = 4_000


class TangentDistance(Estimator):
    """The k nearest by two-sided tangent distance (Simard, LeCun, Denker 1993) among the nearest by Euclidean distance.

    Pictures and tangents are compared in a few principal directions of both, in which nearly all of them lies.

    Args:
        k: How many are asked; None chooses, see `tenfold.literature.neighbors.Neighbors`.
        candidates: How many of the nearest by Euclidean distance are looked at: more than k, and more than 20.
        directions: In how many directions.
        blur: Standard deviation of the Gaussian that smooths the pictures first, in pixels.
        stiffness: What it costs to go along tangents, as a share of their mean squared length.
        width: As of `tenfold.literature.neighbors.Neighbors`.
        smoothing: Likewise.
        classes: See `Estimator`.
    """

    only_pictures: ClassVar[bool] = True

    def __init__(
        self,
        k: int | None = None,
        candidates: int = 100,
        directions: int = 200,
        blur: float = 0.6,
        stiffness: float = 0.02,
        width: float = 0.25,
        smoothing: float = 0.002,
        classes: int | None = 10,
    ) -> None:
        self.k = k
        self.candidates = candidates
        self.directions = directions
        self.blur = blur
        self.stiffness = stiffness
        self.width = width
        self.smoothing = smoothing
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.TangentNeighbors:
        count = int(labels.max()) + 1
        views = fitted.picture_and_tangents(pictures[:: len(pictures) // ENOUGH + 1], self.blur)
        scales = 1 / np.sqrt(np.maximum(np.einsum("ntf,ntf->t", views, views) / len(views), 1e-12))
        scales[0] = 1
        known = fitted.TangentNeighbors(
            levels(pictures),
            labels.astype(np.min_scalar_type(count)),
            basis_of(views * scales[:, None], self.directions),
            count,
            k=1,
            width=1.0,
            smoothing=self.smoothing,
            candidates=self.candidates,
            blur=self.blur,
            scales=scales.astype(np.float32),
            stiffness=self.stiffness,
        )
        return known.asking(*choose(known, pictures, labels, self.k, self.width))


def basis_of(views: Floats, most: int) -> Floats:
    """The orthonormal directions in which most of the pictures and tangents (n, 8, features) lies: (features, most)."""
    rows = views.reshape(-1, views.shape[2])
    _, directions = np.linalg.eigh((rows.T @ rows).astype(np.float64))
    return np.ascontiguousarray(directions[:, ::-1][:, :most], dtype=np.float32)
