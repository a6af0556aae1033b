"""The recipe of the shipped network: MNIST first; then every other hand there is, written, drawn, synthetic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.catalogue import digit as catalogue
from tenfold.data.augment import Augmentation, augment
from tenfold.data.dataset import Dataset
from tenfold.data.foreign import chosen_sets, open_foreign
from tenfold.data.splits import open_training_data
from tenfold.data.synth import fonts, normalized, printed, written_digit
from tenfold.errors import UsageError
from tenfold.models.base import ModelCard
from tenfold.training.calibrate import calibrated, confidence_thresholds, fit_temperature
from tenfold.training.fit import DrawEpoch, Labels, Plan, fit, forget
from tenfold.training.framework import need_keras
from tenfold.training.keras_files import load_keras
from tenfold.training.outputs import make_folder
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, command, identity, recipe
from tenfold.training.ship import accuracy, commit, logits_of, ship
from tenfold.types import Pixels

if TYPE_CHECKING:
    from keras import Model

PLAN = Plan(epochs=20, ease=0.3)
# From MNIST to the world: a shorter and gentler cycle, from weights that read well already.
WIDER = Plan(epochs=8, rate=5e-4, ease=0.5)
# How many foreign digits join an epoch, equally many of each set: small ones must not be lost among the large.
FOREIGN_DRAWS = 12_000
# Synthetic digits: how many there are, how many of them are print, and how many join an epoch.
SYNTHETIC, PRINTED, SYNTHETIC_DRAWS = 24_000, 4_000, 8_000
# Validation digits as hard as those from elsewhere: thresholds must hold there too.
HARD = Augmentation(turn=9, shear=0.18, scale=0.1, elastic=1.0, weight=0.6, soften=0.25, noise=0.12, hide=0.06)


@recipe("digit", "The default network: MNIST alone, or with --foreign every hand there is; 212k parameters")
def train(options: TrainOptions) -> Path:
    """Train, calibrate and export `digit`.

    Returns:
        The folder with ``digit.onnx``, its card, ``digit.keras`` and the log; after `options.foreign` it holds
        a folder ``alone`` with the same of the network as it was after MNIST.

    Raises:
        UsageError: If `options.foreign` lacks a set, or `options.without` is given alone.
        UnknownName: If `options.without` names no set.
    """
    keras, made_at = need_keras(), commit()
    keras.utils.set_random_seed(options.seed)
    out = make_folder(options.out)
    if not options.resume:
        forget(out)
    train_set, validation_set = open_training_data(options.data or "mnist", options.settings)
    pictures, labels = train_set.network_pixels(options.settings), train_set.labels
    held = validation_set.network_pixels(options.settings), validation_set.labels
    if options.limit:
        pictures, labels = pictures[: options.limit], labels[: options.limit]
    if options.start and not options.foreign:
        raise UsageError("A start is for going on to other hands.", "Name the folder of foreign sets: --foreign FOLDER")
    foreign = open_foreign(options.foreign, options.without) if options.foreign else []
    say(f"{len(pictures):,} digits to train on, {len(held[1]):,} to validate.")

    def shuffled(chance: np.random.Generator) -> tuple[Pixels, Labels]:
        order = chance.permutation(len(pictures))
        return pictures[order], labels[order]

    if options.start:
        model = _logits_of_ten(options.start)
    else:
        model = catalogue.build()
        alone = options.model_copy(update={"foreign": None, "out": out / "alone" if foreign else out})
        make_folder(alone.out)
        fit(
            model,
            shuffled,
            held,
            _of_length(PLAN, options),
            options.seed,
            alone.out,
            options.resume,
            identity("digit", alone),
        )
        _calibrate_and_ship(alone, model, held, [], len(pictures), train_set.name, made_at)
    if foreign:
        say(f"Then {', '.join(part.name for part, _ in foreign)} and synthetic digits; preparing them …")
        wider = _wider(options, (pictures, labels), [part for part, _ in foreign])
        fit(
            model,
            wider,
            held,
            _of_length(WIDER, options),
            options.seed + 1,
            out,
            options.resume,
            identity("digit", options),
        )
        _calibrate_and_ship(options, model, held, [part for _, part in foreign], len(pictures), train_set.name, made_at)
    forget(out / "alone")
    forget(out)
    return out


def _logits_of_ten(path: Path) -> Model:
    """A network to go on from.

    Raises:
        UsageError: If it does not end in ten logits.
    """
    model = load_keras(path)
    activation = getattr(model.layers[-1], "activation", None)
    if tuple(model.output_shape[1:]) != (10,) or getattr(activation, "__name__", "") != "linear":
        raise UsageError(f"{path} is no network that gives ten logits.", "Start from digit.keras of an earlier run.")
    return model


def _of_length(plan: Plan, options: TrainOptions) -> Plan:
    return replace(plan, epochs=options.epochs or plan.epochs)


def _wider(options: TrainOptions, mnist: tuple[Pixels, Labels], foreign: list[Dataset]) -> DrawEpoch:
    """MNIST, digits of other hands, and synthetic ones."""
    pictures, labels = mnist
    rng = np.random.default_rng(options.seed)
    made, made_labels = synthetic(rng, SYNTHETIC if not options.limit else max(20, options.limit // 5))
    others = [(part.network_pixels(options.settings), part.labels) for part in foreign]
    draws = min(FOREIGN_DRAWS, len(pictures)) // len(others)

    def draw_epoch(chance: np.random.Generator) -> tuple[Pixels, Labels]:
        every, digits = [pictures], [labels]
        pools = [(other, draws) for other in others] + [((made, made_labels), min(SYNTHETIC_DRAWS, len(pictures)))]
        for (drawn, drawn_labels), count in pools:
            chosen = chance.choice(len(drawn), count)
            every.append(drawn[chosen])
            digits.append(drawn_labels[chosen])
        order = chance.permutation(sum(map(len, digits)))
        return np.concatenate(every)[order], np.concatenate(digits)[order]

    return draw_epoch


def _calibrate_and_ship(
    options: TrainOptions,
    model: Model,
    held: tuple[Pixels, Labels],
    foreign: list[Dataset],
    count: int,
    name: str,
    made_at: str,
) -> None:
    """Temperature and thresholds from what validates, the figures, and the files."""
    pictures, labels = held
    logits = logits_of(model, pictures)
    temperature = fit_temperature(logits, labels)
    rng = np.random.default_rng(options.seed)
    hard = augment(np.repeat(pictures, 4, axis=0).astype(np.float32) / np.float32(255), rng, HARD)
    hard_labels = np.repeat(labels, 4)
    hard_answers = calibrated(logits_of(model, (hard * 255).astype(np.uint8)), temperature)
    scores = {
        "validation_accuracy": accuracy(logits, labels),
        "hard_validation_accuracy": accuracy(hard_answers, hard_labels),
    }
    for part in foreign:
        found = accuracy(logits_of(model, part.network_pixels(options.settings)), part.labels)
        scores[f"{part.name.replace(':', '_')}_accuracy"] = found
    test = options.hand_over_test()
    compared = pictures if test is None else test.network_pixels(options.settings)
    if test is not None:
        scores[f"{test.name.replace(':', '_')}_accuracy"] = accuracy(logits_of(model, compared), test.labels)
    say(", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items()))
    data = f"{name} ({count:,} digits)"
    if foreign:
        sets = [f"{one.name} ({one.what}; {one.licence})" for one in chosen_sets(options.without)]
        data = ", ".join([data, *sets, "synthetic pen strokes", "printed digits of DejaVu and STIX"])
    card = ModelCard(
        name="digit",
        summary="Handwritten digits: six 3x3 convolutions",
        recipe=command("digit", options),
        data=data,
        commit=made_at,
        seed=options.seed,
        temperature=round(temperature, 4),
        thresholds=confidence_thresholds(hard_answers, hard_labels),
        scores=scores,
    )
    ship(model, card, compared, options.out)


def synthetic(rng: np.random.Generator, count: int) -> tuple[Pixels, Labels]:
    """Synthetic digits through the normalisation, ten of each kind in turn: uint8 (n, 28, 28), int64 (n,)."""
    labels = np.arange(count, dtype=np.int64) % 10
    in_print = int(count * PRINTED / SYNTHETIC) if fonts() else 0

    def one(digit: int, place: int) -> Pixels:
        make: Any = (lambda: printed(str(digit), rng)) if place < in_print else (lambda: written_digit(digit, rng))
        return next(normalized(make, 1))

    return np.stack([one(digit, place) for place, digit in enumerate(labels.tolist())]), labels
