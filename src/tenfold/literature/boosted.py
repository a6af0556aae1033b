"""Boosting by filtering: networks that are taught where those before them go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tenfold.data.augment import augment
from tenfold.literature.estimator import Labels
from tenfold.literature.keras_fit import KerasClassifier, network
from tenfold.literature.lenet import PLANAR, LeNet4
from tenfold.training.ensemble import average
from tenfold.training.fit import Plan, chance_of
from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Model

# Pictures of the stream that are drawn, changed and judged at once.
LOT = 5_000

Mask = npt.NDArray[np.bool_]
# Which pictures of a lot a network is to be taught: given float32 (n, 28, 28) and labels, a mask bool (n,).
Filter = Callable[[Floats, Labels], Mask]


class BoostedLeNet4(KerasClassifier):
    """Three LeNet-4 whose outputs are added (Drucker, Schapire, Simard 1993; LeCun et al. 1998, section III.C.9).

    The first learns from distorted digits. The second learns from a stream of distorted digits, of which it is given
    as many that the first reads wrong as that it reads right. The third learns from those of a stream on which the
    first and the second disagree.

    Args:
        epochs: Passes of each over its digits, which are distorted anew in each pass: the second and the third see
            what their filter let through distorted once more, and so never the same twice.
        rate: Highest learning rate.
        stream: How many distorted digits the second and the third may each pick from. The paper's stream has no end;
            the fewer go wrong, the longer it takes to find them.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(
        self,
        epochs: int = 8,
        rate: float = 1e-2,
        stream: int = 200_000,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.epochs, self.rate, self.stream = epochs, rate, stream
        self.verbose, self.classes, self.random_state = verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        return LeNet4()._build(classes)

    def _plan(self) -> Plan:
        return LeNet4(self.epochs, self.rate, distortions=True)._plan()

    def _fitted(self, pictures: Floats, labels: Labels) -> Model:
        first = super()._fitted(pictures, labels)
        second = self._taught(first, pictures, labels, half_wrong(_reads(first)), 1)
        third = self._taught(first, pictures, labels, disagreed(_reads(first), _reads(second)), 2)
        return average([first, second, third])

    def _taught(self, first: Model, pictures: Floats, labels: Labels, chosen: Filter, number: int) -> Model:
        """Another network, from the first's weights on, taught what the filter lets through."""
        model = self._build(int(first.output_shape[-1]))
        model.set_weights(first.get_weights())
        hard, right = filtered(pictures, labels, chosen, self.stream, self.random_state + number)
        if len(right):
            self._train(model, hard, right, self.random_state + number)
        return model


def _reads(model: Model) -> Callable[[Floats], Labels]:
    """What a network takes pictures for."""
    reader = network(model)
    return lambda pictures: np.asarray(reader.predict_proba(pictures).argmax(axis=1), np.int64)


def half_wrong(reads: Callable[[Floats], Labels]) -> Filter:
    """All that are read wrong, and as many that are read right."""

    def chosen(pictures: Floats, labels: Labels) -> Mask:
        wrong = reads(pictures) != labels
        # The first of the right ones: the stream is shuffled already.
        return np.asarray(wrong | (~wrong & (np.cumsum(~wrong) <= wrong.sum())), np.bool_)

    return chosen


def disagreed(one: Callable[[Floats], Labels], other: Callable[[Floats], Labels]) -> Filter:
    """All that the two read differently."""
    return lambda pictures, labels: np.not_equal(one(pictures), other(pictures))


def filtered(pictures: Floats, labels: Labels, chosen: Filter, stream: int, seed: int) -> tuple[Floats, Labels]:
    """What a filter lets through of a stream of distorted digits.

    Args:
        pictures: float32 (n, 28, 28).
        labels: int64 (n,).
        chosen: The filter.
        stream: How many distorted digits are looked at.
        seed: Of the stream.

    Returns:
        As many pictures and labels as were let through, distorted as they were.
    """
    kept: list[tuple[Floats, Labels]] = []
    for lot, at in enumerate(range(0, stream, LOT)):
        chance = chance_of(seed, lot)
        drawn = chance.integers(0, len(labels), min(LOT, stream - at))
        shown, right = augment(pictures[drawn], chance, PLANAR), labels[drawn]
        mask = chosen(shown, right)
        kept.append((shown[mask], right[mask]))
    return np.concatenate([one for one, _ in kept]), np.concatenate([right for _, right in kept])
