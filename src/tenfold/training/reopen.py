"""From a network's ONNX file back to Keras, to go on learning where it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.errors import ModelError
from tenfold.types import Floats, Pixels, as_floats

if TYPE_CHECKING:
    from keras import Model


def reopen(weights: bytes, model: Model, pictures: Pixels) -> Model:
    """Give a network of the catalogue the weights of its export.

    The export has folded batch normalisation into the convolutions before it. It is set up again as the identity on
    these pictures: mean and deviation are measured, and undone by offset and scale. So the network says the same
    whether it normalises by what it keeps or by the batch, as it does while it learns.

    Args:
        weights: An ONNX file that `tenfold.training.export.to_onnx` wrote of such a network.
        model: Untrained, of layers one after the other; what is flattened has one pixel a map, as the export may keep
            the rows of a dense layer in another order elsewhere.
        pictures: uint8 (n, 28, 28), some hundreds like those to learn from.

    Returns:
        The model.

    Raises:
        ModelError: If the file is of another network.
    """
    kernels = _kernels(weights)
    shown: Floats = as_floats(pictures)
    bias = np.zeros(0, np.float32)
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "BatchNormalization":
            values = np.asarray(shown, np.float64).reshape(-1, shown.shape[-1])
            mean, variance = values.mean(axis=0), values.var(axis=0)
            layer.set_weights([np.sqrt(variance + layer.epsilon), bias + mean, mean, variance])
        elif layer.weights:
            if not kernels:
                raise ModelError(f"The file has fewer layers than {model.name!r}.")
            kernel, bias = kernels.pop(0)
            given = [_turned(kind, kernel), *([bias] if layer.use_bias else [])]
            if [one.shape for one in given] != [tuple(one.shape) for one in layer.weights]:
                raise ModelError(
                    f"Layer {layer.name!r} of {model.name!r} is {layer.weights[0].shape}, not so the file's."
                )
            layer.set_weights(given)
        shown = np.asarray(layer(shown, training=False) if kind in ("Dropout", "BatchNormalization") else layer(shown))
    if kernels:
        raise ModelError(f"The file has more layers than {model.name!r}.")
    return model


def _kernels(weights: bytes) -> list[tuple[Any, Any]]:
    """Kernel and bias of each convolution and product, in order, as ONNX has them."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(weights).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    if not all(node.input[1] in arrays and len(node.input) == 3 for node in nodes):
        raise ModelError("The file's weights are kept in another way than as they are.")
    return [(arrays[node.input[1]], arrays[node.input[2]]) for node in nodes]


def _turned(kind: str, kernel: Any) -> Any:
    """A kernel as Keras has it."""
    if kind == "Conv2D":
        return kernel.transpose(2, 3, 1, 0)
    if kind == "DepthwiseConv2D":
        return kernel.transpose(2, 3, 0, 1)
    return kernel
