"""Reads networks from HDF5 files, as the report's program and every Keras 2 wrote them; runs no code from them.

Keras 3 opens only part of the files Keras 2 wrote. Here the network is rebuilt from its description,
layer by layer, with Keras' own layers and none else; what only matters in training (initialisers,
regularisers, the optimiser's state) is left aside.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenfold.errors import ModelError
from tenfold.training.framework import need_keras
from tenfold.training.legacy_weights import fill, text

if TYPE_CHECKING:
    import h5py
    from keras import Model

RENAMED = {"BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization"}
# Layers that run code, or a network, that comes from elsewhere.
REFUSED = frozenset({"FlaxLayer", "JaxLayer", "Lambda", "Layer", "TFSMLayer", "TorchModuleWrapper", "Wrapper"})
NETWORKS = frozenset({"Functional", "Model", "Sequential"})


def read_h5(path: Path) -> Model:
    """Rebuild the network in an HDF5 file.

    Args:
        path: A file written by ``model.save("name.h5")`` in Keras 2 or 3.

    Returns:
        The network, not compiled.

    Raises:
        ModelError: If the file is damaged, holds weights without a network, or uses layers that are
            not Keras' own or would run code from the file.
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    need_keras("Opening a Keras network")
    import h5py

    try:
        with h5py.File(path, "r") as file:
            model = _network(_description(file, path), path)
            if "model_weights" not in file:
                raise ModelError(f"{path} describes a network but holds no weights.", "Save it again in Keras.")
            fill(model, file["model_weights"], path)
            return model
    except OSError as error:
        raise ModelError(f"{path} is no Keras file, or damaged: {error!s:.150}.", "Copy or save it again.") from error


def _description(file: h5py.File, path: Path) -> dict[str, Any]:
    if "model_config" not in file.attrs:
        raise ModelError(
            f"{path} describes no network; it may hold weights alone.",
            'Save network and weights together in Keras: model.save("mnist.h5").',
        )
    if text(file.attrs.get("keras_version", "2")).startswith("1"):
        raise ModelError(f"{path} was written by Keras 1.", "Load and save it again with Keras 2.")
    try:
        config = json.loads(text(file.attrs["model_config"]))
        if config["class_name"] in NETWORKS:
            return dict(config)
        raise ModelError(f"{path} holds a {config['class_name']!r:.50}, not a Sequential or functional network.")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path}: its description of the network is damaged.", "Save it again in Keras.") from error


def _network(entry: dict[str, Any], path: Path) -> Any:
    try:
        if entry["class_name"] == "Sequential":
            return _sequential(entry["config"], path)
        return _functional(entry["config"], path)
    except (KeyError, IndexError, AttributeError, TypeError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: the network cannot be rebuilt: {error!s:.200}", "Save it again in Keras.") from error


def _sequential(config: Any, path: Path) -> Any:
    import keras

    # Before Keras 2.2.3 the configuration was the bare list of layers.
    entries = config if isinstance(config, list) else config["layers"]
    name = None if isinstance(config, list) else config.get("name")
    layers = [_layer(entry, path) for entry in entries]
    if not isinstance(layers[0], keras.layers.InputLayer):
        shape = None if isinstance(config, list) else config.get("build_input_shape")
        if isinstance(layers[0], keras.Model):
            shape = layers[0].inputs[0].shape
        elif "batch_input_shape" in entries[0]["config"]:
            shape = entries[0]["config"]["batch_input_shape"]
        if shape is None:
            raise ValueError("the shape of its input is not recorded")
        layers.insert(0, keras.Input(tuple(shape[1:])))
    return keras.Sequential(layers, name=name)


def _functional(config: dict[str, Any], path: Path) -> Any:
    """Build the layers, then call each on the tensors it was called on, as soon as these are there."""
    import keras

    layers = {entry["name"]: _layer(entry, path) for entry in config["layers"]}
    tensors = {(name, 0): layer.output for name, layer in layers.items() if isinstance(layer, keras.layers.InputLayer)}
    calls = [
        (entry["name"], number, _tensors_taken(call))
        for entry in config["layers"]
        for number, call in enumerate(entry["inbound_nodes"])
    ]
    results = _references(config["output_layers"])
    first = _first_calls([*calls, ("", 0, results)], {name: _count(calls, name) for name in layers})
    while calls:
        ready = [call for call in calls if all((name, n - first[name]) in tensors for name, n in call[2])]
        if not ready:
            raise ValueError(f"layer {calls[0][0]!r} takes a tensor that no layer gives")
        for name, number, taken in ready:
            inputs = [tensors[source, n - first[source]] for source, n in taken]
            tensors[name, number] = layers[name](_one_or_all(inputs))
        calls = [call for call in calls if call not in ready]
    given = [tensors[name, n - first[name]] for name, n in _references(config["input_layers"])]
    answers = [tensors[name, n - first[name]] for name, n in results]
    return keras.Model(_one_or_all(given), _one_or_all(answers), name=config.get("name"))


def _one_or_all(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def _count(calls: list[Any], name: str) -> int:
    return sum(call[0] == name for call in calls)


def _first_calls(calls: list[Any], counts: dict[str, int]) -> dict[str, int]:
    """What the first call of each layer is numbered: 0, but 1 for Keras 2's networks inside networks."""
    highest = dict.fromkeys(counts, 0)
    for _, _, taken in calls:
        for name, number in taken:
            if name not in counts:
                raise ValueError(f"there is no layer {name!r}")
            highest[name] = max(highest[name], number)
    return {name: int(0 < counts[name] <= highest[name]) for name in counts}


def _tensors_taken(call: Any) -> list[tuple[str, int]]:
    """Which tensors a call takes: Keras 2 writes lists, Keras 3 the arguments of the call."""
    if isinstance(call, list):
        return _references(call)
    found: list[tuple[str, int]] = []

    def collect(part: Any) -> None:
        if isinstance(part, list):
            for item in part:
                collect(item)
        elif isinstance(part, dict) and part.get("class_name") == "__keras_tensor__":
            found.extend(_references(part["config"]["keras_history"]))

    collect(call["args"])
    return found


def _references(given: Any) -> list[tuple[str, int]]:
    """References to tensors: one ``[layer, call, output, …]``, or a list of them."""
    if given and isinstance(given[0], str):
        given = [given]
    if any(reference[2] != 0 for reference in given):
        raise ValueError("a layer gives several tensors")
    return [(reference[0], reference[1]) for reference in given]


def _layer(entry: dict[str, Any], path: Path) -> Any:
    import keras

    kind = RENAMED.get(entry["class_name"], entry["class_name"])
    if kind in NETWORKS:
        return _network(entry, path)
    config = dict(entry["config"])
    cls = getattr(keras.layers, kind, None)
    if kind in REFUSED or not (inspect.isclass(cls) and issubclass(cls, keras.layers.Layer)):
        raise refused_layer(path, config.get("name"), kind)
    if kind == "InputLayer":
        shape = config.get("batch_input_shape") or config["batch_shape"]
        return keras.layers.InputLayer(shape=tuple(shape[1:]), name=config.get("name"))
    return cls(**_arguments(kind, config, cls))


def refused_layer(path: Path, name: Any, kind: Any) -> ModelError:
    """The error for a layer that is not one of Keras' own, or would run code from the file."""
    why = "would run code that comes with the file" if kind == "Lambda" else "is not a layer Tenfold opens"
    return ModelError(
        f"{path}: layer {name!r:.60} of class {kind!r:.60} {why}; nothing was run.",
        "Rebuild the network from Keras' own layers and save it again.",
    )


def _arguments(kind: str, config: dict[str, Any], cls: Any) -> dict[str, Any]:
    """What of a layer's description Keras 3 takes and what computes something."""
    if isinstance(config.get("activation"), dict):
        raise ValueError(f"layer {config.get('name')!r} has an activation that is not one of Keras' own functions")
    if kind == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config["alpha"]
    if kind == "BatchNormalization" and isinstance(config.get("axis"), list):
        (config["axis"],) = config["axis"]
    known = inspect.signature(cls.__init__).parameters
    # Whatever is described by a dictionary (initialisers, regularisers, policies) matters in training only.
    return {
        key: value
        for key, value in config.items()
        if (key in known or key in ("name", "trainable")) and key != "dtype" and not isinstance(value, dict)
    }
