"""The recipe of the shipped network: MNIST and synthetic hands, strongly augmented, calibrated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tenfold.catalogue import digit as catalogue
from tenfold.data.augment import Augmentation, augment
from tenfold.data.splits import open_training_data
from tenfold.data.synth import fonts, normalized, printed, written_digit
from tenfold.models.base import ModelCard
from tenfold.training.calibrate import calibrated, confidence_thresholds, fit_temperature
from tenfold.training.fit import Labels, Plan, fit
from tenfold.training.framework import need_keras
from tenfold.training.outputs import make_folder
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, command, recipe
from tenfold.training.ship import accuracy, commit, logits_of, ship, through_normalization
from tenfold.types import Pixels

PLAN = Plan(epochs=20)
# Synthetic digits: how many there are, and how many of them join an epoch.
SYNTHETIC, SYNTHETIC_SHARE = 30_000, 0.12
PRINTED = 3_000
# Validation digits as hard as those from elsewhere: thresholds must hold there too.
HARD = Augmentation(turn=9, shear=0.18, scale=0.1, elastic=1.0, weight=0.6, soften=0.25, noise=0.12, hide=0.06)


@recipe("digit", "The shipped network: right on digits from anywhere, calibrated; 157k parameters")
def train(options: TrainOptions) -> Path:
    """Train, calibrate and export `digit`.

    Returns:
        The folder with ``digit.onnx``, its card, ``digit.keras`` and the log.
    """
    keras, made_at = need_keras(), commit()
    keras.utils.set_random_seed(options.seed)
    out = make_folder(options.out)
    rng = np.random.default_rng(options.seed)
    train_set, validation_set = open_training_data(options.data or "mnist", options.settings)
    pictures, labels = train_set.network_pixels(options.settings), train_set.labels
    if options.limit:
        pictures, labels = pictures[: options.limit], labels[: options.limit]
    held, held_labels = validation_set.network_pixels(options.settings), validation_set.labels
    say(f"{len(pictures):,} digits to train on, {len(held):,} to validate; preparing them …")
    again = through_normalization(pictures)
    made, made_labels = synthetic(rng, SYNTHETIC if not options.limit else max(20, options.limit // 5))

    def draw_epoch(chance: np.random.Generator) -> tuple[Pixels, Labels]:
        raw = chance.random(len(pictures)) < 0.5
        chosen = chance.choice(len(made), int(SYNTHETIC_SHARE * len(pictures)))
        every = np.concatenate([np.where(raw[:, None, None], pictures, again), made[chosen]])
        digits = np.concatenate([labels, made_labels[chosen]])
        order = chance.permutation(len(every))
        return every[order], digits[order]

    model = catalogue.build()
    plan = replace(PLAN, epochs=options.epochs or PLAN.epochs)
    fit(model, draw_epoch, (held, held_labels), plan, options.seed, out)

    logits = logits_of(model, held)
    temperature = fit_temperature(logits, held_labels)
    hard = augment(np.repeat(held, 4, axis=0).astype(np.float32) / np.float32(255), rng, HARD)
    hard_labels = np.repeat(held_labels, 4)
    hard_answers = calibrated(logits_of(model, (hard * 255).astype(np.uint8)), temperature)
    scores = {
        "validation_accuracy": accuracy(logits, held_labels),
        "hard_validation_accuracy": accuracy(hard_answers, hard_labels),
    }
    test = options.hand_over_test()
    if test is not None:
        judged = test.network_pixels(options.settings)
        scores[f"{test.name.replace(':', '_')}_accuracy"] = accuracy(logits_of(model, judged), test.labels)
    say(", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items()))
    card = ModelCard(
        name="digit",
        summary="Handwritten digits from anywhere: three blocks of 3x3 convolutions",
        recipe=command("digit", options),
        data=f"{train_set.name} ({len(pictures):,} digits), synthetic pen strokes, printed digits of DejaVu and STIX",
        commit=made_at,
        seed=options.seed,
        temperature=round(temperature, 4),
        thresholds=confidence_thresholds(hard_answers, hard_labels),
        scores=scores,
    )
    ship(model, card, pictures if test is None else judged, out)
    return out


def synthetic(rng: np.random.Generator, count: int) -> tuple[Pixels, Labels]:
    """Synthetic digits through the normalisation, ten of each kind in turn: uint8 (n, 28, 28), int64 (n,)."""
    labels = np.arange(count, dtype=np.int64) % 10
    in_print = int(count * PRINTED / SYNTHETIC) if fonts() else 0
    pictures = [
        next(normalized(lambda digit=digit: written_digit(digit, rng), 1))  # type: ignore[misc]
        for digit in labels[in_print:].tolist()
    ]
    prints = [
        next(normalized(lambda digit=digit: printed(str(digit), rng), 1))  # type: ignore[misc]
        for digit in labels[:in_print].tolist()
    ]
    return np.stack(prints + pictures), labels
