"""The pages of TIFF and PDF files, counted and taken out one at a time; the whole is never held."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol, runtime_checkable

from PIL.TiffImagePlugin import TiffImageFile

from tenfold.config import Settings
from tenfold.errors import DamagedImage, ImageTooLarge, UnreadableImage
from tenfold.imaging.document import open_pages
from tenfold.imaging.load import Source


@runtime_checkable
class Document(Protocol):
    """An open file of several pages."""

    def __len__(self) -> int: ...

    def page(self, index: int) -> Source:
        """One page as `Recognizer.predict` takes it; valid until the next one is asked for.

        Raises:
            UnreadableImage: If it cannot be taken out.
        """
        ...

    def close(self) -> None: ...


def open_document(kind: str, file: BinaryIO, size: int, settings: Settings) -> Document:
    """Open a TIFF or PDF.

    Args:
        kind: ``"tiff"`` or ``"pdf"``.
        file: Its content; closed with the document, or if there is none.
        size: Its bytes.
        settings: Limits.

    Raises:
        UnreadableImage: If it cannot be opened, or is too large.
    """
    try:
        if size > settings.max_document_bytes:
            raise ImageTooLarge(
                f"It has {size:,} bytes; the limit for a document is {settings.max_document_bytes:,}.",
                "Split it, or raise the setting max_document_bytes (TENFOLD_MAX_DOCUMENT_BYTES).",
            )
        return Tiff(file) if kind == "tiff" else Pdf(file, settings)
    except UnreadableImage:
        file.close()
        raise


class Tiff:
    """The pages of a TIFF.

    Args:
        file: Its content.

    Raises:
        DamagedImage: If it cannot be opened.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        with _stumbling("It is a damaged or incomplete TIFF"):
            self._image = TiffImageFile(file)
            self._pages = int(self._image.n_frames)

    def __len__(self) -> int:
        return self._pages

    def page(self, index: int) -> Source:
        with _stumbling(f"Page {index + 1} is damaged or incomplete"):
            self._image.seek(index)
        return self._image

    def close(self) -> None:
        self._image.close()
        self._file.close()


@contextmanager
def _stumbling(what: str) -> Iterator[None]:
    """Pillow warns of damaged tags, and raises whatever a damaged file makes it stumble over."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:  # whatever it is: see above
        raise DamagedImage(f"{what} ({error or type(error).__name__}).", "Save or send it again.") from error


class Pdf:
    """The pages of a PDF.

    A page is taken out as a PDF of its own, and drawn by the one function that draws pages: any range of pages costs
    what its own pages cost.

    Args:
        file: Its content.
        settings: Limits.

    Raises:
        UnreadableImage: If it cannot be opened: damaged, without pages, behind a password.
    """

    def __init__(self, file: BinaryIO, settings: Settings) -> None:
        import pypdfium2

        self._file, self._settings = file, settings
        try:
            self._document: Any = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise UnreadableImage("It is a PDF behind a password.", "Save it without one.") from error
            raise DamagedImage("It is a damaged PDF.", "Save or scan it again.") from error
        if not len(self._document):
            self._document.close()
            raise DamagedImage("It is a PDF without pages.", "Save or scan it again.")

    def __len__(self) -> int:
        return len(self._document)

    def page(self, index: int) -> Source:
        import pypdfium2

        alone = io.BytesIO()
        try:
            single = pypdfium2.PdfDocument.new()
            try:
                single.import_pages(self._document, [index])
                single.save(alone)
            finally:
                single.close()
        except (pypdfium2.PdfiumError, ValueError, OSError) as error:
            raise DamagedImage(f"Page {index + 1} cannot be drawn ({error}).", "Save or scan it again.") from error
        drawn = next(open_pages(alone.getvalue(), self._settings))
        if isinstance(drawn, UnreadableImage):
            raise drawn
        return drawn

    def close(self) -> None:
        self._document.close()
        self._file.close()
