"""Opens what a range of entries names, one picture after the other."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress

from tenfold.config import Settings
from tenfold.errors import DataError, UnreadableImage
from tenfold.imaging.load import Source
from tenfold.scale.entries import Entry
from tenfold.scale.files import Files
from tenfold.scale.pages import Document, open_document
from tenfold.scale.parquet_rows import ParquetRows
from tenfold.scale.zip_members import read_member, too_large

Opened = tuple[str, int, "Source | UnreadableImage"]


class Pictures:
    """Opens pictures; a document or Parquet file stays open until another one is asked for.

    Args:
        files: The place they lie in.
        settings: Limits.
    """

    def __init__(self, files: Files, settings: Settings) -> None:
        self._files, self._settings = files, settings
        self._key: tuple[object, ...] = ()
        self._open: Document | ParquetRows | None = None

    def of(self, entries: list[Entry]) -> Iterator[Opened]:
        """Every picture of some entries.

        Args:
            entries: A range of the listing.

        Yields:
            Its name, the number of its page from 1, and what a recogniser takes, valid until the next; or what is
            wrong with it.
        """
        for entry in entries:
            pages = range(entry.first, entry.first + entry.count)
            for index, source in zip(pages, self._sources(entry, pages), strict=True):
                yield entry.title(index), index + 1 if entry.kind in ("pdf", "tiff") else 1, source

    def close(self) -> None:
        """Close what is open."""
        if self._open is not None:
            with suppress(OSError):  # it was only read
                self._open.close()
        self._key, self._open = (), None

    def _sources(self, entry: Entry, pages: range) -> Iterator[Source | UnreadableImage]:
        if entry.kind == "parquet":
            yield from self._rows(entry)
            return
        for index in pages:
            try:
                yield self._source(entry, index)
            except UnreadableImage as error:
                yield error
            except OSError as error:
                yield _not_opened(error)

    def _source(self, entry: Entry, index: int) -> Source:
        if entry.kind == "failed":
            raise UnreadableImage(entry.reason)
        return self._content(entry) if entry.kind == "picture" else self._document(entry).page(index)

    def _content(self, entry: Entry) -> bytes:
        most = self._settings.max_bytes
        if entry.size > most:
            raise too_large(most)
        with self._files.open(entry.path) as file:
            if entry.member is not None:
                return read_member(file, entry.member, most)
            return file.read(most + 1)

    def _document(self, entry: Entry) -> Document:
        key = (entry.path, entry.member)
        if key != self._key or not isinstance(self._open, Document):
            self.close()
            content = self._files.open(entry.path) if entry.member is None else io.BytesIO(self._content(entry))
            self._open, self._key = open_document(entry.kind, content, entry.size, self._settings), key
        return self._open

    def _rows(self, entry: Entry) -> Iterator[Source | UnreadableImage]:
        if (entry.path,) != self._key or not isinstance(self._open, ParquetRows):
            self.close()
            try:
                self._open, self._key = ParquetRows(self._files.open(entry.path), entry.name), (entry.path,)
            except (DataError, OSError) as error:
                why = UnreadableImage(str(error)) if isinstance(error, DataError) else _not_opened(error)
                for _ in range(entry.count):
                    yield why
                return
        yield from self._open.read(entry.column, entry.group, entry.first, entry.count)


def _not_opened(error: OSError) -> UnreadableImage:
    return UnreadableImage(f"It cannot be opened: {error.strerror or error}.", "Check that you may read it.")
