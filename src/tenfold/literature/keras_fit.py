"""One way to fit the literature's networks: Keras, a rate that rises and falls, pictures changed in the background."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.literature.estimator import SIDE, Estimator, Labels
from tenfold.models.network import Network
from tenfold.training.export import to_onnx
from tenfold.training.fit import STEPS_AT_ONCE, Plan, chance_of, one_cycle, one_thread_for_pictures, settle
from tenfold.training.framework import need_keras
from tenfold.training.progress import EpochBars, is_watched
from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Model

# Fewer pictures than these are shown as often as so many would be in an epoch: few steps teach a network nothing.
FEW = 1_000
# Of few pictures, batches are so small that an epoch has that many steps, down to the least batch.
STEPS, LEAST_BATCH = 40, 16
# Fewer steps than these are no long run.
LONG = 1000

# The pictures and labels of an epoch, given its number: float32 (n, 28, 28), and int64 (n,).
Draw = Callable[[int], tuple[Floats, Labels]]


class KerasClassifier(Estimator):
    """A network of the literature, fitted by Keras and kept as ONNX."""

    only_pictures = True
    random_state: int
    verbose: bool

    @abstractmethod
    def _build(self, classes: int) -> Model:
        """The network, untrained: float32 (n, 28, 28), 0..1, to (n, classes) logits."""

    @abstractmethod
    def _plan(self) -> Plan:
        """How to fit it."""

    def _fit(self, pictures: Floats, labels: Labels) -> Network:
        return network(self._fitted(pictures.reshape(-1, SIDE, SIDE), labels))

    def _fitted(self, pictures: Floats, labels: Labels) -> Model:
        """The network, fitted to pictures float32 (n, 28, 28)."""
        need_keras().utils.set_random_seed(self.random_state)
        model = self._build(int(labels.max()) + 1)
        self._train(model, pictures, labels, self.random_state)
        return model

    def _train(self, model: Model, pictures: Floats, labels: Labels, seed: int) -> None:
        plan = for_so_many(self._plan(), len(labels))
        fit_network(model, self._draw(pictures, labels, plan, seed), plan, self.verbose)

    def _draw(self, pictures: Floats, labels: Labels, plan: Plan, seed: int) -> Draw:
        """Every picture once an epoch, in an order of chance, changed as the plan says."""

        def draw(epoch: int) -> tuple[Floats, Labels]:
            chance = chance_of(seed, epoch)
            order = chance.permutation(len(labels))
            return plan.change(pictures[order], chance, epoch / plan.epochs), labels[order]

        return draw


def for_so_many(plan: Plan, count: int) -> Plan:
    """The plan, with more epochs of smaller batches where pictures are few."""
    batch = min(plan.batch, max(min(LEAST_BATCH, count), count // STEPS))
    epochs = plan.epochs * max(1, FEW // count)
    # An average over more than the last part of the way would keep the beginning in it.
    return replace(plan, batch=batch, epochs=epochs, average=min(plan.average, 1 - 8 / max(8, count * epochs // batch)))


def fit_network(model: Model, draw: Draw, plan: Plan, verbose: bool = False) -> None:
    """Train a network that gives logits.

    Args:
        model: float32 (n, 28, 28) to (n, classes) logits; left with the last weights, or with their average over the
            last steps if the plan says so.
        draw: Gives the pictures of an epoch; called in a thread of its own, an epoch ahead.
        plan: How to fit.
        verbose: Print the figures of each epoch.

    Where a recipe is being run that somebody watches, its curve is shown too; see `tenfold.training.progress.watched`.
    """
    from threadpoolctl import threadpool_limits

    keras = need_keras()
    targets = np.eye(int(model.output_shape[-1]), dtype=np.float32)
    first = draw(0)
    steps = len(first[1]) // plan.batch

    def batches() -> Iterator[tuple[Floats, Floats]]:
        pictures, labels = first
        with ThreadPoolExecutor(1, "pictures") as aside:
            for epoch in range(plan.epochs):
                coming = aside.submit(draw, epoch + 1) if epoch + 1 < plan.epochs else None
                # What whole batches leave over is drawn in another epoch.
                for at in range(0, steps * plan.batch, plan.batch):
                    yield pictures[at : at + plan.batch], targets[labels[at : at + plan.batch]]
                if coming is not None:
                    pictures, labels = coming.result()

    bars = EpochBars(plan.epochs, steps, lines=False) if is_watched() else None
    averaged: dict[str, Any] = {"use_ema": True, "ema_momentum": plan.average} if plan.average else {}
    optimizer = keras.optimizers.AdamW(
        one_cycle(keras, plan.rate, steps * plan.epochs), weight_decay=plan.decay, **averaged
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    model.compile(
        optimizer,
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=plan.smooth),
        metrics=["accuracy"] if verbose or bars else None,
        # To have XLA compile so small networks takes longer than it saves.
        jit_compile=False,
        steps_per_execution=_at_once(steps, plan.epochs),
    )
    # What makes variables is traced twice.
    optimizer.build(model.trainable_variables)
    # As in `tenfold.training.fit`: threads that wait for pictures would take the processor from the network.
    with threadpool_limits(1, "blas"), one_thread_for_pictures():
        try:
            model.fit(
                batches(),
                steps_per_epoch=steps,
                epochs=plan.epochs,
                callbacks=[bars.callback()] if bars else None,
                shuffle=False,
                verbose=2 if verbose else 0,
            )
        finally:
            if bars:
                bars.close()
    if plan.average:
        # Its statistics still belong to the weights before averaging.
        pictures, _ = draw(plan.epochs - 1)
        lots = [pictures[at : at + plan.batch] for at in range(0, steps * plan.batch, plan.batch)][: plan.settle]
        settle(keras, model, lots, len(lots))


def _at_once(steps: int, epochs: int) -> int:
    """Steps that run without a stop in between. So many are compiled one by one, which takes longer than few take."""
    if steps * epochs < LONG:
        return 1
    # The most that fits into an epoch without a rest: Keras would take that from the next.
    return max(count for count in range(1, STEPS_AT_ONCE + 1) if steps % count == 0)


def network(model: Model, temperature: float = 1.0) -> Network:
    """A network that gives logits as one that gives probabilities.

    Args:
        model: As fitted.
        temperature: Divides the logits before the softmax (Guo et al. 2017, eq. 9).
    """
    import keras

    whole = [keras.Input(model.input_shape[1:]), model]
    if temperature != 1:
        whole.append(keras.layers.Rescaling(1 / temperature))
    weights = to_onnx(keras.Sequential([*whole, keras.layers.Softmax()]))
    return Network(weights, parameters(model))


def parameters(model: Model) -> int:
    """How many numbers were trained, without those that are nothing for good, as their maps are not connected."""
    partly = [layer for layer in _layers(model) if hasattr(layer, "joined")]
    held = sum(int((1 - layer.joined).sum() * layer.kernel_size[0] ** 2) for layer in partly)
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables) - held


def _layers(model: Any) -> Iterator[Any]:
    """Its layers, and those of the networks among them."""
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _layers(layer)
