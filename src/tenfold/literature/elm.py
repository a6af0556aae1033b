"""Convolution with fixed filters, a random layer, and weights by least squares."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from tenfold.data.augment import shifted
from tenfold.literature.estimator import SIDE, Estimator, Labels
from tenfold.predictors import elm as fitted
from tenfold.types import Floats

Rng = np.random.Generator

# Rows of the random layer computed at once.
PART = 4000


class ElmConv(Estimator):
    """An extreme learning machine on a convolution whose filters are patches of the digits.

    McDonnell & Vladusich, "Enhanced image classification with a fast-learning shallow convolutional neural network",
    2015: filters are not learned, their answers are pooled, a large hidden layer has random weights, and only the
    weights above that are fitted, in one step, by ridge regression on the classes.

    Args:
        filters: Patches that are taken as filters.
        size: Their side, odd.
        units: Of the random layer, a multiple of 8.
        spread: Standard deviation of what goes into the hyperbolic tangent.
        ridge: As a share of the mean square of a unit.
        passes: Over the digits; in all but the first they are shifted at random.
        shift: Pixels that digits are shifted by at most, up or down and to the sides.
        sharpness: What the sums are multiplied with before the softmax.
        random_state: Seed of chance.
        classes: See `Estimator`.
    """

    only_pictures: ClassVar[bool] = True

    def __init__(
        self,
        filters: int = 32,
        size: int = 7,
        units: int = 10_000,
        spread: float = 0.3,
        ridge: float = 3e-5,
        passes: int = 2,
        shift: int = 1,
        sharpness: float = 12.0,
        random_state: int = 0,
        classes: int | None = 10,
    ) -> None:
        self.filters = filters
        self.size = size
        self.units = units
        self.spread = spread
        self.ridge = ridge
        self.passes = passes
        self.shift = shift
        self.sharpness = sharpness
        self.random_state = random_state
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.ElmConv:
        rng = np.random.default_rng(self.random_state)
        filters = self._patches(pictures, rng)
        sample = fitted.pooled(pictures[rng.permutation(len(pictures))[:PART]], filters)
        signs = rng.integers(0, 256, (sample.shape[1], self.units // 8), np.uint8)
        # The sums of features about their means have this spread, with any signs.
        scale = float(self.spread / np.sqrt(max(sample.var(axis=0).sum(), 1e-12)))
        ones = np.unpackbits(signs, axis=1).astype(np.float32)
        middle = scale * (sample.mean(axis=0) @ (2 * ones - 1))
        bias = (rng.uniform(-1, 1, self.units) - middle).astype(np.float32)
        # The normal equations, of so many digits at a time.
        # Added up in float64: a ridge this small is lost in the roundings of float32.
        squares = np.zeros((self.units, self.units))
        answers = np.zeros((self.units, int(labels.max()) + 1))
        targets = np.eye(answers.shape[1], dtype=np.float32)[labels] - np.float32(1 / answers.shape[1])
        for one in range(self.passes):
            for at in range(0, len(labels), PART):
                part = pictures[at : at + PART]
                if one:
                    part = shifted(part, rng.integers(-self.shift, self.shift + 1, (len(part), 2)))
                units = fitted.hidden(fitted.pooled(part, filters), signs, bias, scale)
                squares += units.T @ units
                answers += units.T @ targets[at : at + PART]
        squares[np.diag_indices(self.units)] += self.ridge * np.trace(squares) / self.units
        weights = cho_solve(cho_factor(squares, lower=True, overwrite_a=True, check_finite=False), answers)
        return fitted.ElmConv(filters, signs, bias, scale, weights.astype(np.float32), float(self.sharpness))

    def _patches(self, pictures: Floats, rng: Rng) -> Floats:
        """Patches of digits, less their mean and of length one: (filters, size, size)."""
        whole = np.lib.stride_tricks.sliding_window_view(
            pictures.reshape(-1, SIDE, SIDE), (self.size, self.size), axis=(1, 2)
        )
        corner = rng.integers(0, whole.shape[1], (2, 20 * self.filters))
        patches = whole[rng.integers(0, len(pictures), 20 * self.filters), corner[0], corner[1]]
        patches = patches - patches.mean(axis=(1, 2), keepdims=True)
        length = np.sqrt((patches**2).sum(axis=(1, 2), keepdims=True))
        # The first of those with a stroke in them; where there are too few, the plainest come last.
        drawn = np.argsort(length.ravel() < 0.2 * self.size, kind="stable")[: self.filters]
        return np.asarray(patches[drawn] / np.maximum(length[drawn], 1e-6), np.float32)
