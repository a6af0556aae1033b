"""A small builder of ONNX graphs that keeps track of how each Keras tensor is laid out in ONNX."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnx import NodeProto

Array = npt.NDArray[Any]

OPSET = 17
IR_VERSION = 8


@dataclass(frozen=True, slots=True)
class Value:
    """One tensor: its name in ONNX and its shape in Keras.

    Keras' image tensors (h, w, c) are kept as (c, h, w) in ONNX, where convolutions want them so; every
    other tensor lies as Keras has it. A flattened image stays in the order c, h, w until somebody asks
    for Keras' order, which the usual dense layer does not: its weights are put in that order instead.

    Attributes:
        name: Name of the tensor in the ONNX graph.
        shape: Keras' shape without the batch.
        flattened: The shape (h, w, c) of the image a flat tensor was made of, while its values still
            lie in the order c, h, w.
        uses: How many layers take it.
    """

    name: str
    shape: tuple[int, ...]
    flattened: tuple[int, int, int] | None = None
    uses: int = 1

    @property
    def is_image(self) -> bool:
        return len(self.shape) == 3


@dataclass(frozen=True, slots=True)
class Affine:
    """The weights of a layer that has no activation, into which a scale and a shift can be folded."""

    kernel: str
    bias: str
    axis: int


class Graph:
    """Nodes and weights, in the order they were added. Names count up by kind, so equal models give equal bytes."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.weights: dict[str, Array] = {}
        self._affine: dict[str, Affine] = {}
        self._names: Counter[str] = Counter()

    def node(self, kind: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Append a node; returns the name of its output."""
        from onnx import helper

        name = self._new(kind.lower())
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def weight(self, kind: str, values: Any, dtype: type = np.float32) -> str:
        """Add a constant; returns its name."""
        name = self._new(kind)
        self.weights[name] = np.ascontiguousarray(values, dtype)
        return name

    def _new(self, kind: str) -> str:
        self._names[kind] += 1
        return f"{kind}_{self._names[kind]}"

    def reshape(self, name: str, shape: Sequence[int]) -> str:
        """Reshape to (n, *shape) in ONNX's own layout."""
        return self.node("Reshape", [name, self.weight("shape", [-1, *shape], np.int64)])

    def linear(self, name: str, shape: tuple[int, ...], affine: Affine) -> Value:
        """The output of a layer without activation, remembered for `fold`."""
        self._affine[name] = affine
        return Value(name, shape)

    def fold(self, x: Value, scale: Array, shift: Array) -> bool:
        """Put ``x * scale + shift``, per channel, into the weights that made x.

        Returns:
            False, and nothing is changed, if x was not made by a linear layer or others use it too.
        """
        affine = self._affine.get(x.name)
        if affine is None or x.uses > 1:
            return False
        kernel, bias = self.weights[affine.kernel], self.weights[affine.bias]
        along = [-1 if axis == affine.axis else 1 for axis in range(kernel.ndim)]
        self.weights[affine.kernel] = np.asarray(kernel * scale.reshape(along), np.float32)
        self.weights[affine.bias] = np.asarray(bias * scale + shift, np.float32)
        return True

    def per_channel(self, x: Value, kind: str, values: Array) -> str:
        """A constant with one value for each of x's channels (Keras' last axis), ready to broadcast with x."""
        if x.is_image:
            return self.weight(kind, values.reshape(-1, 1, 1))
        if x.flattened:
            h, w, c = x.flattened
            return self.weight(kind, values.reshape(h, w, c).transpose(2, 0, 1).reshape(-1))
        return self.weight(kind, values)

    def elementwise(self, x: Value, make: Callable[[str], str]) -> Value:
        """Apply nodes that treat every number alike, whatever the layout."""
        return replace(x, name=make(x.name), uses=1)

    def flatten(self, x: Value) -> Value:
        """Keras' Flatten, without moving anything."""
        size = int(np.prod(x.shape))
        if len(x.shape) == 1:
            return x
        name = self.node("Flatten", [x.name], axis=1)
        if not x.is_image or x.shape[2] == 1 or x.shape[:2] == (1, 1):
            return Value(name, (size,))
        h, w, c = x.shape
        return Value(name, (size,), flattened=(h, w, c))

    def in_keras_order(self, x: Value) -> Value:
        """A flat tensor with its values in the order Keras has them."""
        if x.flattened is None:
            return x
        h, w, c = x.flattened
        turned = self.node("Transpose", [self.reshape(x.name, (c, h, w))], perm=[0, 2, 3, 1])
        return Value(self.node("Flatten", [turned], axis=1), x.shape)

    def from_keras_order(self, name: str, shape: tuple[int, ...]) -> Value:
        """A tensor of any shape whose values lie in Keras' order, brought into this graph's layout."""
        if len(shape) != 3:
            return Value(self.reshape(name, shape), shape)
        h, w, c = shape
        if c == 1 or (h, w) == (1, 1):
            return Value(self.reshape(name, (c, h, w)), shape)
        return Value(self.node("Transpose", [self.reshape(name, shape)], perm=[0, 3, 1, 2]), shape)

    def serialize(self, given: Value, answer: Value, called: str) -> bytes:
        """The finished model.

        Args:
            given: The input; its shape is the one users feed.
            answer: The tensor to give out.
            called: Name of the output.

        Returns:
            The bytes of an ONNX file; the batch is left open; equal graphs give equal bytes.
        """
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        if answer.name == given.name:
            answer = replace(answer, name=self.node("Identity", [answer.name]))
        for node in self.nodes:
            for names in (node.input, node.output):
                names[:] = [called if name == answer.name else name for name in names]
        graph = helper.make_graph(
            self.nodes,
            "tenfold",
            [helper.make_tensor_value_info(given.name, TensorProto.FLOAT, ["n", *given.shape])],
            [helper.make_tensor_value_info(called, TensorProto.FLOAT, ["n", *answer.shape])],
            [numpy_helper.from_array(values, name) for name, values in self.weights.items()],
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION, producer_name="tenfold")
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))
