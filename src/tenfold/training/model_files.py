"""Any model by name or path, with its size, whatever wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tenfold.config import Settings
from tenfold.errors import UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import Classifier
from tenfold.models.load import find_model, load_model
from tenfold.training.keras_files import SUFFIXES, classifier_from_keras


class OpenModel(NamedTuple):
    """A model ready for use, the file it came from, and how many parameters it has."""

    classifier: Classifier
    path: Path
    parameters: int


def open_model(model: str, settings: Settings) -> OpenModel:
    """Open a model to measure or export it. Keras is needed for its own files only.

    Args:
        model: A shipped name, one trained into ``runs/NAME``, or the path of an ``.onnx``, ``.npz``, ``.keras`` or
            ``.h5`` file.
        settings: Threads for the network.

    Raises:
        UnknownName: If there is no such model.
        ModelError: If it cannot be trusted or is no network for single digits.
        UsageError: If it is a network for something else than single digits.
        MissingExtra: If it is a Keras file and the extra ``[train]`` is not installed.
    """
    if Path(model).suffix.lower() in SUFFIXES:
        from_keras = classifier_from_keras(model)
        return OpenModel(from_keras, Path(model), from_keras.card.parameters)
    classifier = load_model(model, VERSION, settings.threads)
    if classifier.card.task != "digit":
        raise UsageError(f"Model {model!r} does not read digits; its task is {classifier.card.task!r}.")
    path = find_model(model) or Path(model)
    return OpenModel(classifier, path, classifier.card.parameters or count_parameters(path.read_bytes()))


# ONNX files are protocol buffers. Numbers of the fields used here, from onnx.proto3:
_MODEL_GRAPH, _GRAPH_INITIALIZER, _TENSOR_DIMS, _TENSOR_TYPE = 7, 5, 1, 2
_WEIGHT_TYPES = frozenset({1, 2, 3, 10, 11, 16, 21, 22})  # float, uint8, int8, float16, double, bfloat16, 4 bits


def count_parameters(weights: bytes) -> int:
    """How many numbers the weights of an ONNX file are; shapes and single constants are not counted.

    Reads the file itself, because the core of Tenfold does without the package ``onnx``.

    Args:
        weights: The bytes of the file.
    """
    total = 0
    for graph in _fields(weights, _MODEL_GRAPH):
        for tensor in _fields(graph, _GRAPH_INITIALIZER):
            size, dims = 1, 0
            for packed in _fields(tensor, _TENSOR_DIMS):
                for dim in _varints(packed):
                    size, dims = size * dim, dims + 1
            kind = next(_varints(next(_fields(tensor, _TENSOR_TYPE), b"\0")))
            total += size if dims and kind in _WEIGHT_TYPES else 0
    return total


def _fields(message: bytes, wanted: int) -> Iterator[bytes]:
    """The contents of each occurrence of a field; numbers as the bytes that encode them."""
    view, place = memoryview(message), 0
    while place < len(view):
        key, place = _varint(view, place)
        start = place
        if key & 7 == 2:
            length, start = _varint(view, place)
            place = start + length
        elif key & 7 == 0:
            _, place = _varint(view, place)
        else:
            place += {1: 8, 5: 4}[key & 7]
        if key >> 3 == wanted:
            yield bytes(view[start:place])


def _varints(data: bytes) -> Iterator[int]:
    view, place = memoryview(data), 0
    while place < len(view):
        value, place = _varint(view, place)
        yield value


def _varint(view: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = view[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
