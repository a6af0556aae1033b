"""Classifiers out of ONNX files, run by ONNX Runtime, with their cards checked first."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tenfold.errors import ModelError, UnknownName
from tenfold.models.base import Calibrated, ModelCard, Output
from tenfold.models.metadata import OUTPUT, described_by
from tenfold.models.session import Session
from tenfold.types import Floats

if TYPE_CHECKING:
    from concurrent.futures import Executor

WEIGHTS = Path(__file__).parent / "weights"
CLASSES = {"digit": 10, "gate": 3}
# Pictures a network is given at once: what it makes of so few stays in the processor's cache.
LOT = 64
# The output of what the last layer takes, in files that give it.
FEATURES = "features"
# How networks take a 28x28, after the number of pictures.
SHAPES = ((28, 28), (28, 28, 1), (1, 28, 28))


class OnnxClassifier(Calibrated):
    """A network in ONNX Runtime, on the CPU.

    Args:
        weights: The serialised ONNX model. Input float32 (n, 28, 28), (n, 28, 28, 1) or
            (n, 1, 28, 28); first output (n, k), logits or probabilities as the card says; an output ``features``
            (n, m) is what the last layer takes, where the file gives it.
        card: What is known of it.
        threads: How many lots of `LOT` pictures are worked on at once. Within a lot there is one thread: waking a
            pool for each of the network's small steps costs more than their arithmetic.

    Attributes:
        weights: As given, for `tenfold.models.onnx_outputs`.
        card: As given.
        features: Whether the file gives features; see `look`.
        metadata: What the file says of itself; see `tenfold.models.metadata`.

    Raises:
        ModelError: If ONNX Runtime cannot load the file or its input has another shape.
    """

    def __init__(self, weights: bytes, card: ModelCard, threads: int = 1) -> None:
        self._session = Session(weights, card.name)
        inputs = self._session.inputs
        given = inputs[0]
        trailing = tuple(given.shape[1:])
        if len(inputs) != 1 or given.type != "tensor(float)" or trailing not in SHAPES:
            takes = ", ".join(f"{one.type} {one.shape}" for one in inputs)
            raise ModelError(
                f"Model {card.name!r} takes {takes}.",
                "Expected one input of floats: (n, 28, 28), (n, 28, 28, 1) or (n, 1, 28, 28).",
            )
        self._shape = trailing
        self._batch = given.shape[0] if isinstance(given.shape[0], int) else 0
        self.output_shape = tuple(self._session.output.shape)
        self.features = FEATURES in self._session.names
        self.metadata = self._session.metadata
        self.weights, self.card = weights, card
        self._pool = _pool(threads) if threads > 1 else None

    def raw(self, batch: Floats) -> Floats:
        """The network's first output as it is: float32 (n, k).

        Raises:
            ModelError: If the network cannot be run.
        """
        if len(batch) == 0:
            return np.zeros((0, 10), np.float32)
        feed = np.ascontiguousarray(batch, np.float32).reshape(-1, *self._shape)
        size = self._batch or LOT
        if not self._batch and len(feed) <= size:
            return self._session.run(feed)
        short = -len(feed) % size if self._batch else 0
        if short:
            # Made for so many pictures at a time: fill up the last lot.
            feed = np.concatenate([feed, np.zeros((short, *self._shape), np.float32)])
        lots = [feed[at : at + size] for at in range(0, len(feed), size)]
        rows = list(self._pool.map(self._session.run, lots) if self._pool else map(self._session.run, lots))
        return np.concatenate(rows)[: len(batch)]

    def look(self, batch: Floats) -> tuple[Floats, Floats]:
        """Calibrated probabilities float32 (n, 10), and the features they were made of, float32 (n, m).

        Raises:
            ModelError: If the network gives no features, or cannot be run.
        """
        if not self.features:
            raise ModelError(f"Model {self.card.name!r} gives no features.", "The shipped digit does.")
        feed = np.ascontiguousarray(batch, np.float32).reshape(-1, *self._shape)
        lots = [feed[at : at + LOT] for at in range(0, len(feed), LOT)] or [feed]
        outputs, features = zip(*(self._session.run_with(lot, FEATURES) for lot in lots), strict=True)
        return self.calibrated(np.concatenate(outputs)), np.concatenate(features)


def _pool(threads: int) -> Executor:
    """Threads for lots; they start with the first large stack, not before."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(threads, "lots")


def shipped_names(task: str = "digit") -> list[str]:
    """Names of the models inside the package for one task."""
    return sorted(path.stem for path in WEIGHTS.glob("*.json") if read_card(path).task == task)


def read_card(path: Path) -> ModelCard:
    """Read a card from its JSON file.

    Raises:
        ModelError: If the file is not a valid card.
    """
    try:
        return ModelCard.from_dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: not a model card: {error!s:.200}") from error


def card_path(weights: Path) -> Path:
    """Where a model's card lies: beside the weights, with the ending ``.json``."""
    return weights.with_suffix(".json")


def load_onnx(model: str | Path, normalization: str, threads: int = 1) -> OnnxClassifier:
    """Load a shipped model by name, or an ONNX file by path.

    Args:
        model: A shipped name, or the path of an ``.onnx`` file; a card beside it is used, and
            without one a plain card is made, with what the file's metadata say.
        normalization: The version of the normalisation in force.
        threads: See `OnnxClassifier`.

    Raises:
        UnknownName: If there is no such model or file.
        ModelError: If the card, or without one the file itself, names another normalisation, the weights' SHA-256
            differs from the card's, or the file is no usable model.
    """
    path = Path(model)
    if path.is_file() and path.suffix.lower() != ".onnx":
        raise ModelError(
            f"{path} is not an ONNX file.",
            "Tenfold runs .onnx files; make one of a Keras network with: tenfold export FILE --to onnx --out NEW.onnx",
        )
    is_name = path.name == str(model) and path.suffix.lower() != ".onnx"
    if is_name:
        path = WEIGHTS / f"{model}.onnx"
    if not path.is_file():
        raise UnknownName("model", str(model), shipped_names())
    weights, card = read_model(path, normalization)
    classifier = OnnxClassifier(weights, card, threads)
    width = classifier.output_shape[1:]
    if len(width) != 1 or (isinstance(width[0], int) and width[0] != CLASSES[card.task]):
        raise ModelError(
            f"Model {card.name!r} gives output {classifier.output_shape}.",
            f"Expected (n, {CLASSES[card.task]}).",
        )
    if not card_path(path).is_file():
        card = described_by(card, classifier.metadata, normalization)
        known = OUTPUT in classifier.metadata
        classifier.card = card if known else replace(card, output=_output_kind(classifier))
    return classifier


def read_model(path: Path, normalization: str) -> tuple[bytes, ModelCard]:
    """The bytes of an ONNX file and its card, if the two belong together.

    Raises:
        ModelError: If the card names another normalisation, or the weights' SHA-256 differs from the card's.
    """
    weights = path.read_bytes()
    return weights, _trusted_card(path, hashlib.sha256(weights).hexdigest(), normalization)


def _output_kind(classifier: OnnxClassifier) -> Output:
    """Whether a network nobody has described gives probabilities: shares that add up to one, whatever it is shown."""
    shown = np.random.default_rng(0).random((8, 28, 28), np.float32)
    rows = classifier.raw(shown)
    shares = bool((rows >= -1e-6).all()) and bool(np.allclose(rows.sum(axis=1), 1, atol=1e-3))
    return "probabilities" if shares else "logits"


def _trusted_card(path: Path, digest: str, normalization: str) -> ModelCard:
    """The card beside a weights file, if it fits the file and the normalisation; a plain one if there is none."""
    if not card_path(path).is_file():
        return ModelCard(name=path.stem, summary="ONNX file without a card", sha256=digest)
    card = read_card(card_path(path))
    if card.sha256 != digest:
        raise ModelError(
            f"{path}: SHA-256 is {digest[:16]}…, its card says {card.sha256[:16]}….",
            "The file was changed or damaged, or writing it was cut off: make it again (install Tenfold again where it "
            "came with it), or remove the card if you trust the file.",
        )
    if card.normalization and card.normalization != normalization:
        raise ModelError(
            f"Model {card.name!r} was trained on normalisation {card.normalization!r}; "
            f"this Tenfold uses {normalization!r}.",
            f"Train it again: {card.recipe or 'tenfold train'}",
        )
    return card
