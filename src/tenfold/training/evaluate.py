"""Measures a model on labelled digits, along the path its users' pictures take."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, get_args

import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import track

from tenfold.config import Settings
from tenfold.data.dataset import Dataset
from tenfold.errors import UsageError
from tenfold.imaging.load import load
from tenfold.imaging.normalize import normalize
from tenfold.models.base import Classifier, ModelCard
from tenfold.recognizer import Recognizer
from tenfold.training.metrics import Readings, figures
from tenfold.training.model_files import OpenModel
from tenfold.types import STATUSES, Floats, Normalized, Picture, Pixels, Prediction

Way = Literal["auto", "whole", "raw", "naive"]
WAYS: tuple[Way, ...] = get_args(Way)
BATCH = 250


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The outcome of one measurement.

    Attributes:
        model: ``name@hash``.
        data: Name of the data set.
        way: How the pictures reached the network: ``"raw"``, ``"whole"`` or ``"naive"``.
        error_budget: Largest accepted share of wrong answers, for the statuses; None for a model without
            thresholds, which answers whatever the budget.
        parameters: Numbers in the network's weights.
        bytes: Size of the model's file.
        dataset: The pictures measured on.
        settings: The limits under which they were opened.
        readings: What the network said of each picture.
        answers: What the recogniser said of each picture.
        seen: What the network was given, uint8 (n, 28, 28).
    """

    model: str
    data: str
    way: str
    error_budget: float | None
    parameters: int
    bytes: int
    dataset: Dataset
    settings: Settings
    readings: Readings
    answers: list[Prediction]
    seen: Pixels

    def to_dict(self) -> dict[str, Any]:
        """All figures as plain JSON types: those of `tenfold.training.metrics.figures`, and the statuses."""
        given = np.array([answer.status == "ok" for answer in self.answers])
        count = Counter(answer.status for answer in self.answers)
        return {
            "model": self.model,
            "data": self.data,
            "way": self.way,
            **figures(self.readings),
            "statuses": {status: count[status] for status in STATUSES},
            "error_budget": self.error_budget,
            "answered": float(given.mean()),
            "answered_accuracy": float(self.readings.right[given].mean()) if given.any() else None,
            "parameters": self.parameters,
            "bytes": self.bytes,
        }


def evaluate(
    model: OpenModel, dataset: Dataset, settings: Settings, way: Way = "auto", error_budget: float | None = None
) -> Evaluation:
    """Measure a model.

    Args:
        model: What `tenfold.training.model_files.open_model` gave.
        dataset: Labelled pictures.
        settings: The usual error budget, and limits for picture files.
        way: ``"raw"`` gives the 28x28 arrays to the network as they are; ``"whole"`` sends every
            picture through loading and normalising, MNIST's arrays as PNG files; ``"naive"`` does as
            the report's window did, a plain resize; ``"auto"`` is raw for a data set whose pictures
            already are normalised (MNIST by name) and whole for every other.
        error_budget: Overrides that of the settings; see `Recognizer`.

    Raises:
        UsageError: If ``"raw"`` is asked for pictures that are not 28x28, or a budget the model cannot keep.
        DataError: If a picture file cannot be opened.
    """
    if way == "auto":
        way = "raw" if dataset.normalized else "whole"
    inks = _inks(dataset, way, settings)
    listener = _Listener(model.classifier)
    recognizer = Recognizer(listener, error_budget, settings)
    answers: list[Prediction] = []
    seen = np.zeros((len(dataset), 28, 28), np.uint8)
    read = np.zeros(len(dataset), np.bool_)
    for start in range(0, len(dataset), BATCH):
        batch = list(islice(inks, BATCH))
        answers += recognizer.answer(batch)
        seen[start : start + len(batch)] = [ink.pixels for ink in batch]
        read[start : start + len(batch)] = [not ink.empty for ink in batch]
    probabilities = np.full((len(dataset), 10), 0.1, np.float32)
    probabilities[read] = np.concatenate([np.zeros((0, 10), np.float32), *listener.heard])
    return Evaluation(
        model=recognizer.model,
        data=dataset.name,
        way=way,
        error_budget=recognizer.settings.error_budget if listener.card.thresholds else None,
        parameters=model.parameters,
        bytes=model.path.stat().st_size,
        dataset=dataset,
        settings=settings,
        readings=Readings(dataset.labels, probabilities, read),
        answers=answers,
        seen=seen,
    )


def one_way(*, whole: bool = False, raw: bool = False, naive: bool = False) -> Way:
    """The way that flags ask for.

    Raises:
        UsageError: If they ask for more than one.
    """
    asked: list[Way] = [way for way, wanted in zip(WAYS[1:], (whole, raw, naive), strict=True) if wanted]
    if len(asked) > 1:
        raise UsageError("--whole-path, --raw and --naive exclude each other.", "Give one of them.")
    return asked[0] if asked else "auto"


class _Listener:
    """A classifier that keeps all it says, also of pictures the recogniser then turns away."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self.heard: list[Floats] = []

    @property
    def card(self) -> ModelCard:
        return self._classifier.card

    def predict_proba(self, batch: Floats) -> Floats:
        self.heard.append(self._classifier.predict_proba(batch))
        return self.heard[-1]


def _inks(dataset: Dataset, way: str, settings: Settings) -> Iterator[Normalized]:
    """Each picture as the network is given it, with a progress bar on a terminal."""
    if way == "raw":
        return _raw(dataset)
    read: Callable[[Picture], Normalized] = normalize if way == "whole" else _naive
    console = Console(stderr=True, quiet=not sys.stderr.isatty())
    pictures = track(
        _pictures(dataset, way, settings), dataset.name, total=len(dataset), console=console, transient=True
    )
    return map(read, pictures)


def _raw(dataset: Dataset) -> Iterator[Normalized]:
    if not isinstance(dataset.images, np.ndarray) or dataset.images.shape[1:] != (28, 28):
        raise UsageError(
            f"{dataset.name} does not hold 28x28 arrays, so it can't be given to the network as it is.", "Drop --raw."
        )
    return (Normalized(pixels) for pixels in dataset.images)


def _pictures(dataset: Dataset, way: str, settings: Settings) -> Iterator[Picture]:
    if way == "naive" or not dataset.normalized:
        yield from dataset.pictures(settings)
        return
    # What users hand over is a file: so MNIST's arrays become one each.
    for picture in dataset.pictures(settings):
        yield load(cv2.imencode(".png", picture.pixels)[1].tobytes(), settings.max_bytes, settings.max_pixels)


def _naive(picture: Picture) -> Normalized:
    """The report's window: the whole picture, grey, squeezed into 28x28, bright on dark."""
    grey = Image.fromarray(picture.pixels).convert("L").resize((28, 28))
    pixels = np.asarray(grey)
    return Normalized(255 - pixels if pixels.mean() > 127 else pixels)
