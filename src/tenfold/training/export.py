"""From a Keras network to an ONNX file, with a certificate that both say the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.atomic import write_files
from tenfold.errors import MissingExtra
from tenfold.models.base import ModelCard
from tenfold.models.onnx import OnnxClassifier, card_path
from tenfold.training.keras_files import classifier_from_keras, keras_probabilities, load_keras
from tenfold.training.onnx_activations import unsupported
from tenfold.training.onnx_graph import Graph, Value
from tenfold.training.onnx_layers import rule_for
from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Model

__all__ = [
    "certificate",
    "classifier_from_keras",
    "load_keras",
    "output_kind",
    "parity",
    "to_onnx",
    "with_metadata",
    "write_model",
]


def to_onnx(model: Model, drop_softmax: bool = False) -> bytes:
    """Convert a network.

    Batch normalisation is folded into the layer before it, padding ``same`` is done as TensorFlow
    does it, and layers that only matter in training (dropout, noise, augmentation) are left out.

    Args:
        model: A built Sequential or functional Keras model with one input, (28, 28), (28, 28, 1) or
            (784,), and one output, (k,).
        drop_softmax: Leave out a softmax at the very end, so that the file gives logits.

    Returns:
        The bytes of an ONNX file: input ``image`` float32 (n, 28, 28); output ``probabilities``,
        or ``logits`` if the network does not end in a softmax, float32 (n, k). Equal networks give equal bytes.

    Raises:
        TenfoldError: If a layer has no counterpart here; the message names it.
    """
    shape = _input_shape(model)
    graph = Graph()
    given = Value("image", (28, 28))
    x = given if shape == (28, 28) else graph.from_keras_order(given.name, shape)
    x = _walk(graph, model, x)
    if len(x.shape) != 1:
        raise unsupported(f"its output has shape (n, {', '.join(map(str, x.shape))}), not (n, k)")
    x = graph.in_keras_order(x)
    last = next((node for node in graph.nodes if x.name in node.output), None)
    is_softmax = last is not None and last.op_type == "Softmax"
    if last is not None and is_softmax and drop_softmax:
        graph.nodes.remove(last)
        x = replace(x, name=last.input[0])
    return graph.serialize(given, x, "probabilities" if is_softmax and not drop_softmax else "logits")


def _input_shape(model: Model) -> tuple[int, ...]:
    import keras

    if not isinstance(model, keras.Sequential) and type(model).__name__ != "Functional":
        raise unsupported(f"{type(model).__name__} is neither a Sequential nor a functional model")
    if not model.built or len(model.inputs) != 1 or len(model.outputs) != 1:
        raise unsupported("it is not built, or has not exactly one input and one output")
    shape = tuple(model.inputs[0].shape[1:])
    if shape not in ((28, 28), (28, 28, 1), (784,)):
        raise unsupported(f"its input has shape (n, {', '.join(map(str, shape))}), not (n, 28, 28), with or without 1")
    return shape


def _walk(graph: Graph, model: Any, x: Value) -> Value:
    """Add every layer of a model, or of a model inside a model, in the order of the computation."""
    inputs, output = model.inputs, model.outputs[0]
    nodes = list(_nodes(output, {id(tensor) for tensor in inputs}))
    uses = Counter(id(tensor) for _, taken, _ in nodes for tensor in taken)
    uses[id(output)] += 1
    values: dict[int, Value] = {}

    def keep(tensor: Any, value: Value) -> None:
        # A layer that does nothing passes its input on, so the input's own users still count.
        values[id(tensor)] = replace(value, uses=max(value.uses, uses[id(tensor)]))

    keep(inputs[0], x)
    for layer, taken, given in nodes:
        if hasattr(layer, "inputs") and hasattr(layer, "layers"):
            keep(given, _walk(graph, layer, values[id(taken[0])]))
        else:
            keep(given, rule_for(layer)(graph, layer, [values[id(tensor)] for tensor in taken]))
    return values[id(output)]


def _nodes(output: Any, known: set[int]) -> Iterator[tuple[Any, list[Any], Any]]:
    """Each call of a layer that the output depends on, inputs first: layer, tensors taken, tensor given."""
    if id(output) in known:
        return
    known.add(id(output))
    layer, index, _ = output._keras_history
    node = layer._inbound_nodes[index]
    for tensor in node.input_tensors:
        yield from _nodes(tensor, known)
    if len(node.output_tensors) != 1:
        raise unsupported(f"layer {layer.name!r} gives {len(node.output_tensors)} tensors")
    yield layer, list(node.input_tensors), node.output_tensors[0]


def parity(model: Model, weights: bytes, images: Floats) -> dict[str, float]:
    """Compare a Keras network with its export.

    Args:
        model: The Keras network.
        weights: What `to_onnx` made of it.
        images: float32 (n, 28, 28), 0..1.

    Returns:
        See `certificate`.
    """
    ours = OnnxClassifier(weights, ModelCard(name="export", output=output_kind(weights))).predict_proba(images)
    return certificate(keras_probabilities(model, images), ours)


def certificate(before: Floats, *after: Floats) -> dict[str, float]:
    """How far what was written says of pictures what it was written from said.

    Args:
        before: Probabilities (n, k).
        after: The same of what was written, one for each way to ask it.

    Returns:
        ``images`` compared, how many got the ``same_digit`` every way, and the ``largest_difference`` between two
        probabilities.
    """
    same = np.all([one.argmax(1) == before.argmax(1) for one in after], axis=0)
    apart = [float(np.abs(one - before).max(initial=0.0)) for one in after]
    return {"images": len(before), "same_digit": int(same.sum()), "largest_difference": max(apart)}


def output_kind(weights: bytes) -> Any:
    """Whether a file written by `to_onnx` gives ``"logits"`` or ``"probabilities"``."""
    import onnx

    return onnx.load_from_string(weights).graph.output[0].name


def with_metadata(weights: bytes, entries: dict[str, str]) -> bytes:
    """An ONNX file that says of itself what `tenfold.models.metadata` says of it; what others wrote there stays.

    Args:
        weights: The bytes of an ONNX file.
        entries: Text by key, in place of what stands under the same keys.

    Raises:
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    try:
        import onnx
    except ModuleNotFoundError as error:
        raise MissingExtra("Writing ONNX", "train") from error
    model = onnx.load_from_string(weights)
    kept = {one.key: one.value for one in model.metadata_props}
    onnx.helper.set_model_props(model, kept | entries)
    return bytes(model.SerializeToString(deterministic=True))


def write_model(folder: Path, name: str, weights: bytes, card: ModelCard, suffix: str = ".onnx") -> ModelCard:
    """Put a fitted classifier on disk: its card ``name.json``, and ``name.onnx``.

    Both are whole before either is moved into place, the card first. Where this is cut off between the two, there is a
    card without a file, which is no model, or one with the file from before, whose SHA-256 is not the card's, so that
    loading refuses it. A file without its card, which would be read without its calibration, there never is.

    Args:
        folder: Made if missing.
        name: Name of the model and of its files.
        weights: The bytes of the file, as `to_onnx` gave them.
        card: What is known of it; name and SHA-256 are filled in.
        suffix: Ending of the file.

    Returns:
        The card as written.

    Raises:
        UsageError: If the place cannot be written to.
    """
    path = folder / f"{name}{suffix}"
    card = replace(card, name=name, sha256=hashlib.sha256(weights).hexdigest())
    write_files(folder, {card_path(path).name: card.to_json().encode(), path.name: weights})
    return card
