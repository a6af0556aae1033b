"""The report's program: from MNIST's files to a saved network, its history and a picture of its curves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.atomic import make_folder, staged
from tenfold.catalogue import report as network
from tenfold.data.dataset import Dataset
from tenfold.data.splits import open_training_data, some, training_data, training_files
from tenfold.errors import UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.models.onnx import OnnxClassifier
from tenfold.training.calibrate import confidence_thresholds
from tenfold.training.curves import draw_curves
from tenfold.training.export import parity, to_onnx, write_model
from tenfold.training.framework import need_keras
from tenfold.training.progress import EpochBars, say
from tenfold.training.recipes import TrainOptions, recipe
from tenfold.training.ship import PARITY_IMAGES, accuracy, commit
from tenfold.training.storage import kept_in_bytes
from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Model

BATCH = 128
EPOCHS = 10
NAME = "mnist"
# The same network with weights of a byte each: a quarter of the file, small enough for the package.
SHORT = "report"
KINDS = ("train", "validation")
LEAK = (
    "As in the report, the test digits validate here. Whoever picks a network, an epoch or a setting by these figures "
    "has picked it by the test: the result is then no measure of how it does on new digits. Don't quote it as one."
)


@dataclass(slots=True)
class Split:
    """One part of the data as the network takes it.

    Attributes:
        name: Where it comes from.
        x: float32 (n, 28, 28, 1), 0..1.
        y: float32 (n, 10), one-hot.
    """

    name: str
    x: Floats
    y: Floats


@dataclass(slots=True)
class Run:
    """What training gave: the figures of each finished epoch, and whether it was broken off."""

    history: dict[str, list[float]] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def epochs(self) -> int:
        return len(self.history.get("loss", []))


# It trains as the report did, in one go.
TAKES = ("as_reported", "epochs", "tensorboard")


@recipe(
    "report", "The report's network and program: two convolutions, 10 epochs, no augmentation; 2.4M parameters", TAKES
)
def train(options: TrainOptions) -> Path:
    """Train the report's network and save it with its history.

    Args:
        options: See `TrainOptions`; without ``data`` it trains on MNIST's 55,000 training digits and
            validates on its 5,000 validation digits.

    Returns:
        The folder with ``mnist.h5``, ``mnist.keras``, ``mnist.onnx``, its card ``mnist.json``,
        ``report.onnx``, the same with its weights kept in bytes, its card ``report.json``,
        ``history.json`` and ``curves.png``.

    Raises:
        MissingExtra: If the extra ``[train]`` is not installed.
        UsageError: If the options exclude each other.
        KeyboardInterrupt: On Ctrl-C, after saving the network as the last whole epoch left it.
    """
    keras = need_keras()
    keras.utils.set_random_seed(options.seed)
    make_folder(options.out)
    fitting, validation = _load(options)
    model = network.build()
    say(f"The network has {model.count_params():,} parameters.")
    run = _fit(model, fitting, validation, options.epochs or EPOCHS)
    if run.epochs == 0:
        say("Stopped before the first epoch was done: nothing was written.")
        raise KeyboardInterrupt
    test = None if run.interrupted else _open_test(options)
    scores = _test(model, test) if test else {}
    _save(model, run, scores, (fitting, validation, test), options)
    if run.interrupted:
        say(f"Stopped. Kept: the network as epoch {run.epochs} left it, in {options.out}.")
        raise KeyboardInterrupt
    return options.out


# -- load ---------------------------------------------------------------------------------------------------


def _load(options: TrainOptions) -> tuple[Split, Split]:
    """Load, reshape, scale and one-hot encode, saying at each step what there is."""
    fitting, validation = (_ready(part, kind, options) for part, kind in zip(_open(options), KINDS, strict=True))
    say(f"{len(fitting.x):,} digits to train on, {len(validation.x):,} to validate")
    return fitting, validation


def _open(options: TrainOptions) -> tuple[Dataset, Dataset]:
    if not options.as_reported:
        if options.data is None:
            return training_data(options.settings)
        return open_training_data(options.data, options.settings)
    if options.data is not None:
        raise UsageError("--as-reported trains on MNIST's 60,000 and validates on its test digits.", "Drop --data.")
    test = options.hand_over_test()
    if test is None:
        raise UsageError("as_reported validates on the test digits, and nobody handed them over.", "Use training.run.")
    say(LEAK)
    return training_files(options.settings), test


def _ready(dataset: Dataset, kind: str, options: TrainOptions) -> Split:
    dataset = _limited(dataset, options)
    pixels, labels = dataset.network_pixels(options.settings), dataset.labels
    say(f"{dataset.name}: x_{kind} {pixels.shape}, y_{kind} {labels.shape}")
    x = pixels.astype(np.float32).reshape(-1, 28, 28, 1) / np.float32(255)
    y = np.eye(10, dtype=np.float32)[labels]
    say(f"  reshaped and scaled to 0..1: x_{kind} {x.shape}; one-hot: y_{kind} {y.shape}")
    return Split(dataset.name, x, y)


def _limited(dataset: Dataset, options: TrainOptions) -> Dataset:
    return some(dataset, options.limit) if options.limit else dataset


# -- fit ----------------------------------------------------------------------------------------------------


def _fit(model: Model, fitting: Split, validation: Split, epochs: int) -> Run:
    """Fit; on Ctrl-C the network goes back to where the last whole epoch left it."""
    from keras.callbacks import LambdaCallback

    run = Run()
    kept: list[Any] = []

    def keep(epoch: int, logs: dict[str, float] | None = None) -> None:
        for name, value in (logs or {}).items():
            run.history.setdefault(name, []).append(round(float(value), 6))
        kept[:] = model.get_weights()

    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    bars = EpochBars(epochs, -(-len(fitting.x) // BATCH))
    try:
        model.fit(
            fitting.x,
            fitting.y,
            batch_size=BATCH,
            epochs=epochs,
            validation_data=(validation.x, validation.y),
            callbacks=[LambdaCallback(on_epoch_end=keep), bars.callback()],
            verbose=0,
        )
    except KeyboardInterrupt:
        run.interrupted = True
        if kept:
            model.set_weights(kept)
    finally:
        bars.close()
    return run


def _open_test(options: TrainOptions) -> Split | None:
    """The test digits, if they were handed over."""
    test = options.hand_over_test()
    if test is None:
        say("No test digits belong to this data; measure it on others with: tenfold evaluate")
        return None
    return _ready(test, "test", options)


def _test(model: Model, test: Split) -> dict[str, float]:
    """Loss and accuracy on the test digits."""
    loss, accuracy = model.evaluate(test.x, test.y, batch_size=BATCH, verbose=0)
    say(f"Test loss: {loss:.4f}")
    say(f"Test accuracy: {accuracy:.4f}")
    return {"test_loss": round(float(loss), 6), "test_accuracy": round(float(accuracy), 6)}


# -- save ---------------------------------------------------------------------------------------------------


def _save(
    model: Model,
    run: Run,
    scores: dict[str, float],
    digits: tuple[Split, Split, Split | None],
    options: TrainOptions,
) -> None:
    """Write everything, each file whole or not at all."""
    fitting, validation, test = digits
    weights = to_onnx(model)
    files = {NAME: weights, SHORT: kept_in_bytes(weights)}
    card = _card(model, run, scores, options)
    cards = {
        NAME: replace(card, parity=parity(model, weights, validation.x[..., 0])),
        SHORT: replace(
            card,
            summary=f"{card.summary}; weights of a byte each",
            scores=_short_scores(files[SHORT], validation, test),
            parity=parity(model, files[SHORT], fitting.x[:PARITY_IMAGES, ..., 0]),
        ),
    }
    certificate = cards[NAME].parity
    say(
        f"Keras and ONNX agree on {certificate['same_digit']:,} of {certificate['images']:,} digits; "
        f"largest difference between two probabilities: {certificate['largest_difference']:.1e}"
    )
    record = {
        **run.history,
        **scores,
        "validated_on": validation.name,
        "as_reported": options.as_reported,
        "seed": options.seed,
    }
    writers: dict[str, Callable[[Path], Any]] = {
        f"{NAME}.h5": model.save,
        f"{NAME}.keras": model.save,
        "history.json": lambda path: path.write_text(json.dumps(record, indent=2) + "\n", "utf-8"),
        "curves.png": lambda path: draw_curves(run.history, validation.name, path),
    }
    with staged(options.out) as folder:
        for name, write in writers.items():
            write(folder / name)
    for name, file in files.items():
        # Thresholds measured on the test digits would promise what they cannot keep, so there are none then.
        thresholds = () if options.as_reported else _thresholds(file, validation)
        write_model(options.out, name, file, replace(cards[name], thresholds=thresholds))
    networks = [f"{name}.{ending}" for name in files for ending in ("onnx", "json")]
    say(f"Saved in {options.out}: {', '.join([*writers, *networks])}")


def _card(model: Model, run: Run, scores: dict[str, float], options: TrainOptions) -> ModelCard:
    flags = "".join(
        [
            f" --data {options.data}" if options.data else "",
            f" --epochs {options.epochs}" if options.epochs else "",
            f" --limit {options.limit}" if options.limit else "",
            " --as-reported" if options.as_reported else "",
        ]
    )
    return ModelCard(
        name=NAME,
        summary="The report's network: two convolutions, pooling and two dense layers",
        recipe=f"tenfold train report --seed {options.seed}{flags}",
        data="MNIST, 60,000 digits" if options.as_reported else options.data or "MNIST, 55,000 training digits",
        licence="MIT",
        commit=commit(),
        seed=options.seed,
        parameters=int(model.count_params()),
        normalization=VERSION,
        scores={"validation_accuracy": run.history["val_accuracy"][-1], **scores},
    )


def _thresholds(weights: bytes, validation: Split) -> tuple[tuple[float, float], ...]:
    return confidence_thresholds(_answers(weights, validation), validation.y.argmax(axis=1))


def _answers(weights: bytes, digits: Split) -> Floats:
    return OnnxClassifier(weights, ModelCard(SHORT)).predict_proba(digits.x[..., 0])


def _short_scores(weights: bytes, validation: Split, test: Split | None) -> dict[str, float]:
    """How the network does whose weights are kept in bytes."""
    parts = {"validation": validation, **({"test": test} if test else {})}
    return {
        f"{name}_accuracy": round(accuracy(_answers(weights, part), part.y.argmax(axis=1)), 6)
        for name, part in parts.items()
    }
