"""Protocol buffers, which ONNX files are: their fields taken apart and put together, without a package for it."""

from __future__ import annotations

from collections.abc import Iterator

from tenfold.errors import ModelError

# Kinds of fields of the wire format: a varint, eight bytes, a length and so many bytes, four bytes.
VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
LONGEST_VARINT = 10


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """The number and the value of each field, but for numbers of fixed size, which nobody here asks for.

    Raises:
        ModelError: If it is no message, as soon as that shows; so do all functions here that read.
    """
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


def messages(message: bytes, wanted: int) -> list[bytes]:
    """What stands in each occurrence of a field of messages, texts or bytes."""
    return [value for number, value in fields(message) if number == wanted and isinstance(value, bytes)]


def texts(message: bytes, wanted: int) -> list[str]:
    """What stands in each occurrence of a field of text."""
    return [text.decode("utf-8", "replace") for text in messages(message, wanted)]


def numbers(message: bytes, wanted: int) -> list[int]:
    """The whole numbers of a field, packed or one by one."""
    found: list[int] = []
    for number, value in fields(message):
        if number != wanted:
            continue
        if isinstance(value, int):
            found.append(value)
            continue
        at = 0
        while at < len(value):
            one, at = _varint(value, at)
            found.append(one)
    return found


def field(number: int, value: bytes) -> bytes:
    """A field of a message, text or bytes, as it stands in a file."""
    return _number(number << 3 | BYTES) + _number(len(value)) + value


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


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
