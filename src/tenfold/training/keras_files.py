"""Networks saved by Keras: opened without running code from the file, and used like any other classifier."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.errors import ModelError, UnknownName
from tenfold.models.base import ModelCard
from tenfold.predictors.base import softmax
from tenfold.training.framework import need_keras
from tenfold.training.legacy_h5 import NETWORKS, REFUSED, read_h5, refused_layer
from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Model

SUFFIXES = (".keras", ".h5", ".hdf5")
INPUTS = ((28, 28), (28, 28, 1), (784,))
BATCH = 500

# What a network's description may name: Keras' own layers and their parts, but nothing that calls a function by name.
_MODULES = frozenset({"keras", "keras.constraints", "keras.initializers", "keras.layers", "keras.regularizers"})
_MARKS = frozenset({"__keras_tensor__", "__numpy__", "__tensor__", "__tuple__"})


def load_keras(path: str | Path) -> Model:
    """Open a network saved by Keras.

    Args:
        path: A ``.keras`` file of Keras 3, or an ``.h5`` file of Keras 2 or 3.

    Returns:
        The network, not compiled.

    Raises:
        UnknownName: If there is no such file.
        ModelError: If it is damaged, of another format, or names anything that could run code.
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    path = Path(path)
    if not path.is_file():
        raise UnknownName("file", str(path), [])
    if not zipfile.is_zipfile(path):
        return read_h5(path)
    keras = need_keras("Opening a Keras network")
    _check_archive(path)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever a strange file makes it stumble over
        raise ModelError(
            f"{path}: Keras cannot open it: {str(error).splitlines()[0]:.200}",
            'If it was saved by Keras 2, save it there as model.save("name.h5"): Tenfold opens that.',
        ) from error


def _check_archive(path: Path) -> None:
    """Look through the description before Keras acts on it."""
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (KeyError, ValueError, OSError, RecursionError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{path} is no network saved by Keras, or damaged: {error!s:.100}.", "Save it again."
        ) from error
    if not isinstance(config, dict) or str(config.get("class_name")) not in NETWORKS:
        raise ModelError(f"{path} holds no Sequential or functional network.", "Save the network in Keras again.")
    if str(config.get("module")).startswith("tf_keras"):
        raise ModelError(f"{path} was saved by Keras 2.", 'Save it there as model.save("name.h5"): Tenfold opens that.')
    try:
        _check_part(config.get("config"), "", path)
    except RecursionError as error:
        raise ModelError(f"{path}: its description of the network is nested too deep.", "Save it again.") from error


def _check_part(part: Any, layer: str, path: Path) -> None:
    if isinstance(part, list):
        for item in part:
            _check_part(item, layer, path)
        return
    if not isinstance(part, dict):
        return
    kind = part.get("class_name")
    if kind is not None and str(kind) not in _MARKS:
        inner = part.get("config")
        named = inner.get("name", layer) if isinstance(inner, dict) else layer
        layer = layer if part.get("module") == "keras" and layer else named
        network = str(kind) in NETWORKS and str(part.get("module")) in ("keras", "keras.src.models.functional")
        if not network and (part.get("module") not in _MODULES or _refused(kind)):
            raise refused_layer(path, layer, kind)
    for item in part.values():
        _check_part(item, layer, path)


def _refused(kind: Any) -> bool:
    """Whether a class is none to build; Keras follows dots in its name into its modules, so none may have one."""
    if not isinstance(kind, str) or not kind.isidentifier() or kind.startswith("_"):
        return True
    return kind in REFUSED or kind == "function"


def keras_probabilities(model: Model, images: Floats) -> Floats:
    """What a Keras network says.

    Args:
        model: A network for single digits, ending in probabilities or in logits.
        images: float32 (n, 28, 28), 0..1.

    Returns:
        Probabilities, float32 (n, k).
    """
    shape = tuple(model.inputs[0].shape[1:])
    rows = [
        np.asarray(model(images[start : start + BATCH].reshape(-1, *shape), training=False), np.float32)
        for start in range(0, len(images), BATCH)
    ]
    answers = np.concatenate([np.zeros((0, model.outputs[0].shape[-1]), np.float32), *rows])
    return softmax(answers) if _gives_logits(model) else answers


def _gives_logits(model: Any) -> bool:
    last = model.outputs[0]._keras_history.operation
    if hasattr(last, "layers"):
        return _gives_logits(last)
    function = getattr(getattr(last, "activation", None), "__name__", "")
    return type(last).__name__ != "Softmax" and function != "softmax"


class KerasClassifier:
    """A Keras network as a classifier, computed by Keras itself.

    Args:
        model: Input (28, 28), (28, 28, 1) or (784,), 0..1; output ten probabilities or logits.
        card: What is known of it.

    Raises:
        ModelError: If its input or output has another shape.
    """

    def __init__(self, model: Model, card: ModelCard) -> None:
        given = [tuple(tensor.shape[1:]) for tensor in model.inputs]
        answers = [tuple(tensor.shape[1:]) for tensor in model.outputs]
        if len(given) != 1 or given[0] not in INPUTS or answers != [(10,)]:
            raise ModelError(
                f"Model {card.name!r} takes {given} and gives {answers}.",
                "Expected one picture, (28, 28), (28, 28, 1) or (784,), and ten probabilities.",
            )
        self.model = model
        self.card = card

    def predict_proba(self, batch: Floats) -> Floats:
        """Probabilities; see `Classifier.predict_proba`."""
        return keras_probabilities(self.model, batch)


def classifier_from_keras(path: str | Path) -> KerasClassifier:
    """A Keras file as a classifier.

    Args:
        path: See `load_keras`.

    Raises:
        UnknownName: If there is no such file.
        ModelError: If it cannot be trusted or is no network for single digits.
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    path = Path(path)
    model = load_keras(path)
    card = ModelCard(
        name=path.stem,
        summary="Keras network from a file",
        parameters=model.count_params(),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    return KerasClassifier(model, card)
