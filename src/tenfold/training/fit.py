"""One way to fit our networks: augmented batches, a one-cycle rate, averaged weights, and a run that can be resumed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.atomic import write_file
from tenfold.data.augment import Augmentation, augment
from tenfold.errors import UsageError
from tenfold.training.framework import need_keras
from tenfold.training.progress import EpochBars, say
from tenfold.types import Floats, Pixels, as_floats

if TYPE_CHECKING:
    from keras import Model

Labels = npt.NDArray[np.int64]
Rng = np.random.Generator
DrawEpoch = Callable[[Rng], tuple[Pixels, Labels]]
# What is to be learned of pictures float32 (n, 28, 28) as they are shown, given what their labels say: float32 (n, k).
Teacher = Callable[[Floats, Floats], Floats]

# What a run that was stopped goes on from: written anew after each epoch, removed at the end.
STATE = "state.npz"
# Steps TensorFlow takes before Python hears of it: between two Python takes as long as a third of a small step.
STEPS_AT_ONCE = 10
# A run of so few steps is over before they would be compiled.
FEW_STEPS = 8
# The share of the steps after which augmentation eases off.
EASING = 0.65


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
        augmentation: How far to change the pictures; None leaves them as they are.
        ease: How far still in the end, as a share of that: from `EASING` of the way on it falls to this in a straight
            line, so that the last weights belong to pictures hardly changed.
        settle: Batches from which the statistics of batch normalisation are measured again in the end.
    """

    epochs: int
    batch: int = 128
    rate: float = 3e-3
    decay: float = 1e-2
    smooth: float = 0.02
    average: float = 0.998
    augmentation: Augmentation | None = field(default_factory=Augmentation)
    ease: float = 1.0
    settle: int = 200

    def change(self, pictures: Pixels | Floats, rng: Rng, done: float) -> Floats:
        """Pictures as they are shown when this share of the steps is done, 0..1.

        Args:
            pictures: uint8 (n, 28, 28), or float32, 0..1.
            rng: Source of chance.
            done: The share.

        Returns:
            float32 (n, 28, 28), 0..1.
        """
        plain = as_shares(pictures)
        if self.augmentation is None:
            return plain
        late = max(0.0, done - EASING) / (1 - EASING)
        return augment(plain, rng, self.augmentation.scaled(1 - (1 - self.ease) * late))


def fit(
    model: Model,
    draw_epoch: DrawEpoch,
    validation: tuple[Pixels, Labels],
    plan: Plan,
    seed: int,
    out: Path,
    resume: bool = False,
    identity: str = "",
    teacher: Teacher | None = None,
) -> dict[str, list[float]]:
    """Train a model that gives logits.

    The chance of an epoch follows from the seed and its number alone, so a run that was stopped and
    resumed sees what it would have seen.

    Args:
        model: float32 (n, 28, 28), 0..1, to (n, k) logits; left with the averaged weights.
        draw_epoch: Gives the pictures and labels of one epoch: uint8 (n, 28, 28), int64 (n,), shuffled.
        validation: Pictures and labels to watch, unchanged.
        plan: How to fit.
        seed: Seed of chance.
        out: Folder for ``log.jsonl`` (a line an epoch) and, until the end, what to resume from.
        resume: Go on after the last finished epoch of an earlier run in that folder, if there is one; without it
            that run is forgotten.
        identity: What else decides how the run goes on: recipe, data, where the weights come from.
        teacher: What is to be learned in place of the labels alone (distillation; Hinton, Vinyals, Dean 2015).

    Returns:
        The history: for each figure a value an epoch.

    Raises:
        UsageError: If the earlier run was another one, of other options, or cannot be read.
    """
    keras = need_keras()
    from threadpoolctl import threadpool_limits

    if not resume:
        forget(out)
    steps = -(-len(draw_epoch(chance_of(seed))[1]) // plan.batch)
    optimizer = keras.optimizers.AdamW(
        one_cycle(keras, plan.rate, steps * plan.epochs),
        weight_decay=plan.decay,
        use_ema=True,
        ema_momentum=plan.average,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    classes = int(model.output_shape[-1])
    few = steps * plan.epochs <= FEW_STEPS
    model.compile(
        optimizer,
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=plan.smooth),
        metrics=["accuracy"],
        steps_per_execution=1 if few else STEPS_AT_ONCE,
        run_eagerly=few,
    )
    optimizer.build(model.trainable_variables)
    what = f"{identity} {plan} seed {seed} steps {steps} parameters {model.count_params()}"
    run = Run(model, what.strip(), out / STATE)
    done = run.restore()
    if done:
        say(f"Resuming after epoch {done} of {plan.epochs}.")
    feed = _feed(keras, draw_epoch, plan, classes, seed, done, teacher)
    held = (as_floats(validation[0]), np.eye(classes, dtype=np.float32)[validation[1]])
    bars = EpochBars(plan.epochs, steps, run.history)
    keep = keras.callbacks.LambdaCallback(on_epoch_end=run.keep)
    # Changing pictures is many small jobs: threads that wait for more of them take the processor from the network.
    with threadpool_limits(1, "blas"), one_thread_for_pictures():
        try:
            model.fit(
                feed,
                epochs=plan.epochs,
                initial_epoch=done,
                validation_data=held,
                validation_batch_size=500,
                callbacks=[keep, bars.callback()],
                shuffle=False,
                verbose=0,
            )
        finally:
            bars.close()
        # Keras has put the averaged weights in their place by now.
        rng = chance_of(seed)
        pictures, _ = draw_epoch(rng)
        starts = range(0, min(len(pictures), plan.settle * plan.batch), plan.batch)
        shown = (plan.change(pictures[start : start + plan.batch], rng, 1.0) for start in starts)
        settle(keras, model, shown, plan.settle)
    return run.history


def as_shares(pictures: Pixels | Floats) -> Floats:
    """Bytes as float32, 0..1; floats as they are."""
    if pictures.dtype == np.uint8:
        return as_floats(np.asarray(pictures, np.uint8))
    return np.asarray(pictures, np.float32)


@contextmanager
def one_thread_for_pictures() -> Iterator[None]:
    """OpenCV with one thread."""
    usual = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(usual)


def forget(out: Path) -> None:
    """Remove what a run could be resumed from: it is finished, and its results are written."""
    (out / STATE).unlink(missing_ok=True)


def chance_of(seed: int, epoch: int = -1, step: int = -1) -> Rng:
    """Chance that follows from the seed, the epoch and the step; none of them alike, and none like the seed's alone."""
    return np.random.default_rng([seed, 2 + epoch, 2 + step])


def one_cycle(keras: Any, top: float, steps: int) -> Any:
    """Linear warm-up over the first fifth, then half a cosine to zero."""
    warm = max(1, steps // 5)
    return keras.optimizers.schedules.CosineDecay(
        top / 20, max(1, steps - warm), alpha=0.0, warmup_target=top, warmup_steps=warm
    )


def _feed(
    keras: Any, draw_epoch: DrawEpoch, plan: Plan, classes: int, seed: int, done: int, teacher: Teacher | None
) -> Any:
    """Batches for Keras, changed in a thread of their own while the network is at the batch before."""
    targets = np.eye(classes, dtype=np.float32)

    class Feed(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__(workers=1, use_multiprocessing=False, max_queue_size=20)
            self._epoch = done
            self._draw()

        def _draw(self) -> None:
            self._pictures, self._labels = draw_epoch(chance_of(seed, self._epoch))

        def __len__(self) -> int:
            return -(-len(self._labels) // plan.batch)

        def __getitem__(self, step: int) -> tuple[Floats, Floats]:
            part = slice(step * plan.batch, (step + 1) * plan.batch)
            done = min(1.0, (self._epoch + step / len(self)) / plan.epochs)
            # Keras draws a batch here and there that it only looks at: no other may depend on that.
            pictures = plan.change(self._pictures[part], chance_of(seed, self._epoch, step), done)
            answers = targets[self._labels[part]]
            return pictures, answers if teacher is None else teacher(pictures, answers)

        def on_epoch_end(self) -> None:
            self._epoch += 1
            self._draw()

    return Feed()


class Run:
    """How far a run has come: kept on disk after each epoch, whole or as it was before.

    Args:
        model: The compiled network.
        what: All that decides how the run goes on.
        path: Where it is kept, beside ``log.jsonl``.
    """

    def __init__(self, model: Model, what: str, path: Path) -> None:
        self._model, self._what, self._path = model, what, path
        self.history: dict[str, list[float]] = {}

    def keep(self, epoch: int, logs: dict[str, float]) -> None:
        """Write down an epoch that is done."""
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        lines = [
            json.dumps(
                {"epoch": number + 1, **{name: round(values[number], 6) for name, values in self.history.items()}}
            )
            for number in range(epoch + 1)
        ]
        write_file(self._path.with_name("log.jsonl"), ("\n".join(lines) + "\n").encode())
        buffer = io.BytesIO()
        arrays = {f"v{number}": np.asarray(variable) for number, variable in enumerate(self._variables())}
        story = json.dumps({"what": self._what, "epoch": epoch + 1, "history": self.history})
        np.savez(buffer, story=np.frombuffer(story.encode(), np.uint8), **arrays)  # type: ignore[arg-type]  # mypy takes them for its flags
        write_file(self._path, buffer.getvalue())

    def restore(self) -> int:
        """Take up what was kept: the number of epochs done, 0 if nothing was."""
        if not self._path.is_file():
            return 0
        try:
            with np.load(self._path, allow_pickle=False) as kept:
                story = json.loads(kept["story"].tobytes())
                values = [kept[name] for name in kept.files if name != "story"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise UsageError(f"{self._path} is damaged: {error}.", "Leave out --resume to start again.") from error
        if story["what"] != self._what:
            raise UsageError(
                f"{self._path} is of another run ({story['what']}), not of this one ({self._what}).",
                "Give the options it was started with, another --out, or leave out --resume.",
            )
        for variable, value in zip(self._variables(), values, strict=True):
            variable.assign(value)
        self.history = story["history"]
        return int(story["epoch"])

    def _variables(self) -> list[Any]:
        return [*self._model.variables, *self._model.optimizer.variables]


def settle(keras: Any, model: Model, batches: Iterable[Floats], count: int) -> None:
    """Measure the statistics of batch normalisation again: they belong to the weights before averaging.

    Args:
        keras: The module.
        model: Holds the averaged weights.
        batches: What it was trained on.
        count: How many batches there are.
    """
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    if not layers:
        return
    usual = [layer.momentum for layer in layers]
    variables = [variable for layer in layers for variable in (layer.moving_mean, layer.moving_variance)]
    for layer in layers:
        layer.momentum = 0.0  # each batch leaves its own there, and nothing of those before
    ahead = iter(batches)
    first = list(islice(ahead, FEW_STEPS + 1))
    look = _look(model, traced=len(first) > FEW_STEPS)
    means: list[Floats] = []
    for number, batch in enumerate(chain(first, ahead)):
        look(batch)
        found = [np.asarray(variable) for variable in variables]
        # A plain mean at first, so that few batches are enough; where there are many, the early ones fade.
        share = np.float32(max(1 / (number + 1), 4 / max(8, count)))
        means = [mean + share * (new - mean) for mean, new in zip(means or found, found, strict=True)]
    for variable, mean in zip(variables, means, strict=bool(means)):
        variable.assign(mean)
    for layer, momentum in zip(layers, usual, strict=True):
        layer.momentum = momentum


def _look(model: Model, traced: bool) -> Callable[[Floats], None]:
    """Show a network a batch as in training; once TensorFlow has traced that, in a fraction of the time."""
    import tensorflow as tf

    def look(batch: Floats) -> None:
        model(batch, training=True)

    return tf.function(look, input_signature=[tf.TensorSpec(model.input_shape, tf.float32)]) if traced else look
