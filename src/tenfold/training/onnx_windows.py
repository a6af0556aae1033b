"""Sliding windows in ONNX: convolutions, and the padding that Keras calls ``same``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tenfold.training.onnx_graph import Affine, Array, Graph, Value


def _same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    # TensorFlow's rule: the odd pixel goes to the end, and with strides it depends on the picture's size.
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def window(
    layer: Any, x: Value, kernel: Sequence[int], strides: Sequence[int], dilation: Sequence[int] = (1, 1)
) -> tuple[dict[str, Any], tuple[int, int]]:
    """ONNX' attributes of a sliding window, and the height and width of what it gives."""
    reach = [(size - 1) * step + 1 for size, step in zip(kernel, dilation, strict=True)]
    pads = [(0, 0), (0, 0)]
    if layer.padding == "same":
        pads = [_same(x.shape[axis], reach[axis], strides[axis]) for axis in (0, 1)]
    height, width = ((x.shape[a] + sum(pads[a]) - reach[a]) // strides[a] + 1 for a in (0, 1))
    attributes = {
        "kernel_shape": list(kernel),
        "strides": list(strides),
        "pads": [pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
    }
    return attributes, (height, width)


def convolve(
    graph: Graph, layer: Any, x: Value, kernel: Array, bias: Array, groups: int = 1, pointwise: bool = False
) -> Value:
    """Convolve with a kernel laid out as ONNX wants it: (out, in / groups, height, width)."""
    strides, dilation = ((1, 1), (1, 1)) if pointwise else (layer.strides, layer.dilation_rate)
    attributes, (height, width) = window(layer, x, kernel.shape[2:], strides, dilation)
    weights, shift = graph.weight("kernel", kernel), graph.weight("bias", bias)
    name = graph.node("Conv", [x.name, weights, shift], group=groups, dilations=list(dilation), **attributes)
    return graph.linear(name, (height, width, kernel.shape[0]), Affine(weights, shift, 0))


def depthwise(graph: Graph, layer: Any, x: Value, kernel: Array, bias: Array) -> Value:
    """Convolve each channel by itself; the kernel as Keras has it: (height, width, channels, multiplier)."""
    height, width, channels, multiplier = kernel.shape
    turned = kernel.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    return convolve(graph, layer, x, turned, bias, groups=channels)
