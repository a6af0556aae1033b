"""Strokes out of JSON: the movements of a pen, as programs for tablets and Tenfold's server write them."""

from __future__ import annotations

import json

from tenfold.errors import DamagedImage, ImageTooLarge
from tenfold.types import Strokes

EXPECTED = 'Expected {"strokes": [{"x": […], "y": […]}, …]}, or that list alone.'
MAX_POINTS = 20_000


def is_json(data: bytes) -> bool:
    """Whether data begins as strokes in JSON do; no picture does."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def read_strokes(data: bytes, name: str, max_bytes: int) -> Strokes:
    """The strokes in JSON.

    Args:
        data: The text, UTF-8.
        name: What to call it in messages.
        max_bytes: Largest text accepted.

    Raises:
        ImageTooLarge: If a limit is exceeded.
        DamagedImage: If it is no JSON or holds no strokes.
    """
    if len(data) > max_bytes:
        raise ImageTooLarge(f"{name} has more than {max_bytes:,} bytes.", "Send fewer points.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedImage(f"{name} is not JSON: {error!s:.120}.", EXPECTED) from error
    given = found.get("strokes") if isinstance(found, dict) else found
    if not isinstance(given, list):
        raise DamagedImage(f"{name} holds no strokes.", EXPECTED)
    try:
        strokes = Strokes.of(given)
    except (ValueError, OverflowError) as error:
        raise DamagedImage(f"{name} holds no strokes: {error!s:.200}.", EXPECTED) from error
    points = sum(len(stroke.x) for stroke in strokes.strokes)
    if points > MAX_POINTS:
        raise ImageTooLarge(f"{name} has {points:,} points; the limit is {MAX_POINTS:,}.", "Send fewer points.")
    return strokes
