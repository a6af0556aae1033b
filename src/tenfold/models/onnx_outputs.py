"""The steps an ONNX file takes, and any tensor they make as one more output; without the package `onnx`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tenfold.models.protobuf import field, fields, messages, texts

# Numbers of the fields in ONNX's onnx.proto.
GRAPH = 7
NODE, INITIALIZER, INPUT, OUTPUT = 1, 5, 11, 12
NODE_INPUT, NODE_OUTPUT, NODE_KIND = 1, 2, 4
TENSOR_NAME, VALUE_NAME = 8, 1


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a network.

    Attributes:
        kind: Its name in ONNX: ``"Conv"``, ``"Relu"``.
        inputs: Names of the tensors it takes; an empty one stands for one that is left out.
        outputs: Names of the tensors it makes.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def steps(model: bytes) -> list[Step]:
    """What a network makes of its inputs, step by step; steps that concern constants alone are left out.

    Args:
        model: A serialised ONNX model.

    Raises:
        ModelError: If it is none.
    """
    found: list[Step] = []
    given: set[str] = set()
    constant: set[str] = set()
    # Of a message that stands there twice the parts belong together.
    parts = [part for graph in messages(model, GRAPH) for part in fields(graph)]
    for number, value in parts:
        if number == NODE and isinstance(value, bytes):
            found.append(_step(value))
        elif number == INPUT and isinstance(value, bytes):
            given |= set(texts(value, VALUE_NAME))
        elif number == INITIALIZER and isinstance(value, bytes):
            constant |= set(texts(value, TENSOR_NAME))
    reached = given - constant  # old files name their weights among the inputs too
    rest = []
    for step in found:
        if reached & set(step.inputs):
            reached |= set(step.outputs)
            rest.append(step)
    return rest


def with_outputs(model: bytes, names: Sequence[str]) -> bytes:
    """The same model, with tensors of it as outputs behind those it has.

    Nothing in the file is changed: of a message that stands in a protocol buffer twice, readers merge the two, so a
    graph of nothing but outputs put behind the file adds them to its own.

    Args:
        model: A serialised ONNX model.
        names: Of tensors that some step makes; what is an output already stays the one it is. ONNX Runtime finds their
            types and shapes by itself.

    Raises:
        ModelError: If it is no ONNX model.
    """
    given = {
        name
        for graph in messages(model, GRAPH)
        for output in messages(graph, OUTPUT)
        for name in texts(output, VALUE_NAME)
    }
    wanted = [name for name in dict.fromkeys(names) if name not in given]
    return model + field(GRAPH, b"".join(field(OUTPUT, field(VALUE_NAME, name.encode())) for name in wanted))


def _step(node: bytes) -> Step:
    return Step("".join(texts(node, NODE_KIND)[-1:]), tuple(texts(node, NODE_INPUT)), tuple(texts(node, NODE_OUTPUT)))
