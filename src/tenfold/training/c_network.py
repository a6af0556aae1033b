"""An ONNX network as the chain of layers that a C header computes: convolutions, each with or without a ReLU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tenfold.errors import MissingExtra, UsageError
from tenfold.training.onnx_graph import Array
from tenfold.types import Floats

Shape = tuple[int, int, int]
# What a usual microcontroller has room for, beside the program it is built for.
MOST_TABLES, MOST_MEMORY = 262_144, 65_536
HINT = "C is written for small chains of convolutions, products and ReLU, such as tiny: tenfold export tiny --to c"


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution; a product of all that comes in is one whose kernel is as large as its one-pixel picture.

    Attributes:
        weights: int8 or float32 (maps, channels / groups, height, width).
        scale: What whole-numbered weights are multiplied by, one for each map: float32 (maps,).
        bias: float32 (maps,).
        given: Channels, height and width of what comes in.
        made: Of what comes out.
        stride: Down and across.
        pad: Rows of zeros above, columns of zeros to the left.
        groups: In how many equal parts channels and maps are split, each map seeing its own part only.
        relu: Whether what is below zero becomes zero.
    """

    weights: Array
    scale: Floats
    bias: Floats
    given: Shape
    made: Shape
    stride: tuple[int, int] = (1, 1)
    pad: tuple[int, int] = (0, 0)
    groups: int = 1
    relu: bool = False


def read_layers(weights: bytes, name: str) -> list[Layer]:
    """Take an ONNX network apart.

    Args:
        weights: The bytes of the file; one input of 784 values a picture, one picture at a time.
        name: What to call it in messages.

    Returns:
        Its layers in the order of the computation; what the last one makes are the network's outputs, and a softmax
        at the very end is left out. Weights are int8 in all layers or float32 in all.

    Raises:
        UsageError: If it computes anything else, or is too large.
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    try:
        import onnx
    except ModuleNotFoundError as error:
        raise MissingExtra("Writing C", "train") from error
    graph = onnx.load_from_string(weights).graph
    layers = list(_chain(graph, name))
    if not layers:
        raise _refused(name, "it has no layer")
    if not all(np.isfinite(one).all() for layer in layers for one in (layer.weights, layer.scale, layer.bias)):
        raise _refused(name, "some of its weights are no finite numbers")
    if any(layer.weights.dtype != np.int8 for layer in layers):
        layers = [_in_floats(layer) for layer in layers]
    for what, bytes_, most in (
        ("its tables", table_bytes(layers), MOST_TABLES),
        ("its maps", 4 * sum(buffers(layers)), MOST_MEMORY),
    ):
        if bytes_ > most:
            raise _refused(name, f"{what} take {bytes_:,} bytes, and at most {most:,} fit")
    return layers


def table_bytes(layers: Sequence[Layer]) -> int:
    """How many bytes weights, scales and biases take."""
    return sum(layer.weights.nbytes + layer.scale.nbytes + layer.bias.nbytes for layer in layers)


def buffers(layers: Sequence[Layer]) -> tuple[int, int]:
    """How many floats two buffers must hold that the layers write to by turns; the second also holds the picture."""
    sizes = [int(np.prod(layer.made)) for layer in layers]
    return max(sizes[0::2]), max([784, *sizes[1::2]])


def _chain(graph: Any, name: str) -> Iterator[Layer]:
    """The layers, with what only reorders dimensions of a picture taken out."""
    from onnx import helper

    constants = _constants(graph)
    current, shape = graph.input[0].name, (1, 28, 28)
    last: Layer | None = None
    for node in graph.node:
        if node.op_type in ("Cast", "Mul") and node.output[0] in constants:
            continue
        if list(node.input[:1]) != [current] or any(other not in constants for other in node.input[1:]):
            raise _refused(name, f"its step {node.op_type} takes more than what the step before made")
        given = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        if node.op_type == "Relu" and last is not None:
            last = replace(last, relu=True)
        elif node.op_type in ("Conv", "Gemm"):
            if last is not None:
                yield last
            make = _convolution if node.op_type == "Conv" else _product
            last = make(given, [constants[one] for one in node.input[1:]], shape, name)
            shape = last.made
        elif node.op_type in ("Flatten", "Reshape"):
            shape = _reshaped(shape, constants[node.input[1]][0] if node.op_type == "Reshape" else [1, -1], name)
        elif node.op_type != "Softmax" or node.output[0] != graph.output[0].name:
            raise _refused(name, f"it has a step {node.op_type}")
        current = node.output[0]
    if last is not None:
        yield last


def _constants(graph: Any) -> dict[str, tuple[Array, Array | None]]:
    """Arrays by name: as they are, or as whole numbers with the scale that `tenfold.training.storage` gave them."""
    from onnx import numpy_helper

    found: dict[str, tuple[Array, Array | None]] = {
        one.name: (numpy_helper.to_array(one), None) for one in graph.initializer
    }
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in found:
            found[node.output[0]] = found[node.input[0]]
        if node.op_type == "Mul" and all(one in found for one in node.input):
            (whole, _), (scale, _) = (found[one] for one in node.input)
            found[node.output[0]] = (whole, scale)
    return found


def _convolution(given: dict[str, Any], arrays: list[tuple[Array, Array | None]], shape: Shape, name: str) -> Layer:
    (kernel, scale), groups = arrays[0], int(given.get("group", 1))
    channels, height, width = shape
    if kernel.ndim != 4 or given.get("auto_pad", b"NOTSET") != b"NOTSET" or set(given.get("dilations", [1])) != {1}:
        raise _refused(name, "it has a convolution with holes, or of another number of dimensions")
    if kernel.shape[1] * groups != channels:
        raise _refused(name, "a convolution does not fit what comes in")
    stride = tuple(given.get("strides", [1, 1]))
    top, left, bottom, right = given.get("pads", [0, 0, 0, 0])
    made = (
        len(kernel),
        (height + top + bottom - kernel.shape[2]) // stride[0] + 1,
        (width + left + right - kernel.shape[3]) // stride[1] + 1,
    )
    return Layer(
        kernel, _scales(scale, len(kernel)), _bias(arrays, len(kernel)), shape, made, stride, (top, left), groups
    )


def _product(given: dict[str, Any], arrays: list[tuple[Array, Array | None]], shape: Shape, name: str) -> Layer:
    kernel, scale = arrays[0]
    if given.get("transA", 0) or given.get("alpha", 1.0) != 1 or given.get("beta", 1.0) != 1:
        raise _refused(name, "it has a product of another kind")
    if not given.get("transB", 0):
        kernel = kernel.T
    if shape[1:] != (1, 1) or kernel.shape[1] != shape[0]:
        raise _refused(name, "a product does not fit what comes in")
    maps = len(kernel)
    whole = np.ascontiguousarray(kernel)[:, :, None, None]
    return Layer(whole, _scales(scale, maps), _bias(arrays, maps), shape, (maps, 1, 1))


def _scales(scale: Array | None, maps: int) -> Floats:
    return np.ones(maps, np.float32) if scale is None else np.asarray(scale, np.float32).reshape(maps)


def _bias(arrays: list[tuple[Array, Array | None]], maps: int) -> Floats:
    return np.asarray(arrays[1][0], np.float32).reshape(maps) if len(arrays) > 1 else np.zeros(maps, np.float32)


def _reshaped(shape: Shape, wanted: Any, name: str) -> Shape:
    """The three dimensions after a reshape, which leaves every value where it is."""
    size = int(np.prod(shape))
    rest = [int(one) for one in wanted][1:]
    if len(rest) not in (1, 3) or rest.count(-1) > 1:
        raise _refused(name, f"it lays a picture out as {rest}")
    known = int(np.prod([one for one in rest if one != -1]))
    full = [size // known if one == -1 else one for one in rest]
    return (full[0], full[1], full[2]) if len(full) == 3 else (full[0], 1, 1)


def _in_floats(layer: Layer) -> Layer:
    spelled = layer.weights.astype(np.float32) * layer.scale.reshape(-1, 1, 1, 1)
    return replace(layer, weights=spelled, scale=np.ones_like(layer.scale))


def _refused(name: str, why: str) -> UsageError:
    return UsageError(f"{name} cannot be had in C: {why}.", HINT)
