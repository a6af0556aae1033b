"""What the recipes of our networks share: MNIST in; calibration, figures, card and files out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tenfold.atomic import make_folder
from tenfold.data.augment import Augmentation, augment
from tenfold.data.dataset import Dataset
from tenfold.data.splits import open_training_data, some
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import CONFIDENCE_EDGES, Calibrated, ModelCard
from tenfold.models.onnx import OnnxClassifier, load_onnx
from tenfold.predictors.base import softmax
from tenfold.training.calibrate import confidence_thresholds, fit_temperature
from tenfold.training.fit import Labels, Plan, Teacher, forget
from tenfold.training.framework import need_keras
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, command
from tenfold.training.ship import accuracy, commit, ship
from tenfold.types import Floats, Pixels, as_floats

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
    fitting, held = open_limited(options)
    pictures = fitting.network_pixels(options.settings)
    say(f"{len(fitting):,} digits to train on, {len(held):,} to validate.")
    validation = held.network_pixels(options.settings), held.labels
    return Ready(pictures, fitting.labels, validation, f"{fitting.name} ({len(fitting):,} digits)", made_at)


def open_limited(options: TrainOptions) -> tuple[Dataset, Dataset]:
    """The digits to train on and those to validate, no more of either than `TrainOptions.limit` asks for.

    Those of a lower limit are among those of a higher one.
    """
    fitting, held = open_training_data(options.data or "mnist", options.settings)
    # Before they are normalised: of many pictures that takes longer than fitting to a few.
    return limited(fitting, held, options.limit)


def limited(fitting: Dataset, held: Dataset, limit: int | None) -> tuple[Dataset, Dataset]:
    """Digits to train on and to validate, no more of either than a limit asks for; all of them without one."""
    return (fitting, held) if limit is None else (some(fitting, limit), some(held, max(FEWEST, limit)))


def taught_by(name: str) -> tuple[Teacher, ModelCard]:
    """A shipped network as a teacher, and its card: half of what is to be learned is its answer, half the label.

    Raises:
        UnknownName: If it is not shipped.
        ModelError: If it cannot be trusted, or was made for another normalisation.
    """
    network = load_onnx(name, VERSION)
    return lambda pictures, answers: (answers + _said(network, pictures)) / 2, network.card


def reminded_by(weights: bytes) -> Teacher:
    """A network as it was before it goes on learning, so that it forgets less (Li & Hoiem 2016).

    Where its answer and the label agree, both count for half; elsewhere the label alone: there it has to change.

    Args:
        weights: The ONNX file: float32 (n, 28, 28), 0..1, to (n, 10) logits.
    """
    network = OnnxClassifier(weights, ModelCard(name="before", output="logits"))

    def remind(pictures: Floats, answers: Floats) -> Floats:
        said = _said(network, pictures)
        agreed = said.argmax(axis=1) == answers.argmax(axis=1)
        return np.where(agreed[:, None], (answers + said) / 2, answers)

    return remind


def _said(network: OnnxClassifier, pictures: Floats) -> Floats:
    # Logits as they are: sharpened by the temperature of the card they would say less of the other digits.
    return softmax(network.logits(pictures))


def of_length(plan: Plan, options: TrainOptions) -> Plan:
    """The plan with the number of epochs asked for, if one was."""
    return replace(plan, epochs=options.epochs or plan.epochs)


def as_chosen(plan: Plan, options: TrainOptions) -> Plan:
    """The plan with what was chosen in place of its own: the number of epochs, and the parameters of the recipe."""
    return replace(of_length(plan, options), **options.params)


def finish(
    options: TrainOptions,
    ready: Ready,
    weights: bytes,
    name: str,
    summary: str,
    others: Sequence[str] = (),
    foreign: Sequence[Dataset] = (),
    model: Model | None = None,
    parameters: int = 0,
) -> ModelCard:
    """Calibrate a network as it is stored, measure it, and write its files.

    Args:
        options: Those of the run.
        ready: What the run started from.
        weights: The ONNX file: float32 (n, 28, 28), 0..1, to (n, 10) logits.
        name: Name of the recipe and of the files.
        summary: One sentence for the card.
        others: What else it learned from, for the card.
        foreign: Digits that validate besides MNIST's, in parts named ``SET:validation``.
        model: The Keras network the file was made of, to be kept too; None if there is none.
        parameters: How many numbers were trained, where no Keras network tells.

    Returns:
        The card as written.
    """
    network = OnnxClassifier(weights, ModelCard(name=name, output="logits"), options.settings.threads)
    scores = calibrate(network, ready.held, options.seed)
    test = options.hand_over_test()
    for part in [*foreign, *([] if test is None else [test])]:
        found = accuracy(answers(network, part.network_pixels(options.settings)), part.labels)
        scores[f"{part.name.replace(':', '_')}_accuracy"] = found
    say(", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items()))
    card = replace(
        network.card,
        summary=summary,
        recipe=command(name, options),
        data=", ".join([ready.data, *others]),
        commit=ready.commit,
        seed=options.seed,
        parameters=parameters,
        scores=scores,
    )
    compared = ready.held[0] if test is None else test.network_pixels(options.settings)
    return ship(weights, card, compared, options.out, model)


def calibrate(network: Calibrated, held: tuple[Pixels, Labels], seed: int, times: int = 4) -> dict[str, float]:
    """Find the temperature on validation digits and the thresholds on the same bent; all goes into the network's card.

    Args:
        network: The network as it is stored.
        held: Validation digits uint8 (n, 28, 28) and their labels.
        seed: How they are bent.
        times: How often each is bent.

    Returns:
        ``validation_accuracy`` and ``hard_validation_accuracy``.
    """
    pictures, labels = held
    logits = _in_parts(network.logits, pictures)
    network.card = replace(network.card, temperature=round(fit_temperature(logits, labels), 4))
    network.card = replace(network.card, confidence=shares_of_confidence(answers(network, pictures)))
    hard, hard_labels = bent(held, seed, times)
    hard_answers = answers(network, hard)
    network.card = replace(network.card, thresholds=confidence_thresholds(hard_answers, hard_labels))
    return {
        "validation_accuracy": accuracy(logits, labels),
        "hard_validation_accuracy": accuracy(hard_answers, hard_labels),
    }


def shares_of_confidence(probabilities: Floats) -> tuple[float, ...]:
    """The share of answers (n, k) whose confidence lies in each interval of `CONFIDENCE_EDGES`."""
    found, _ = np.histogram(probabilities.max(axis=1).clip(0, 1), CONFIDENCE_EDGES)
    return tuple(round(float(count) / len(probabilities), 6) for count in found)


def bent(held: tuple[Pixels, Labels], seed: int, times: int = 4) -> tuple[Pixels, Labels]:
    """Every validation digit some times, each as hard as those from elsewhere."""
    plain = as_floats(np.repeat(held[0], times, axis=0))
    return (augment(plain, np.random.default_rng(seed), HARD) * 255).astype(np.uint8), np.repeat(held[1], times)


def answers(network: Calibrated, pictures: Pixels) -> Floats:
    """Calibrated probabilities of pictures uint8 (n, 28, 28): float32 (n, k)."""
    return _in_parts(network.predict_proba, pictures)


def _in_parts(look: Callable[[Floats], Floats], pictures: Pixels) -> Floats:
    parts = range(0, len(pictures), AT_ONCE)
    return np.concatenate([look(as_floats(pictures[at : at + AT_ONCE])) for at in parts])
