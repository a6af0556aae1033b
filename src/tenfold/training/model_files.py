"""Any model by name or path, with its size, whatever wrote it."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import NamedTuple

from tenfold.config import Settings
from tenfold.errors import UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import Classifier
from tenfold.models.load import find_model, load_model
from tenfold.models.onnx_outputs import GRAPH, INITIALIZER
from tenfold.models.protobuf import messages, numbers
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


# Numbers of the fields of a tensor in ONNX's onnx.proto.
_TENSOR_DIMS, _TENSOR_TYPE = 1, 2
_WEIGHT_TYPES = frozenset({1, 2, 3, 10, 11, 16, 21, 22})  # float, uint8, int8, float16, double, bfloat16, 4 bits


def count_parameters(weights: bytes) -> int:
    """How many numbers the weights of an ONNX file are; shapes and single constants are not counted.

    Reads the file itself, because the core of Tenfold does without the package ``onnx``.

    Args:
        weights: The bytes of the file.

    Raises:
        ModelError: If they are no ONNX file.
    """
    total = 0
    for graph in messages(weights, GRAPH):
        for tensor in messages(graph, INITIALIZER):
            dims, kinds = numbers(tensor, _TENSOR_DIMS), numbers(tensor, _TENSOR_TYPE)
            if dims and kinds and kinds[-1] in _WEIGHT_TYPES:
                total += prod(dims)
    return total
