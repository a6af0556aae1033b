"""Lists what an input holds, in an order that is always the same, without reading the pictures."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from tenfold.config import Settings
from tenfold.errors import DamagedImage, DataError, UnreadableImage
from tenfold.scale.entries import Entry, Kind
from tenfold.scale.files import Files, Found, walk
from tenfold.scale.pages import open_document
from tenfold.scale.parquet_rows import ParquetRows
from tenfold.scale.zip_members import list_members, read_member, too_large

DOCUMENTS: dict[str, Kind] = {".pdf": "pdf", ".tif": "tiff", ".tiff": "tiff"}
PARQUET = (".parquet", ".pq")


def list_entries(
    files: Files, path: str, settings: Settings, column: str | None = None, skip: Collection[str] = ()
) -> Iterator[Entry]:
    """Everything to read below a path.

    A folder's files are taken in the order of their names, with what is in its archives, documents and Parquet files;
    one of them that cannot be opened is one entry that says so. An archive is like the folder it was made of.

    Args:
        files: The place.
        path: A folder, or a file of any kind.
        settings: Limits.
        column: The column of pictures in Parquet files.
        skip: Paths to leave out.

    Raises:
        MissingImage: If there is no such file or folder.
        DataError: If the input is one archive or Parquet file, and damaged.
        UnreadableImage: If the input is one document, and cannot be opened.
        UsageError: If a Parquet file has no such column.
    """
    found = files.find(path)
    if not found.folder:
        yield from _of_file(files, found, settings, column, "")
        return
    for one in walk(files, path, skip):
        try:
            yield from _of_file(files, one, settings, column, f"{one.name}/")
        except (UnreadableImage, DataError) as error:
            yield _failed(one, str(error))
        except OSError as error:
            yield _failed(one, f"It cannot be opened: {error.strerror or error}.")


def _failed(file: Found, reason: str) -> Entry:
    return Entry(file.name, file.path, "failed", size=file.size, changed=file.changed, reason=reason)


def _of_file(files: Files, file: Found, settings: Settings, column: str | None, below: str) -> Iterator[Entry]:
    suffix = _suffix(file.name)
    if suffix == ".zip":
        yield from _of_zip(files, file, settings, below)
    elif suffix in PARQUET:
        yield from _of_parquet(files, file, column)
    elif suffix in DOCUMENTS:
        kind, count = _paged(DOCUMENTS[suffix], files.open(file.path), file.size, settings)
        yield Entry(file.name, file.path, kind, count, size=file.size, changed=file.changed)
    else:
        yield Entry(file.name, file.path, size=file.size, changed=file.changed)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _paged(kind: Kind, content: BinaryIO, size: int, settings: Settings) -> tuple[Kind, int]:
    """How a document is opened, and how many pages it has: a TIFF of one page is a picture as any."""
    try:
        document = open_document(kind, content, size, settings)
    except DamagedImage:
        if kind == "tiff":  # what is wrong with it, the recogniser says best
            return "picture", 1
        raise
    pages = len(document)
    document.close()
    return ("picture", 1) if kind == "tiff" and pages == 1 else (kind, pages)


def _of_zip(files: Files, file: Found, settings: Settings, below: str) -> Iterator[Entry]:
    with files.open(file.path) as archive:
        for name, size, where in list_members(archive, file.name):
            member = Found(below + name, file.path, size, file.changed)
            if isinstance(where, UnreadableImage):
                yield _failed(member, str(where))
                continue
            kind: Kind = "picture"
            count = 1
            try:
                if size > settings.max_bytes:
                    raise too_large(settings.max_bytes)
                if (asked := DOCUMENTS.get(_suffix(name))) is not None:
                    data = read_member(archive, where, settings.max_bytes)
                    kind, count = _paged(asked, io.BytesIO(data), len(data), settings)
            except UnreadableImage as error:
                yield _failed(member, str(error))
            else:
                yield Entry(member.name, file.path, kind, count, size=size, changed=file.changed, member=where)


def _of_parquet(files: Files, file: Found, column: str | None) -> Iterator[Entry]:
    rows = ParquetRows(files.open(file.path), file.name)
    try:
        name, before = rows.find_column(column), 0
        for group, count in enumerate(rows.groups()):
            if count:
                yield Entry(
                    file.name, file.path, "parquet", count, 0, file.size, file.changed, None, group, before, name
                )
            before += count
    finally:
        rows.close()
