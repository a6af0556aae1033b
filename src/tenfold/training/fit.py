"""One way to fit our networks: augmented batches, a one-cycle rate, averaged weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tenfold.data.augment import Augmentation, augment
from tenfold.training.framework import need_keras
from tenfold.training.outputs import write_file
from tenfold.training.progress import EpochBars
from tenfold.types import Floats, Pixels

if TYPE_CHECKING:
    from keras import Model


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit.

    Attributes:
        epochs: Passes over the pictures.
        batch: Pictures a step.
        rate: Highest learning rate of the one cycle (Smith & Topin 2018).
        decay: Weight decay (AdamW; Loshchilov & Hutter 2019).
        smooth: Share of certainty taken from each label (Szegedy et al. 2016).
        average: Momentum of the exponential average of the weights that is kept in the end.
        augmentation: How far to change the pictures.
    """

    epochs: int
    batch: int = 128
    rate: float = 3e-3
    decay: float = 1e-2
    smooth: float = 0.02
    average: float = 0.998
    augmentation: Augmentation = field(default_factory=Augmentation)


Labels = npt.NDArray[np.int64]


def fit(
    model: Model,
    draw_epoch: Callable[[np.random.Generator], tuple[Pixels, Labels]],
    validation: tuple[Pixels, Labels],
    plan: Plan,
    seed: int,
    out: Path,
) -> dict[str, list[float]]:
    """Train a model that gives logits.

    Args:
        model: float32 (n, 28, 28), 0..1, to (n, k) logits; left with the averaged weights.
        draw_epoch: Gives the pictures and labels of one epoch: uint8 (n, 28, 28), int64 (n,), shuffled.
        validation: Pictures and labels to watch, unchanged.
        plan: How to fit.
        seed: Seed of chance.
        out: Folder for ``log.jsonl`` (a line an epoch) and the weights of the last finished epoch.

    Returns:
        The history: for each figure a value an epoch.
    """
    keras = need_keras()
    rng = np.random.default_rng(seed)
    first, labels = draw_epoch(rng)
    steps = -(-len(first) // plan.batch)
    optimizer = keras.optimizers.AdamW(
        _one_cycle(keras, plan.rate, steps * plan.epochs),
        weight_decay=plan.decay,
        use_ema=True,
        ema_momentum=plan.average,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    classes = int(model.output_shape[-1])
    model.compile(
        optimizer,
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=plan.smooth),
        metrics=["accuracy"],
    )
    feed = _feed(keras, draw_epoch, rng, plan, classes, (first, labels))
    held = (validation[0].astype(np.float32) / 255, np.eye(classes, dtype=np.float32)[validation[1]])
    history: dict[str, list[float]] = {}
    done = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: _keep(model, epoch, logs, history, out))
    bars = EpochBars(plan.epochs, steps)
    try:
        model.fit(
            feed,
            epochs=plan.epochs,
            validation_data=held,
            validation_batch_size=500,
            callbacks=[done, bars.callback()],
            verbose=0,
        )
    finally:
        bars.close()
    optimizer.finalize_variable_values(model.trainable_variables)
    _settle(keras, model, draw_epoch, rng, plan)
    return history


def _one_cycle(keras: Any, top: float, steps: int) -> Any:
    """Linear warm-up over the first fifth, then half a cosine to zero."""
    warm = max(1, steps // 5)
    return keras.optimizers.schedules.CosineDecay(
        top / 20, steps - warm, alpha=0.0, warmup_target=top, warmup_steps=warm
    )


def _feed(
    keras: Any,
    draw_epoch: Callable[[np.random.Generator], tuple[Pixels, Labels]],
    rng: np.random.Generator,
    plan: Plan,
    classes: int,
    first: tuple[Pixels, Labels],
) -> Any:
    """Batches for Keras; changing 128 digits takes four milliseconds, a step of the network twenty times that."""
    targets = np.eye(classes, dtype=np.float32)

    class Feed(keras.utils.PyDataset):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(workers=1, use_multiprocessing=False, max_queue_size=20)
            self._pictures, self._labels = first

        def __len__(self) -> int:
            return -(-len(self._labels) // plan.batch)

        def __getitem__(self, step: int) -> tuple[Floats, Floats]:
            part = slice(step * plan.batch, (step + 1) * plan.batch)
            pictures = self._pictures[part].astype(np.float32) / np.float32(255)
            return augment(pictures, rng, plan.augmentation), targets[self._labels[part]]

        def on_epoch_end(self) -> None:
            self._pictures, self._labels = draw_epoch(rng)

    return Feed()


def _keep(model: Model, epoch: int, logs: dict[str, float], history: dict[str, list[float]], out: Path) -> None:
    for name, value in logs.items():
        history.setdefault(name, []).append(float(value))
    lines = [
        json.dumps({"epoch": number + 1, **{name: round(values[number], 6) for name, values in history.items()}})
        for number in range(epoch + 1)
    ]
    write_file(out / "log.jsonl", ("\n".join(lines) + "\n").encode())
    partial = out / "last.partial.weights.h5"
    model.save_weights(partial)
    partial.replace(out / "last.weights.h5")


def _settle(
    keras: Any,
    model: Model,
    draw_epoch: Callable[[np.random.Generator], tuple[Pixels, Labels]],
    rng: np.random.Generator,
    plan: Plan,
) -> None:
    """Measure the statistics of batch normalisation again: they belong to the weights before averaging."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.98
    pictures, _ = draw_epoch(rng)
    for start in range(0, min(len(pictures), 200 * plan.batch), plan.batch):
        part = pictures[start : start + plan.batch].astype(np.float32) / np.float32(255)
        model(augment(part, rng, plan.augmentation), training=True)
