"""What kind of file some bytes are, by how they begin, and how large a picture a WebP says it holds."""

from __future__ import annotations

from codecs import getincrementaldecoder
from os import PathLike
from pathlib import Path

FORMATS = ("PNG", "JPEG", "WebP", "BMP", "GIF", "TIFF")

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),  # BigTIFF
    (b"MM\x00+", "TIFF"),
)
# Sizes of the header that follows; BM alone may be the start of a text.
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
_OTHERS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"8BPS", "a Photoshop file"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
)


def beginning(x: object, count: int) -> bytes:
    """How a file begins, by path or as bytes: at most `count` of them, none of what is neither or cannot be opened."""
    if isinstance(x, bytes | bytearray | memoryview):
        return bytes(x[:count])
    if not isinstance(x, str | PathLike):
        return b""
    path = Path(x)
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(count)
    except (OSError, ValueError):
        return b""  # what is wrong with it, the one who opens it will say


def picture_format(data: bytes) -> str:
    """The format of a picture file, one of `FORMATS`, by its first bytes; empty if it is none of them."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    return next((name for magic, name in _PICTURES if data.startswith(magic)), "")


def describe(data: bytes) -> str:
    """What a file that is no picture seems to be, for a message: ``"a PDF"``; empty if nobody can tell."""
    if data[4:8] == b"ftyp":
        return "an AVIF picture" if data[8:12] in (b"avif", b"avis") else "an HEIC picture or a film"
    known = next((name for magic, name in _OTHERS if data.startswith(magic)), "")
    if known:
        return known
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start and start.startswith(b"<"):
        return "an SVG drawing"
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "text" if _is_text(data[:1024]) else ""


def _is_text(start: bytes) -> bool:
    try:
        text = getincrementaldecoder("utf-8")().decode(start)  # which does not mind a letter cut in two at the end
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char in "\t\r\n\f" for char in text)


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from a WebP file's first chunk; None if it has none of the known kinds.

    Pillow makes room for the whole picture as soon as it opens a WebP, so the limit of pixels has to be
    checked before. Layout of the three chunks: RFC 9649, sections 2.5 to 2.7.
    """
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if chunk == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None
