"""Deep belief network: restricted Boltzmann machines, each trained without labels on what the one below makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tenfold.literature.estimator import SIDE, Labels
from tenfold.literature.keras_fit import KerasClassifier
from tenfold.training.fit import Plan, chance_of
from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Model

BATCH = 128
# Hinton 2010, "A practical guide to training restricted Boltzmann machines", sections 7 to 9: momentum early and late,
# the weights to start from, and the penalty on large ones.
MOMENTUM, LATE, SPREAD, PENALTY = 0.5, 0.9, 0.01, 2e-4


class Dbn(KerasClassifier):
    """Stacked Boltzmann machines, then backpropagation through all (Hinton & Salakhutdinov 2006).

    Hinton, Osindero, Teh 2006 fine-tune by the up-down algorithm; by backpropagation, as here, the 2006 paper in
    Science comes to 1.2 %.

    Args:
        hidden: Units of each machine.
        passes: Over the digits, for each machine.
        step: Learning rate of the machines.
        epochs: Passes over the digits with their labels.
        rate: Highest learning rate of these.
        decay: Weight decay of these.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (500, 500),
        passes: int = 4,
        step: float = 0.1,
        epochs: int = 8,
        rate: float = 8e-3,
        decay: float = 0.1,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.hidden, self.passes, self.step, self.epochs, self.rate = hidden, passes, step, epochs, rate
        self.decay, self.verbose, self.classes, self.random_state = decay, verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        from keras import Input, Sequential, layers

        inner = [layers.Dense(units, activation="sigmoid") for units in self.hidden]
        # The outputs are new: small, so that the first steps do not undo what the machines have found.
        top = layers.Dense(classes, kernel_initializer="zeros")
        return Sequential([Input((SIDE, SIDE)), layers.Flatten(), *inner, top])

    def _plan(self) -> Plan:
        return Plan(self.epochs, rate=self.rate, decay=self.decay, smooth=0, average=0, augmentation=None)

    def _train(self, model: Model, pictures: Floats, labels: Labels, seed: int) -> None:
        shown = np.clip(pictures.reshape(len(pictures), -1), 0, 1)
        for number, layer in enumerate(model.layers[1:-1]):
            machine = trained_machine(shown, layer.units, self.passes, self.step, chance_of(seed, number))
            layer.set_weights(list(machine))
            shown = upward(shown, *machine)
        super()._train(model, pictures, labels, seed)


def upward(shown: Floats, weights: Floats, hidden: Floats) -> Floats:
    """Probability that each hidden unit is on: float32 (n, hidden)."""
    return sigmoid(shown @ weights + hidden)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), by way of the hyperbolic tangent, which cannot overflow."""
    return np.asarray(np.tanh(x * np.float32(0.5)) * np.float32(0.5) + np.float32(0.5), np.float32)


def trained_machine(
    shown: Floats, units: int, passes: int, step: float, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """A restricted Boltzmann machine by one step of contrastive divergence (Hinton 2002).

    Args:
        shown: float32 (n, visible), probabilities 0..1.
        units: Hidden units.
        passes: Over all that is shown.
        step: Learning rate.
        chance: Where chance comes from.

    Returns:
        Weights float32 (visible, units), and the hidden units' biases float32 (units,).
    """
    weights = chance.normal(0, SPREAD, (shown.shape[1], units)).astype(np.float32)
    # A visible unit's bias to start from: log-odds of its being on (section 8.1 of the guide).
    often = np.clip(shown.mean(axis=0), 0.01, 0.99)
    visible, hidden = np.log(often / (1 - often)).astype(np.float32), np.zeros(units, np.float32)
    faster = [np.zeros_like(one) for one in (weights, visible, hidden)]
    for number in range(passes):
        momentum = MOMENTUM if number == 0 else LATE
        order = chance.permutation(len(shown))
        for at in range(0, len(order), BATCH):
            data = shown[order[at : at + BATCH]]
            changes = contrastive_divergence(data, weights, visible, hidden, chance)
            for value, speed, change in zip((weights, visible, hidden), faster, changes, strict=True):
                # The same way in the end, whatever the momentum.
                speed *= np.float32(momentum)
                speed += np.float32((1 - momentum) * step / MOMENTUM) * change
                value += speed
            weights *= np.float32(1 - PENALTY * step)
    return weights, hidden


def contrastive_divergence(
    data: Floats, weights: Floats, visible: Floats, hidden: Floats, chance: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Which way to change weights and biases: <v h> of the data less <v h> of its reconstruction (Hinton 2002, eq. 8).

    Args:
        data: float32 (n, visible).
        weights: float32 (visible, hidden).
        visible: Biases, float32 (visible,).
        hidden: Biases, float32 (hidden,).
        chance: Decides which hidden units are on.

    Returns:
        The changes of the three, as means over the data.
    """
    on = upward(data, weights, hidden)
    states = (chance.random(on.shape, np.float32) < on).astype(np.float32)
    again = sigmoid(states @ weights.T + visible)
    off = upward(again, weights, hidden)
    share = np.float32(1 / len(data))
    return (
        (data.T @ on - again.T @ off) * share,
        (data - again).mean(axis=0),
        (on - off).mean(axis=0),
    )
