"""A page of known tones, and files that hold it, for the tests of loading."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from tenfold.types import Picture

INK, PAPER = 20, 240


def page() -> np.ndarray:
    """A grey page 60 wide and 40 high with ink in its top left corner only."""
    pixels = np.full((40, 60), PAPER, np.uint8)
    pixels[4:16, 4:24] = INK
    return pixels


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def grey(picture: Picture) -> np.ndarray:
    """The tones of a picture, whatever its number of channels."""
    pixels = picture.pixels
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 2 or pixels.shape[2] == 3
    return pixels.astype(float) if pixels.ndim == 2 else pixels.mean(axis=2)


def shows_the_page(picture: Picture, tolerance: float = 25) -> None:
    np.testing.assert_allclose(grey(picture), page(), atol=tolerance)


def png(width: int, height: int, rows: bytes, bits: int = 8, colour: int = 0, before_data: bytes = b"") -> bytes:
    """A PNG by hand: what no library would write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + before_data
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )
