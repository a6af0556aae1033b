"""Weights kept in fewer bytes: the file holds them short, ONNX Runtime spells them out once, on loading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tenfold.training.onnx_graph import Array

if TYPE_CHECKING:
    from onnx import NodeProto


def kept_in_bytes(weights: bytes) -> bytes:
    """Keep the large arrays of a network as int8; the arithmetic stays float32.

    Each output channel has a scale of its own, symmetric around zero (Krishnamoorthi 2018, section
    3.1.1, weights only): w = scale * q, q in -127..127.

    Args:
        weights: An ONNX file that `tenfold.training.export.to_onnx` wrote.

    Returns:
        The bytes of an ONNX file with the same input and output.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load_from_string(weights)
    graph = model.graph
    arrays, spelled = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        # Biases weigh little, and every one of them counts; scales are those of what is kept short already.
        if tensor.data_type != TensorProto.FLOAT or values.ndim < 2 or tensor.name.endswith("_int8_scale"):
            arrays.append(tensor)
            continue
        short = f"{tensor.name}_int8"
        whole, scale = _whole_numbers(values, _output_axis(graph.node, tensor.name))
        arrays += [numpy_helper.from_array(whole, short), numpy_helper.from_array(scale, f"{short}_scale")]
        spelled += [
            helper.make_node("Cast", [short], [f"{short}_cast"], f"{short}_cast", to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{short}_cast", f"{short}_scale"], [tensor.name], short),
        ]
    del graph.initializer[:]
    graph.initializer.extend(arrays)
    nodes = [*spelled, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def weight_bytes(weights: bytes) -> int:
    """How many bytes the arrays of an ONNX file take, scales and biases included."""
    import onnx
    from onnx import numpy_helper

    return sum(numpy_helper.to_array(tensor).nbytes for tensor in onnx.load_from_string(weights).graph.initializer)


def _output_axis(nodes: list[NodeProto], name: str) -> int:
    """The axis of an array along which its layer's outputs lie: the first of a convolution, the last of a product."""
    return next((0 if node.op_type == "Conv" else -1 for node in nodes if name in node.input), -1)


def _whole_numbers(values: Array, axis: int) -> tuple[Array, Array]:
    """Whole numbers int8 and the float32 scale of each slice along an axis, ready to broadcast."""
    others = tuple(place for place in range(values.ndim) if place != axis % values.ndim)
    most = np.abs(values).max(axis=others, keepdims=True)
    scale = np.asarray(np.maximum(most, 1e-12) / 127, np.float32)
    return np.rint(values / scale).astype(np.int8), scale
