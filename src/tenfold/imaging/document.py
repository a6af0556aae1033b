"""The pages of a document, one at a time: of a PDF each as a picture, of a picture itself."""

from __future__ import annotations

import io
import mmap
import threading
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.config import Settings
from tenfold.errors import DamagedImage, ImageTooLarge, UnreadableImage
from tenfold.imaging.draw import draw_sheet
from tenfold.imaging.header import beginning
from tenfold.imaging.load import INK, Source, load, strokes_in
from tenfold.types import Picture, Pixels

START = b"%PDF-"
# A PDF may begin with so much else.
SEARCHED = 1024
# Pages are drawn with this many pixels on the longer side, but no finer than 300 dots an inch.
SIDE = 2600
FINEST = 300 / 72
_lock = threading.Lock()
"""PDFium works for one thread at a time."""


def is_pdf(x: Source) -> bool:
    """Whether an input is a PDF, by path or as bytes."""
    return START in beginning(x, SEARCHED)


def count_pages(x: Source, settings: Settings) -> int:
    """How many pages a document has; 1 for a picture.

    Raises:
        UnreadableImage: If it is a PDF that cannot be opened.
    """
    if not is_pdf(x):
        return 1
    with _lock:
        document = _opened(x, settings)
        try:
            return len(document)
        finally:
            document.close()


def open_pages(x: Source, settings: Settings) -> Iterator[Picture | UnreadableImage]:
    """The pages of a document as pictures; only one is held at a time.

    Args:
        x: A picture as for `tenfold.imaging.load.load`, or a PDF by path or as bytes.
        settings: Limits.

    Yields:
        A picture a page; for a page that cannot be drawn what is wrong with it, as others may be sound.

    Raises:
        UnreadableImage: If it cannot be opened; says why: damaged, behind a password, too large.
        UsageError: If `x` is of a type Tenfold does not know.
    """
    if (ink := strokes_in(x, settings.max_bytes)) is not None:
        yield Picture(draw_sheet(ink), INK)
        return
    if not is_pdf(x):
        yield load(x, max_bytes=settings.max_bytes, max_pixels=settings.max_pixels)
        return
    with _lock:
        document = _opened(x, settings)
    try:
        for number in range(len(document)):
            try:
                with _lock:
                    pixels = _drawn(document, number, _name(x))
            except UnreadableImage as error:
                yield error
            else:
                yield Picture(pixels, f"{_name(x)}, page {number + 1}")
    finally:
        with _lock:
            document.close()


def _name(x: Source) -> str:
    return str(x) if isinstance(x, str | PathLike) else "The data"


def _opened(x: Any, settings: Settings) -> Any:
    import pypdfium2

    size = Path(x).stat().st_size if isinstance(x, str | PathLike) else len(x)
    if size > settings.max_document_bytes:
        raise ImageTooLarge(
            f"{_name(x)} has {size:,} bytes; the limit for a PDF is {settings.max_document_bytes:,}.",
            "Split it, or raise the setting max_document_bytes (TENFOLD_MAX_DOCUMENT_BYTES).",
        )
    # PDFium leaves a file open that it could not make out: it is not to open it itself.
    data = io.BytesIO(x) if not isinstance(x, str | PathLike) else Path(x).open("rb")  # noqa: SIM115 - PDFium reads on
    try:
        document = pypdfium2.PdfDocument(data, autoclose=True)
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        data.close()
        # PDFium's last complaint may be one about another document.
        if "password" in str(error).lower() and _holds(x, b"/Encrypt"):
            raise UnreadableImage(
                f"{_name(x)} is a PDF behind a password.", "Save it without one, or print its pages to pictures."
            ) from error
        raise DamagedImage(f"{_name(x)} is a damaged PDF, or has no pages.", "Save or scan it again.") from error
    if pages == 0:
        document.close()
        raise DamagedImage(f"{_name(x)} is a damaged PDF, or has no pages.", "Save or scan it again.")
    return document


def _holds(x: Any, part: bytes) -> bool:
    if not isinstance(x, str | PathLike):
        return part in bytes(x)
    with Path(x).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(part) >= 0


def _drawn(document: Any, number: int, name: str) -> Pixels:
    """A page of a PDF as RGB."""
    import pypdfium2

    try:
        page = document[number]
        try:
            longer = max(1.0, *page.get_size())
            bitmap = page.render(scale=min(FINEST, SIDE / longer), rev_byteorder=True)
            try:
                pixels = np.array(bitmap.to_numpy()[..., :3])
            finally:
                bitmap.close()
        finally:
            page.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError, OSError) as error:
        raise DamagedImage(
            f"Page {number + 1} of {name} cannot be drawn ({error}).", "Save or scan it again."
        ) from error
    return (
        pixels if pixels.ndim == 3 and pixels.shape[2] == 3 else np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, 2)
    )
