"""The steps an ONNX file takes, and any tensor they make as one more output; without the package `onnx`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tenfold.errors import ModelError

# Numbers of the fields in ONNX's onnx.proto.
GRAPH = 7
NODE, INITIALIZER, INPUT, OUTPUT = 1, 5, 11, 12
NODE_INPUT, NODE_OUTPUT, NODE_KIND = 1, 2, 4
TENSOR_NAME, VALUE_NAME = 8, 1
# Kinds of fields of the wire format: a varint, eight bytes, a length and so many bytes, four bytes.
VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
LONGEST_VARINT = 10


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
    parts = [field for graph in _messages(model, GRAPH) for field in _fields(graph)]
    for number, value in parts:
        if number == NODE and isinstance(value, bytes):
            found.append(_step(value))
        elif number == INPUT and isinstance(value, bytes):
            given |= set(_texts(value, VALUE_NAME))
        elif number == INITIALIZER and isinstance(value, bytes):
            constant |= set(_texts(value, TENSOR_NAME))
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
        for graph in _messages(model, GRAPH)
        for output in _messages(graph, OUTPUT)
        for name in _texts(output, VALUE_NAME)
    }
    wanted = [name for name in dict.fromkeys(names) if name not in given]
    return model + _field(GRAPH, b"".join(_field(OUTPUT, _field(VALUE_NAME, name.encode())) for name in wanted))


def _step(node: bytes) -> Step:
    return Step(
        "".join(_texts(node, NODE_KIND)[-1:]), tuple(_texts(node, NODE_INPUT)), tuple(_texts(node, NODE_OUTPUT))
    )


def _texts(message: bytes, wanted: int) -> list[str]:
    return [text.decode("utf-8", "replace") for text in _messages(message, wanted)]


def _messages(message: bytes, wanted: int) -> list[bytes]:
    return [value for number, value in _fields(message) if number == wanted and isinstance(value, bytes)]


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """The number and the value of each field, but for numbers of fixed size, which nobody here asks for."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == BYTES:
            length, at = _varint(message, at)
        elif kind in (EIGHT, FOUR):
            length = 8 if kind == EIGHT else 4
        else:
            raise _broken(f"a field of kind {kind}")
        if length > len(message) - at:
            raise _broken(f"a field of {length:,} bytes where {len(message) - at:,} are left")
        if kind == BYTES:
            yield number, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number in seven bits a byte, lowest first, and the place behind it."""
    value = 0
    for place in range(LONGEST_VARINT):
        if at + place >= len(message):
            raise _broken("it ends within a number")
        byte = message[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise _broken("a number without end")


def _broken(why: str) -> ModelError:
    return ModelError(f"This is no ONNX file: {why}.", "Export or copy it again.")


def _field(number: int, value: bytes) -> bytes:
    return _number(number << 3 | BYTES) + _number(len(value)) + value


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
