"""The end of the number reader's recipe: calibration, figures, card and files."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tenfold.data.foreign import chosen_sets
from tenfold.data.line_ink import Pens
from tenfold.data.line_texts import ALPHABET
from tenfold.data.lines import ROWS, Line, World, make_lines, row_of_digits
from tenfold.data.splits import open_training_data
from tenfold.imaging.line_picture import LINE_VERSION, second_look
from tenfold.models.base import ModelCard
from tenfold.models.line_reader import LineReader
from tenfold.predictors.base import softmax
from tenfold.reading.fields import only_digits
from tenfold.reading.reader import NumberReader
from tenfold.training.calibrate import thresholds_for
from tenfold.training.export import write_model
from tenfold.training.fit import Labels
from tenfold.training.line_batches import batch_of, plain_text
from tenfold.training.metrics import calibration_error
from tenfold.training.progress import say
from tenfold.training.reader_export import reader_to_onnx
from tenfold.training.recipes import TrainOptions, command
from tenfold.training.storage import kept_in_bytes
from tenfold.types import Floats, Picture, Pixels

if TYPE_CHECKING:
    from keras import Model

TEMPERATURES = tuple(round(float(value), 3) for value in np.exp(np.linspace(np.log(0.6), np.log(2.5), 9)))
# Lines of validation digits for the temperature and the thresholds; five-digit numbers of test digits, of each kind.
CALIBRATE = 4000
TEST = 2000
# What these are met with: as often nothing but a row of digits as all that photographs and scans do to one.
COMMON = World(harsh=0.3, repeats=0.1, plain=0.5, apart=8)
# Numbers the thresholds are found on, and by how many standard deviations these may have been lucky.
THRESHOLDS, CHANCE = 6000, 1.28
PARITY_LINES = 500
TEST_SEED = 1998


def finish(model: Model, held: Pens, chance: np.random.Generator, options: TrainOptions, made_at: str) -> ModelCard:
    """Calibrate the network as it is stored, measure it, and write its files.

    Args:
        model: Trained.
        held: Where validation digits come from.
        chance: Decides the lines composed of them.
        options: Of the run.
        made_at: The commit of the code.

    Returns:
        The card as written.
    """
    # Bytes with a scale for each channel, as in the ensemble's file; the certificate says what that changes.
    weights = kept_in_bytes(reader_to_onnx(model))
    parts = ", ".join(f"{one.name} ({one.what}; {one.licence})" for one in chosen_sets(options.without))
    card = ModelCard(
        name="reader",
        task="reader",
        summary="Reads whole numbers: a line of writing to its digits and separators",
        recipe=command("reader", options),
        data=f"lines composed of {options.data or 'mnist'}:train, pen strokes, fonts of handwriting (SIL OFL) and print"
        + (f", {parts}" if options.foreign else ""),
        licence="MIT",
        commit=made_at,
        seed=options.seed,
        parameters=sum(int(np.prod(variable.shape)) for variable in model.trainable_variables),
        normalization=LINE_VERSION,
        output="logits",
        alphabet=ALPHABET,
    )
    network = NumberReader(LineReader(weights, card))
    source = make_lines(held, chance, COMMON)
    count = min(CALIBRATE, options.limit or CALIBRATE)
    lines = [line for line in itertools.islice(source, count) if only_digits(line.text)]
    card, scores = calibrate(network, lines)
    _, validation = open_training_data(options.data or "mnist", options.settings)
    judges = Pens(validation.network_pixels(options.settings), validation.labels, held.hands)
    card = with_thresholds(weights, card, judges, min(THRESHOLDS, options.limit or THRESHOLDS))
    test = options.hand_over_test()
    if test is not None:
        pictures = test.network_pixels(options.settings)
        reader = NumberReader(LineReader(weights, card))
        for kind in ROWS:
            scores[f"five_digits_{kind}"] = five_digits_right(
                reader, pictures, test.labels, kind, min(TEST, options.limit or TEST)
            )
    say(", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items()))
    certificate = _parity(model, network.network, lines[:PARITY_LINES])
    return write_model(options.out, "reader", weights, replace(card, scores=scores, parity=certificate))


def with_thresholds(weights: bytes, card: ModelCard, pens: Pens, count: int) -> ModelCard:
    """The card with thresholds found on numbers of digits whose labels are right.

    Half of them are rows of five on the whole path, half lines as they are mostly met with: an error budget is to hold
    where reading is hard, too.

    Args:
        weights: The network as it is stored.
        card: Its card so far.
        pens: MNIST's validation digits alone; the other sets have wrong labels among them, which a threshold for one
            error in a hundred would feel.
        count: How many numbers.
    """
    reader = NumberReader(LineReader(weights, card))
    rng = np.random.default_rng(card.seed)
    sure, right = [], []
    for number in range(count // 2):
        picture, text = row_of_digits(pens.pictures, pens.labels, rng, ROWS[number % len(ROWS)])
        numbers = reader.read(Picture(picture), 1.0).numbers
        sure.append(min((one.confidence for one in numbers), default=0.0))
        right.append([one.value for one in numbers] == [text])
    lines = [line for line in itertools.islice(make_lines(pens, rng, COMMON), count // 2) if only_digits(line.text)]
    looks = reader.look([line.pixels for line in lines], card.temperature)
    confidence, as_written = _judged(reader, looks, lines)
    confidence, as_written = np.append(confidence, sure), np.append(as_written, np.array(right, bool))
    return replace(card, thresholds=thresholds_for(confidence, as_written, CHANCE))


def calibrate(network: NumberReader, lines: list[Line]) -> tuple[ModelCard, dict[str, float]]:
    """Find the temperature at which the confidence in whole numbers is likeliest.

    Args:
        network: As it is stored.
        lines: Composed of validation digits, each with one number.

    Returns:
        The card with it, and the figures.
    """
    pixels = [line.pixels for line in lines]
    found = network.network.logits([*pixels, *map(second_look, pixels)])
    logits = list(zip(found[: len(lines)], found[len(lines) :], strict=True))
    few = slice(0, max(1, len(lines) // 4))
    costs = []
    for temperature in TEMPERATURES:
        sure, right = _judged(network, _looks(logits[few], temperature), lines[few])
        costs.append(float(-np.log(np.maximum(np.where(right, sure, 1 - sure), 1e-6)).mean()))
    temperature = TEMPERATURES[int(np.argmin(costs))]
    sure, right = _judged(network, _looks(logits, temperature), lines)
    card = replace(network.network.card, temperature=temperature)
    return card, {
        "validation_numbers_right": float(right.mean()),
        "validation_ece": calibration_error(sure, right),
    }


def _looks(logits: list[tuple[Floats, Floats]], temperature: float) -> list[tuple[Floats, Floats | None]]:
    return [(softmax(one / np.float32(temperature)), softmax(two / np.float32(temperature))) for one, two in logits]


def _judged(
    network: NumberReader, looks: list[tuple[Floats, Floats | None]], lines: list[Line]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """For each line the confidence in its best value, and whether that is right."""
    sure, right = [], []
    for numbers, line in zip(network.judge([line.picture for line in lines], looks), lines, strict=True):
        # All that was read has to be sure, and all of it right.
        sure.append(min((number.confidence for number in numbers), default=0.0))
        right.append([number.value for number in numbers] == [only_digits(line.text)])
    return np.array(sure), np.array(right, bool)


def five_digits_right(reader: NumberReader, pictures: Pixels, labels: Labels, kind: str, count: int) -> float:
    """The share of five-digit numbers composed of single digits that are read right, on the whole path."""
    rng = np.random.default_rng(TEST_SEED)
    right = 0
    for _ in range(count):
        picture, text = row_of_digits(pictures, labels, rng, kind)
        numbers = reader.read(Picture(picture), 1.0).numbers
        right += [number.value for number in numbers] == [text]
    return right / count


def _parity(model: Model, network: LineReader, lines: list[Line]) -> dict[str, float]:
    """Compare the Keras network with its export."""
    ours = network.logits([line.pixels for line in lines])
    theirs = [np.asarray(model(batch_of([line])[0], training=False))[0] for line in lines]
    pairs = list(zip(ours, theirs, strict=True))
    return {
        "lines": len(lines),
        "same_text": sum(plain_text(one) == plain_text(other) for one, other in pairs),
        "largest_difference": max((float(np.abs(softmax(a) - softmax(b)).max()) for a, b in pairs), default=0.0),
    }
