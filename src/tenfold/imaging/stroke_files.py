"""Files of tablet ink: strokes as JSON or InkML, told from pictures by how they begin, their limits checked first."""

from __future__ import annotations

import json
import re
from typing import Any

from tenfold.errors import DamagedImage, ImageTooLarge, UnreadableImage
from tenfold.types import Strokes

# A digit has some hundred points, a page full of them some thousands.
MAX_INK_BYTES = 1_000_000
MAX_STROKES = 2_000
MAX_POINTS = 20_000
MAX_COORDINATE = 1e6

LOOKED_AT = 1024
EXPECTED = 'Ink is JSON, {"strokes": [{"x": […], "y": […]}, …]}, or InkML.'
_INKML = re.compile(rb"<(?:\w+:)?ink[\s>/]")


def ink_format(start: bytes) -> str:
    """Whether bytes may be ink, by their first `LOOKED_AT`: ``"JSON"``, ``"InkML"``, or empty."""
    head = start[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if head.startswith((b"{", b"[")):
        return "JSON"
    return "InkML" if head.startswith(b"<") and _INKML.search(head) else ""


def parse_ink(data: bytes, name: str) -> Strokes:
    """The strokes in a file.

    Args:
        data: JSON, an object with a list ``strokes`` or such a list itself, each stroke as `Strokes.of` takes it; or
            InkML (W3C 2011): its traces, whatever they are grouped in.
        name: What to call it in messages.

    Raises:
        ImageTooLarge: If there are more bytes than `MAX_INK_BYTES`, which are counted first, or more strokes or points
            than `MAX_STROKES` and `MAX_POINTS`.
        DamagedImage: If it is broken off, or its strokes are none.
        UnreadableImage: If it holds no strokes.
    """
    if len(data) > MAX_INK_BYTES:
        raise _too_much(name, len(data), "bytes", MAX_INK_BYTES)
    kind = ink_format(data)
    if kind == "JSON":
        return strokes_of(_json(data, name), name)
    if kind == "InkML":
        from tenfold.imaging.inkml import parse_inkml

        try:
            return parse_inkml(data, name)
        except ValueError as error:
            raise DamagedImage(f"{name} is damaged InkML: {error!s:.120}.", "Save it again.") from error
    raise UnreadableImage(f"{name} is neither JSON nor InkML.", EXPECTED)


def strokes_of(given: Any, name: str) -> Strokes:
    """Strokes out of what JSON holds.

    Args:
        given: See `parse_ink`.
        name: What to call it in messages.

    Raises:
        ImageTooLarge, DamagedImage, UnreadableImage: See `parse_ink`.
    """
    found = given.get("strokes") if isinstance(given, dict) else given
    if not isinstance(found, list):
        raise UnreadableImage(f'{name} is JSON without a list "strokes".', EXPECTED)
    check_counts(name, len(found), 0)
    try:
        ink = Strokes.of(found)
    except (ValueError, OverflowError) as error:
        raise DamagedImage(f"{name}: these are no strokes: {error!s:.200}.", EXPECTED) from error
    return checked(ink, name)


def check_counts(name: str, strokes: int, points: int) -> None:
    """Refuse too many strokes or points.

    Raises:
        ImageTooLarge: If there are.
    """
    for count, what, most in ((strokes, "strokes", MAX_STROKES), (points, "points", MAX_POINTS)):
        if count > most:
            raise _too_much(name, count, what, most)


def checked(ink: Strokes, name: str) -> Strokes:
    """The ink, if there is not too much of it and none of it is too far away.

    Raises:
        ImageTooLarge: If there is too much.
        DamagedImage: If a coordinate is beyond `MAX_COORDINATE`.
    """
    check_counts(name, len(ink.strokes), sum(len(stroke.x) for stroke in ink.strokes))
    far = max((abs(value) for stroke in ink.strokes for value in stroke.x + stroke.y), default=0.0)
    if far > MAX_COORDINATE:
        raise DamagedImage(
            f"{name}: a coordinate is {far:g}; at most {MAX_COORDINATE:,.0f} is taken.", "Give pixels or millimetres."
        )
    return ink


def _json(data: bytes, name: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedImage(f"{name} is damaged or incomplete JSON: {error!s:.120}.", EXPECTED) from error


def _too_much(name: str, count: int, what: str, most: int) -> ImageTooLarge:
    return ImageTooLarge(f"{name} has {count:,} {what}; the limit for ink is {most:,}.", "Give fewer, or a picture.")
