"""The reader's network as an ONNX file: convolutions over lines of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Model

OPSET = 17


def reader_to_onnx(model: Model) -> bytes:
    """Convert a network of `tenfold.catalogue.reader`.

    Args:
        model: Sequential: convolutions, batch normalisation (folded into the convolution before it), ReLUs, maxima.

    Returns:
        The bytes of an ONNX file: input ``lines`` float32 (n, 32, W), output ``logits`` float32 (n, W / 2, signs + 1).
        Equal networks give equal bytes.

    Raises:
        TypeError: If a layer is of another kind.
    """
    import onnx
    from onnx import helper, numpy_helper

    nodes: list[Any] = []
    weights: list[Any] = []

    def constant(value: Any, kind: str) -> str:
        name = f"{kind}{len(weights)}"
        weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(operator: str, inputs: list[str], **attributes: Any) -> str:
        name = f"t{len(nodes)}"
        nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    layers = [layer for layer in model.layers if type(layer).__name__ not in ("Dropout", "InputLayer")]
    x = node("Unsqueeze", ["lines", constant(np.array([1], np.int64), "axes")])
    for place, layer in enumerate(layers):
        kind = type(layer).__name__
        if kind == "Conv2D":
            follower = layers[place + 1] if place + 1 < len(layers) else None
            kernel, bias = _folded(layer, follower if type(follower).__name__ == "BatchNormalization" else None)
            high, wide = layer.kernel_size
            x = node(
                "Conv",
                [x, constant(kernel, "kernel"), constant(bias, "bias")],
                strides=list(layer.strides),
                pads=_pads(layer, (high, wide)),
            )
        elif kind == "ReLU":
            x = node("Relu", [x])
        elif kind == "MaxPooling2D":
            x = node("MaxPool", [x], kernel_shape=list(layer.pool_size), strides=list(layer.strides))
        elif kind not in ("BatchNormalization", "Reshape"):
            raise TypeError(f"layer {layer.name!r} of class {kind} is none of a reader's")
    x = node("Squeeze", [x, constant(np.array([2], np.int64), "axes")])
    nodes.append(helper.make_node("Transpose", [x], ["logits"], perm=[0, 2, 1]))
    given = helper.make_tensor_value_info("lines", onnx.TensorProto.FLOAT, ["n", 32, "width"])
    made = helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["n", "columns", model.output_shape[-1]])
    graph = helper.make_graph(nodes, "reader", [given], [made], weights)
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="tenfold")
    whole.ir_version = 8
    onnx.checker.check_model(whole, full_check=True)
    return bytes(whole.SerializeToString(deterministic=True))


def _folded(layer: Any, norm: Any) -> tuple[Floats, Floats]:
    kernel = np.asarray(layer.kernel, np.float64).transpose(3, 2, 0, 1)
    bias = np.asarray(layer.bias, np.float64) if layer.use_bias else np.zeros(kernel.shape[0])
    if norm is not None:
        scale = np.asarray(norm.gamma, np.float64) / np.sqrt(
            np.asarray(norm.moving_variance, np.float64) + norm.epsilon
        )
        kernel = kernel * scale[:, None, None, None]
        bias = (bias - np.asarray(norm.moving_mean, np.float64)) * scale + np.asarray(norm.beta, np.float64)
    return kernel.astype(np.float32), bias.astype(np.float32)


def _pads(layer: Any, kernel: tuple[int, int]) -> list[int]:
    """Top, left, bottom, right, as TensorFlow pads pictures whose sides are multiples of the stride."""
    if layer.padding == "valid":
        return [0, 0, 0, 0]
    totals = [side - stride if stride > 1 else side - 1 for side, stride in zip(kernel, layer.strides, strict=True)]
    before = [total // 2 for total in totals]
    return [*before, *(total - first for total, first in zip(totals, before, strict=True))]
