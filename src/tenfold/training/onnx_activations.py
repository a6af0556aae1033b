"""Keras' activation functions in ONNX."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tenfold.errors import TenfoldError
from tenfold.training.onnx_graph import Graph, Value


def unsupported(what: str) -> TenfoldError:
    """The error for a part of a network the converter has no rule for."""
    return TenfoldError(
        f"Cannot export this network to ONNX: {what}.",
        "Build it from the layers named in the documentation of tenfold export.",
    )


def activation(graph: Graph, function: Any, x: Value) -> Value:
    """Apply a Keras activation function.

    Args:
        graph: Where the nodes go.
        function: One of the functions in ``keras.activations``.
        x: The tensor to apply it to.

    Raises:
        TenfoldError: If there is no rule for it; a user's own function never has one.
    """
    import keras

    name = str(getattr(function, "__name__", function))
    if getattr(keras.activations, name, None) is not function:
        raise unsupported(f"there is no rule for the activation {name!r}")
    if name == "linear":
        return x
    if name in ("softmax", "log_softmax"):
        return softmax(graph, x, "Softmax" if name == "softmax" else "LogSoftmax")
    if name not in _ELEMENTWISE:
        raise unsupported(f"there is no rule for the activation {name!r}")
    rule = _ELEMENTWISE[name]
    return graph.elementwise(x, lambda tensor: rule(graph, tensor))


def softmax(graph: Graph, x: Value, kind: str = "Softmax") -> Value:
    """Softmax or LogSoftmax over Keras' last axis."""
    x = graph.in_keras_order(x)
    return Value(graph.node(kind, [x.name], axis=1 if x.is_image else -1), x.shape)


def clip(graph: Graph, x: str, low: float, high: float) -> str:
    """Values outside low..high set to the nearer end."""
    return graph.node("Clip", [x, graph.weight("low", low), graph.weight("high", high)])


def _node(kind: str, **attributes: Any) -> Callable[[Graph, str], str]:
    return lambda graph, x: graph.node(kind, [x], **attributes)


def _silu(graph: Graph, x: str) -> str:
    return graph.node("Mul", [x, graph.node("Sigmoid", [x])])


def _mish(graph: Graph, x: str) -> str:
    return graph.node("Mul", [x, graph.node("Tanh", [graph.node("Softplus", [x])])])


def _gelu(graph: Graph, x: str) -> str:
    share = graph.node("Erf", [graph.node("Mul", [x, graph.weight("factor", math.sqrt(0.5))])])
    half = graph.node("Mul", [x, graph.weight("factor", 0.5)])
    return graph.node("Mul", [half, graph.node("Add", [share, graph.weight("one", 1.0)])])


_ELEMENTWISE: dict[str, Callable[[Graph, str], str]] = {
    "elu": _node("Elu", alpha=1.0),
    "exponential": _node("Exp"),
    "gelu": _gelu,
    "hard_sigmoid": _node("HardSigmoid", alpha=1 / 6, beta=0.5),
    "hard_silu": _node("HardSwish"),
    "leaky_relu": _node("LeakyRelu", alpha=0.2),
    "mish": _mish,
    "relu": _node("Relu"),
    "relu6": lambda graph, x: clip(graph, x, 0.0, 6.0),
    "selu": _node("Selu", alpha=1.6732632423543772, gamma=1.0507009873554805),
    "sigmoid": _node("Sigmoid"),
    "silu": _silu,
    "softplus": _node("Softplus"),
    "softsign": _node("Softsign"),
    "tanh": _node("Tanh"),
}
