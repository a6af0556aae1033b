"""From one model file to another, with a certificate that both say the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from tenfold.atomic import check_target, staged, write_file
from tenfold.config import Settings
from tenfold.data.held_out import test_data
from tenfold.data.mnist import mnist_here
from tenfold.data.splits import open_training_data
from tenfold.errors import TenfoldError, UsageError
from tenfold.explanation.prototypes import prototypes
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.models.metadata import metadata
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, card_path, load_onnx, read_card
from tenfold.training.c_check import answers_in_c, compiler
from tenfold.training.c_header import c_header, prefix
from tenfold.training.export import certificate, output_kind, parity, to_onnx, with_metadata, write_model
from tenfold.training.family import answers, calibrate
from tenfold.training.keras_files import SUFFIXES, KerasClassifier, classifier_from_keras, keras_probabilities
from tenfold.training.quantize import in_bytes
from tenfold.training.web_page import to_page
from tenfold.types import Floats, as_floats

if TYPE_CHECKING:
    from keras import Model

Format = Literal["onnx", "int8", "keras", "h5", "html", "c"]
# The ending of a file of each format.
ENDINGS = {"onnx": ".onnx", "int8": ".onnx", "keras": ".keras", "h5": ".h5", "html": ".html", "c": ".h"}

IMAGES_IN_C = 1_000
LARGEST_DIFFERENCE = 1e-3
# In bytes: the share of validation digits that must be read as before.
LEAST_SAME = 0.99


def convert(model: str, to: Format, out: Path, settings: Settings) -> str:
    """Write a model in another format.

    Args:
        model: A shipped name, or the path of an ``.onnx``, ``.keras`` or ``.h5`` file.
        to: The format wanted; ``"int8"`` is an ONNX file that does its arithmetic in bytes, calibrated again,
            ``"html"`` one web page that reads digits by itself, and ``"c"`` a header for microcontrollers.
        out: The file to write; an ONNX file gets its card beside it.
        settings: Where MNIST's test pictures may be, for the certificate.

    Returns:
        Sentences saying what was written, and how closely the two agree.

    Raises:
        UsageError: If `out`, or its card, cannot be written to; if its ending is not that of the format; if the way
            back from ONNX to Keras is asked for, or a network is too large for C or of other layers.
        DataError: If MNIST, which ``"int8"`` is calibrated on, is damaged or out of reach.
        UnknownName: If there is no such model.
        ModelError: If it cannot be trusted or is no network for single digits.
        TenfoldError: If a layer has no counterpart, if a network cannot be had in bytes, or if the two do not agree;
            nothing is written then.
        MissingExtra: If Keras is needed and the extra ``[train]`` is not installed.
    """
    check_target(out)
    ending = ENDINGS[to]
    if out.suffix.lower() != ending:
        raise UsageError(f"{out} does not end in {ending}, as this format does.", f"Give --out NAME{ending}.")
    if ending == ".onnx":
        check_target(card_path(out))
    if to == "int8":
        return _to_bytes(model, out, settings)
    if to == "html":
        return _to_page(model, out, settings)
    if to == "c":
        return _to_c(model, out, settings)
    if Path(model).suffix.lower() not in SUFFIXES:
        return _copy(model, to, out, settings)
    given = classifier_from_keras(model)
    images, source = _pictures(settings)
    found = _to_onnx(given, out, images) if to == "onnx" else _to_keras(given.model, out, images)
    return f"{_written(out)}\n{_agreement(found, model, out, source)}"


def _to_bytes(model: str, out: Path, settings: Settings) -> str:
    """Training digits show how far the maps reach, validation digits calibrate what comes of it."""
    given, weights = _as_onnx(model, settings)
    if given.task != "digit":
        raise UsageError(f"{model} does not read digits: there is nothing to calibrate it on.", "Export digit or tiny.")
    training, validation = open_training_data("mnist", settings)
    short = in_bytes(weights, training.network_pixels(settings))
    held = validation.network_pixels(settings), validation.labels
    network, before = (OnnxClassifier(one, given, settings.threads) for one in (short, weights))
    scores = calibrate(network, held, seed=0)
    found = certificate(*(answers(one, held[0]) for one in (before, network)))
    if found["same_digit"] < LEAST_SAME * len(held[0]):
        raise TenfoldError(
            f"In bytes it says something else for {len(held[0]) - found['same_digit']:,} of {len(held[0]):,} "
            f"digits; {out} was not written.",
            "Keep it in floating point: --to onnx.",
        )
    card = replace(
        network.card, summary=f"{given.summary}, in int8 arithmetic".lstrip(", "), scores=scores, parity=found
    )
    _write(out, short, card, given)
    agreement = _agreement(found, model, out, "validation digits of MNIST")
    size = ""
    if out.stat().st_size >= len(weights):
        size = f"\nIt is no smaller than {Path(model).name} ({len(weights):,} bytes), whose weights are short already."
    return f"{_written(out)}{size}\n{agreement} {100 * scores['validation_accuracy']:.2f} % of them are right."


def _to_page(model: str, out: Path, settings: Settings) -> str:
    beside = card_path(_file(model))
    if beside.is_file() and read_card(beside).task != "digit":
        raise UsageError(f"{model} does not read single digits, as the page does.", "Export digit or tiny.")
    card, weights = _as_onnx(model, settings)
    images, source = _pictures(settings)
    page, found = to_page(card, weights, images, settings.error_budget)
    write_file(out, page)
    return f"{_written(out)} Open it in a browser.\n{_agreement(found, model, out, source)}"


def _to_c(model: str, out: Path, settings: Settings) -> str:
    """A header, compared with the network where there is a compiler."""
    card, weights = _as_onnx(model, settings)
    # The card of a Keras file knows no version: these are the pictures that it is given and was compared on.
    card = replace(card, normalization=card.normalization or VERSION)
    header = c_header(weights, card)
    agreement = "There is no C compiler here: what it says was not compared with the network."
    if compiler():
        images, source = _pictures(settings)
        shown = np.rint(images[:IMAGES_IN_C] * 255).astype(np.uint8)
        before = OnnxClassifier(weights, card).predict_proba(as_floats(shown))
        said = answers_in_c(header, prefix(card), before.shape[1], shown)
        agreement = _agreement(_checked(certificate(before, *said), out), model, out, source)
    write_file(out, header.encode("ascii"))
    return f"{_written(out)}\n{agreement}"


def _as_onnx(model: str, settings: Settings) -> tuple[ModelCard, bytes]:
    """A model's card, and its ONNX file whatever it was."""
    if Path(model).suffix.lower() in SUFFIXES:
        keras = classifier_from_keras(model)
        weights = to_onnx(keras.model)
        return replace(keras.card, output=output_kind(weights)), weights
    card = load_onnx(model, VERSION, settings.threads).card
    return card, _file(model).read_bytes()


def _file(model: str) -> Path:
    return Path(model) if model.endswith(".onnx") else WEIGHTS / f"{model}.onnx"


def _copy(model: str, to: Format, out: Path, settings: Settings) -> str:
    if to != "onnx":
        raise UsageError(
            f"{model} is an ONNX file, and there is no way back from ONNX to Keras.",
            "Training writes the Keras file too: export that, or train again.",
        )
    card = load_onnx(model, VERSION, settings.threads).card
    _write(out, _file(model).read_bytes(), card, card)
    return f"{_written(out)} The network is the same, and the file says what it is in its metadata."


def _write(out: Path, weights: bytes, card: ModelCard, given: ModelCard) -> None:
    """Put an ONNX file and its card in place; the file says itself what of the card others need to use it."""
    # Where nobody knows what a network was trained on: these are the pictures it is given and was compared on.
    card = replace(card, normalization=card.normalization or VERSION)
    write_model(out.parent, out.stem, with_metadata(weights, metadata(card, given.identity)), card)


def _to_onnx(given: KerasClassifier, out: Path, images: Floats) -> dict[str, float]:
    weights = to_onnx(given.model)
    found = _checked(parity(given.model, weights, images), out)
    card = replace(given.card, output=output_kind(weights), parity=found)
    _write(out, weights, card, given.card)
    return found


def _to_keras(model: Model, out: Path, images: Floats) -> dict[str, float]:
    with staged(out.parent) as folder:
        copy = folder / out.name
        model.save(copy)
        again = classifier_from_keras(copy).predict_proba(images)
        return _checked(certificate(keras_probabilities(model, images), again), out)


def _checked(found: dict[str, float], out: Path) -> dict[str, float]:
    if found["largest_difference"] > LARGEST_DIFFERENCE:
        raise TenfoldError(
            f"The export does not say what the network says: one probability differs by "
            f"{found['largest_difference']:.2g}, expected at most {LARGEST_DIFFERENCE:g}. "
            f"{out} was not written.",
            "Please report this with the network: it is a fault of Tenfold.",
        )
    return found


def _pictures(settings: Settings) -> tuple[Floats, str]:
    """Pictures to compare on: MNIST's test digits if they are on this machine, else the training digits that ship.

    Digits in either case: of noise, shortened weights may say what they like.
    """
    if mnist_here(settings):
        test = test_data(settings)
        return as_floats(test.network_pixels()), f"pictures of {test.name}"
    shipped = as_floats(prototypes().pixels)
    where = f"in {settings.mnist_dir}, as TENFOLD_MNIST_DIR says" if settings.mnist_dir else "on this machine"
    return shipped, f"training digits (MNIST's test digits are not {where}; bring them with: tenfold data fetch mnist)"


def _written(out: Path) -> str:
    beside = f" and its card {card_path(out)}" if out.suffix == ".onnx" else ""
    return f"Wrote {out} ({out.stat().st_size:,} bytes){beside}."


def _agreement(found: dict[str, float], model: str, out: Path, source: str) -> str:
    difference = found["largest_difference"]
    return (
        f"{Path(model).name} and {out.name} give the same digit for {found['same_digit']:,} of "
        f"{found['images']:,} {source}; the largest difference between two probabilities is "
        f"{difference:.2g}."
    )
