"""One rule a Keras layer: the ONNX nodes that compute what the layer computes when it is not training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tenfold.training.onnx_activations import activation, clip, softmax, unsupported
from tenfold.training.onnx_graph import Affine, Array, Graph, Value
from tenfold.training.onnx_windows import convolve, depthwise, window

Rule = Callable[[Graph, Any, list[Value]], Value]

# Layers that do nothing once training is over.
IDENTITY = frozenset(
    {
        "ActivityRegularization",
        "AlphaDropout",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "Identity",
        "RandomBrightness",
        "RandomColorJitter",
        "RandomContrast",
        "RandomElasticTransform",
        "RandomErasing",
        "RandomFlip",
        "RandomGaussianBlur",
        "RandomInvert",
        "RandomPerspective",
        "RandomPosterization",
        "RandomRotation",
        "RandomSharpness",
        "RandomShear",
        "RandomTranslation",
        "RandomZoom",
        "SpatialDropout2D",
    }
)
_RULES: dict[str, Rule] = {}


def rule_for(layer: Any) -> Rule:
    """The rule for a layer.

    Raises:
        TenfoldError: If there is none; a class from outside Keras never has one, whatever its name.
    """
    kind = type(layer).__name__
    own = type(layer).__module__.split(".")[0] != "keras"
    if own or not (kind in _RULES or kind in IDENTITY):
        raise unsupported(f"there is no rule for layer {layer.name!r} of class {kind}")
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise unsupported(f"layer {layer.name!r} has data_format channels_first")
    return _RULES.get(kind, _identity)


def _identity(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    return inputs[0]


def _rule(*kinds: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        _RULES.update(dict.fromkeys(kinds, rule))
        return rule

    return register


def _numbers(weight: Any) -> Array:
    return np.asarray(weight, np.float32)


def _bias(layer: Any, size: int) -> Array:
    return _numbers(layer.bias) if layer.use_bias else np.zeros(size, np.float32)


def _activated(graph: Graph, layer: Any, x: Value) -> Value:
    return activation(graph, layer.activation, x)


# -- dense and convolution ----------------------------------------------------------------------------------


@_rule("Dense")
def _dense(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    kernel = _numbers(layer.kernel)
    if x.flattened:
        h, w, c = x.flattened
        kernel = kernel.reshape(h, w, c, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
    if x.is_image:
        raise unsupported(f"layer {layer.name!r} is a Dense on an image; put Flatten before it")
    weights, bias = graph.weight("kernel", kernel), graph.weight("bias", _bias(layer, kernel.shape[1]))
    if len(x.shape) == 1:
        name = graph.node("Gemm", [x.name, weights, bias])
    else:
        name = graph.node("Add", [graph.node("MatMul", [x.name, weights]), bias])
    return _activated(graph, layer, graph.linear(name, (*x.shape[:-1], kernel.shape[1]), Affine(weights, bias, 1)))


@_rule("Conv2D")
def _conv(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    kernel = _numbers(layer.kernel).transpose(3, 2, 0, 1)
    made = convolve(graph, layer, inputs[0], kernel, _bias(layer, kernel.shape[0]), layer.groups)
    return _activated(graph, layer, made)


@_rule("DepthwiseConv2D")
def _depthwise_conv(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    kernel = _numbers(layer.kernel)
    made = depthwise(graph, layer, inputs[0], kernel, _bias(layer, kernel.shape[2] * kernel.shape[3]))
    return _activated(graph, layer, made)


@_rule("SeparableConv2D")
def _separable_conv(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    kernel = _numbers(layer.depthwise_kernel)
    pointwise = _numbers(layer.pointwise_kernel).transpose(3, 2, 0, 1)
    no_bias = np.zeros(kernel.shape[2] * kernel.shape[3], np.float32)
    x = depthwise(graph, layer, inputs[0], kernel, no_bias)
    return _activated(
        graph, layer, convolve(graph, layer, x, pointwise, _bias(layer, pointwise.shape[0]), pointwise=True)
    )


# -- scaling and normalising --------------------------------------------------------------------------------


def _scaled(graph: Graph, x: Value, scale: Array, shift: Array) -> Value:
    """``x * scale + shift`` for each channel, folded into the layer before where that is possible."""
    if graph.fold(x, scale, shift):
        return x
    if np.any(scale != 1):
        factor = graph.per_channel(x, "scale", scale)
        x = graph.elementwise(x, lambda name: graph.node("Mul", [name, factor]))
    if np.any(shift != 0):
        offset = graph.per_channel(x, "shift", shift)
        x = graph.elementwise(x, lambda name: graph.node("Add", [name, offset]))
    return x


@_rule("BatchNormalization")
def _batch_normalization(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    axis = layer.axis[0] if isinstance(layer.axis, list | tuple) else layer.axis
    if axis not in (-1, len(x.shape)):
        raise unsupported(f"layer {layer.name!r} normalises over axis {axis}, not over the channels")
    scale = 1 / np.sqrt(np.asarray(layer.moving_variance, np.float64) + layer.epsilon)
    if layer.scale:
        scale = scale * np.asarray(layer.gamma, np.float64)
    shift = -np.asarray(layer.moving_mean, np.float64) * scale
    if layer.center:
        shift = shift + np.asarray(layer.beta, np.float64)
    return _scaled(graph, x, scale, shift)


@_rule("Rescaling")
def _rescaling(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    try:
        scale, shift = (np.broadcast_to(np.asarray(v, np.float64), x.shape[-1:]) for v in (layer.scale, layer.offset))
    except ValueError as error:
        raise unsupported(f"layer {layer.name!r} has a scale or offset that is not one number a channel") from error
    return _scaled(graph, x, scale, shift)


# -- activations that are layers ----------------------------------------------------------------------------


@_rule("Activation")
def _activation(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    return _activated(graph, layer, inputs[0])


@_rule("ReLU")
def _relu(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    if layer.threshold or (layer.negative_slope and layer.max_value is not None):
        raise unsupported(f"layer {layer.name!r} is a ReLU with a threshold, or with a slope and a largest value")
    if layer.max_value is not None:
        return graph.elementwise(inputs[0], lambda x: clip(graph, x, 0.0, float(layer.max_value)))
    if layer.negative_slope:
        return _leaky_relu(graph, layer, inputs)
    return graph.elementwise(inputs[0], lambda x: graph.node("Relu", [x]))


@_rule("LeakyReLU")
def _leaky_relu(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    slope = float(layer.negative_slope)
    return graph.elementwise(inputs[0], lambda x: graph.node("LeakyRelu", [x], alpha=slope))


@_rule("ELU")
def _elu(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    return graph.elementwise(inputs[0], lambda x: graph.node("Elu", [x], alpha=float(layer.alpha)))


@_rule("PReLU")
def _prelu(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    x = graph.in_keras_order(inputs[0])
    slope = _numbers(layer.alpha)
    name = graph.weight("slope", slope.transpose(2, 0, 1) if x.is_image else slope)
    return graph.elementwise(x, lambda tensor: graph.node("PRelu", [tensor, name]))


@_rule("Softmax")
def _softmax(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    if layer.axis not in (-1, len(inputs[0].shape)):
        raise unsupported(f"layer {layer.name!r} is a Softmax over axis {layer.axis}, not over the last")
    return softmax(graph, inputs[0])


# -- pooling and padding ------------------------------------------------------------------------------------


@_rule("MaxPooling2D", "AveragePooling2D")
def _pool(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    kind = "MaxPool" if type(layer).__name__ == "MaxPooling2D" else "AveragePool"
    attributes, (height, width) = window(layer, x, layer.pool_size, layer.strides)
    return Value(graph.node(kind, [x.name], **attributes), (height, width, x.shape[2]))


@_rule("GlobalAveragePooling2D", "GlobalMaxPooling2D")
def _global_pool(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    kind = "GlobalMaxPool" if type(layer).__name__ == "GlobalMaxPooling2D" else "GlobalAveragePool"
    pooled = Value(graph.node(kind, [x.name]), (1, 1, x.shape[2]))
    return pooled if layer.keepdims else graph.flatten(pooled)


@_rule("ZeroPadding2D")
def _zero_padding(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    (top, bottom), (left, right) = layer.padding
    pads = graph.weight("pads", [0, 0, top, left, 0, 0, bottom, right], np.int64)
    height, width, channels = x.shape
    return Value(graph.node("Pad", [x.name, pads]), (height + top + bottom, width + left + right, channels))


# -- shape and merging --------------------------------------------------------------------------------------


@_rule("Flatten")
def _flatten(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    return graph.flatten(inputs[0])


@_rule("Reshape")
def _reshape(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    target = [int(size) for size in layer.target_shape]
    if -1 in target:
        known = -int(np.prod(target))
        target[target.index(-1)] = int(np.prod(x.shape)) // known
    if tuple(target) == x.shape:
        return x
    flat = graph.in_keras_order(graph.flatten(x))
    return flat if len(target) == 1 else graph.from_keras_order(flat.name, tuple(target))


@_rule("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
def _merge(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    kind = type(layer).__name__
    node = {"Add": "Add", "Subtract": "Sub", "Multiply": "Mul", "Average": "Mean", "Maximum": "Max", "Minimum": "Min"}
    if len({len(x.shape) for x in inputs}) > 1:
        raise unsupported(f"layer {layer.name!r} merges tensors of different rank")
    if len({x.flattened for x in inputs}) > 1:
        inputs = [graph.in_keras_order(x) for x in inputs]
    shape = np.broadcast_shapes(*(x.shape for x in inputs))
    names = [x.name for x in inputs]
    if kind in ("Average", "Maximum", "Minimum"):
        name = graph.node(node[kind], names)
    else:
        name = names[0]
        for other in names[1:]:
            name = graph.node(node[kind], [name, other])
    return Value(name, shape, inputs[0].flattened)


@_rule("Concatenate")
def _concatenate(graph: Graph, layer: Any, inputs: list[Value]) -> Value:
    inputs = [graph.in_keras_order(x) for x in inputs]
    rank = len(inputs[0].shape) + 1
    axis = layer.axis % rank
    shape = list(inputs[0].shape)
    shape[axis - 1] = sum(x.shape[axis - 1] for x in inputs)
    inside = {1: 2, 2: 3, 3: 1}[axis] if inputs[0].is_image else axis
    return Value(graph.node("Concat", [x.name for x in inputs], axis=inside), tuple(shape))
