"""LIRA: random neurons with a limited receptive area, and one layer that learns."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from tenfold.data.augment import shifted
from tenfold.literature.estimator import LOT, SIDE, Estimator, Labels
from tenfold.predictors import lira as fitted
from tenfold.types import Floats

Rng = np.random.Generator
Points = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Lot:
    """Pictures as the neurons that are active on them.

    Attributes:
        neurons: int32 (m,), those of the first picture, of the second, and so on.
        ends: int64 (n,), where those of each picture end.
        labels: int64 (n,).
    """

    neurons: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int64]
    labels: Labels


class Lira(Estimator):
    """Kussul & Baidyk's classifier: a neuron is active where all its points in a window are bright or dark enough.

    "Improved method of handwritten digit recognition tested on MNIST database", 2004: the grey-scale version, with
    ON points brighter and OFF points darker than random thresholds; the neurons are drawn and never change. The layer
    above learns as a perceptron, where the right class must win by a margin, from distorted digits. Here the digits
    are shifted only, each anew in every pass; thresholds are of `fitted.LEVELS` values; and the weights, which are
    allowed below zero, are in the end the mean of those after each step (Freund & Schapire 1999).

    Args:
        neurons: How many are drawn; those that never learned anything are left out of what is fitted.
        window: Side of the window, in pixels.
        on: ON points of a neuron.
        off: OFF points of a neuron.
        margin: Share of its excitation that is taken from the right class before the winner is found.
        passes: Over the digits.
        shift: Pixels that digits are shifted by at most, up or down and to the sides.
        sharpness: What excitations are multiplied with before the softmax, where their mean is 1 for the winner.
        random_state: Seed of chance.
        classes: See `Estimator`.
    """

    only_pictures: ClassVar[bool] = True

    def __init__(
        self,
        neurons: int = 100_000,
        window: int = 10,
        on: int = 2,
        off: int = 4,
        margin: float = 0.5,
        passes: int = 8,
        shift: int = 1,
        sharpness: float = 16.0,
        random_state: int = 0,
        classes: int | None = 10,
    ) -> None:
        self.neurons = neurons
        self.window = window
        self.on = on
        self.off = off
        self.margin = margin
        self.passes = passes
        self.shift = shift
        self.sharpness = sharpness
        self.random_state = random_state
        self.classes = classes

    def _fit(self, pictures: Floats, labels: Labels) -> fitted.Lira:
        rng = np.random.default_rng(self.random_state)
        points = self._draw(rng)
        weights = np.zeros((self.neurons, int(labels.max()) + 1), np.float32)
        # What is to be taken off the last weights to get the mean: each change times the steps before it.
        early = np.zeros(weights.shape)
        ones = np.ones(self.neurons, np.float32)
        step, won = 0, 0.0
        for _ in range(self.passes):
            won = 0.0
            for lot in self._shown(pictures, labels, points, rng):
                for chosen, label in zip(np.split(lot.neurons, lot.ends[:-1]), lot.labels, strict=True):
                    step += 1
                    excited = ones[: len(chosen)] @ weights.take(chosen, axis=0)
                    won += excited.max()
                    excited[label] -= self.margin * abs(excited[label])
                    winner = excited.argmax()
                    if winner != label:
                        weights[chosen, label] += 1
                        weights[chosen, winner] -= 1
                        early[chosen, label] += step
                        early[chosen, winner] -= step
        mean = weights - early / (step + 1)
        known = np.abs(mean).max(axis=1) > 0
        scale = len(labels) / max(won, 1.0)
        return fitted.Lira(points[known], (mean[known] * scale).astype(np.float16), self.sharpness)

    def _draw(self, rng: Rng) -> Points:
        """Random neurons: a window each, and its points."""
        count, side, many = self.neurons, self.window, self.on + self.off
        corner = rng.integers(0, SIDE - side + 1, (2, count, 1))
        # Different points: the first of a random order of them all.
        inside = np.argpartition(rng.random((count, side * side), dtype=np.float32), many, axis=1)[:, :many]
        pixel = (corner[0] + inside // side) * SIDE + corner[1] + inside % side
        level = rng.integers(0, fitted.LEVELS, (count, many))
        dark = np.arange(many) >= self.on
        return np.asarray((dark * fitted.LEVELS + level) * SIDE**2 + pixel, np.int16)

    def _shown(self, pictures: Floats, labels: Labels, points: Points, rng: Rng) -> Iterator[Lot]:
        """One pass over the pictures, shifted, in random order."""
        order = rng.permutation(len(labels))
        moves = rng.integers(-self.shift, self.shift + 1, (len(labels), 2))

        def lot(at: int) -> Lot:
            rows = order[at : at + LOT]
            return _encode(shifted(pictures[rows], moves[rows]), labels[rows], points)

        with ThreadPoolExecutor(2) as pool:
            yield from pool.map(lot, range(0, len(labels), LOT))


def _encode(pictures: Floats, labels: Labels, points: Points) -> Lot:
    met = fitted.conditions(pictures)
    neurons, places = [], []
    for at in range(0, len(points), 8 * fitted.BLOCK):
        bits = fitted.active(met, points[at : at + 8 * fitted.BLOCK])
        # Few are active: looking at whole bytes first passes over most of the others.
        neuron, byte = np.nonzero(bits)
        row, bit = np.nonzero(np.unpackbits(bits[neuron, byte][:, None], axis=1))
        neurons.append((neuron[row] + at).astype(np.int32))
        places.append((byte[row] * 8 + bit).astype(np.uint16))
    place = np.concatenate(places)
    order = place.argsort(kind="stable")
    return Lot(np.concatenate(neurons)[order], np.bincount(place, minlength=len(labels)).cumsum(), labels)
