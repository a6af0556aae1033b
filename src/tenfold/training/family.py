"""What the recipes of our networks share: MNIST in; calibration, figures, card and files out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tenfold.data.augment import Augmentation, augment
from tenfold.data.dataset import Dataset
from tenfold.data.splits import open_training_data
from tenfold.models.base import ModelCard
from tenfold.models.onnx import OnnxClassifier
from tenfold.training.calibrate import calibrated, confidence_thresholds, fit_temperature
from tenfold.training.export import to_onnx
from tenfold.training.fit import Labels, Plan, forget
from tenfold.training.framework import need_keras
from tenfold.training.outputs import make_folder
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, command
from tenfold.training.ship import accuracy, commit, ship
from tenfold.training.storage import Stored, stored_as
from tenfold.types import Floats, Pixels

if TYPE_CHECKING:
    from keras import Model

# Validation digits as hard as those from elsewhere: thresholds must hold there too.
HARD = Augmentation(turn=9, shear=0.18, scale=0.1, elastic=1.0, weight=0.6, soften=0.25, noise=0.12, hide=0.06)
# However few digits a run is limited to: so many validate.
FEWEST = 500
# Pictures a network is shown at once where only the answers count.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Ready:
    """What a run starts from.

    Attributes:
        pictures: uint8 (n, 28, 28), the training digits.
        labels: int64 (n,).
        held: The same of the validation digits.
        data: What the digits are, for the card.
        commit: The commit of the code.
    """

    pictures: Pixels
    labels: Labels
    held: tuple[Pixels, Labels]
    data: str
    commit: str

    def shuffled(self, chance: np.random.Generator) -> tuple[Pixels, Labels]:
        """One epoch: every training digit once."""
        order = chance.permutation(len(self.labels))
        return self.pictures[order], self.labels[order]


def get_ready(options: TrainOptions) -> Ready:
    """Seed chance, make the folder, open the data."""
    keras, made_at = need_keras(), commit()
    keras.utils.set_random_seed(options.seed)
    make_folder(options.out)
    if not options.resume:
        forget(options.out)
    train_set, validation_set = open_training_data(options.data or "mnist", options.settings)
    pictures, labels = train_set.network_pixels(options.settings), train_set.labels
    held = validation_set.network_pixels(options.settings), validation_set.labels
    if options.limit:
        pictures, labels = pictures[: options.limit], labels[: options.limit]
        few = max(FEWEST, options.limit)
        held = held[0][:few], held[1][:few]
    say(f"{len(pictures):,} digits to train on, {len(held[1]):,} to validate.")
    return Ready(pictures, labels, held, f"{train_set.name} ({len(pictures):,} digits)", made_at)


def of_length(plan: Plan, options: TrainOptions) -> Plan:
    """The plan with the number of epochs asked for, if one was."""
    return replace(plan, epochs=options.epochs or plan.epochs)


def finish(
    options: TrainOptions,
    ready: Ready,
    model: Model,
    name: str,
    summary: str,
    others: Sequence[str] = (),
    foreign: Sequence[Dataset] = (),
    stored: Stored = "float32",
) -> ModelCard:
    """Calibrate a fitted network, measure it as it is stored, and write its files.

    Args:
        options: Those of the run.
        ready: What the run started from.
        model: The fitted network: float32 (n, 28, 28), 0..1, to (n, 10) logits.
        name: Name of the recipe and of the files.
        summary: One sentence for the card.
        others: What else it learned from, for the card.
        foreign: Digits that validate besides MNIST's, in parts named ``SET:validation``.
        stored: How the weights are kept.

    Returns:
        The card as written.
    """
    weights = stored_as(to_onnx(model), stored)
    look = _look(OnnxClassifier(weights, ModelCard(name=name, output="logits"), options.settings.threads))
    pictures, labels = ready.held
    logits = look(pictures)
    temperature = fit_temperature(logits, labels)
    rng = np.random.default_rng(options.seed)
    hard = augment(np.repeat(pictures, 4, axis=0).astype(np.float32) / np.float32(255), rng, HARD)
    hard_labels = np.repeat(labels, 4)
    hard_answers = calibrated(look((hard * 255).astype(np.uint8)), temperature)
    scores = {
        "validation_accuracy": accuracy(logits, labels),
        "hard_validation_accuracy": accuracy(hard_answers, hard_labels),
    }
    for part in foreign:
        found = accuracy(look(part.network_pixels(options.settings)), part.labels)
        scores[f"{part.name.replace(':', '_')}_accuracy"] = found
    test = options.hand_over_test()
    compared = pictures if test is None else test.network_pixels(options.settings)
    if test is not None:
        scores[f"{test.name.replace(':', '_')}_accuracy"] = accuracy(look(compared), test.labels)
    say(", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items()))
    card = ModelCard(
        name=name,
        summary=summary,
        recipe=command(name, options),
        data=", ".join([ready.data, *others]),
        commit=ready.commit,
        seed=options.seed,
        temperature=round(temperature, 4),
        thresholds=confidence_thresholds(hard_answers, hard_labels),
        scores=scores,
    )
    return ship(model, weights, card, compared, options.out)


def _look(network: OnnxClassifier) -> Callable[[Pixels], Floats]:
    """What a network says of pictures uint8 (n, 28, 28): float32 (n, k), before the softmax."""

    def look(pictures: Pixels) -> Floats:
        parts = range(0, len(pictures), AT_ONCE)
        return np.concatenate(
            [network.raw(pictures[at : at + AT_ONCE].astype(np.float32) / np.float32(255)) for at in parts]
        )

    return look
