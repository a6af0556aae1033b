"""Where files lie: on this machine with nothing but Python, or behind a URL that pyarrow's file systems open."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from tenfold.errors import MissingImage, TenfoldError, UsageError
from tenfold.scale.extra import need_pyarrow

# Two letters at least: C:\scans is no URL.
URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
# What file managers leave behind, besides everything that begins with a dot.
LEFT_BEHIND = {"Thumbs.db", "desktop.ini", "__MACOSX"}


@dataclass(frozen=True, slots=True)
class Found:
    """A file or folder.

    Attributes:
        name: As shown to the user, below the folder that was given.
        path: As `Files.open` takes it.
        size: Bytes.
        changed: When it was last changed, in nanoseconds; 0 if nobody knows.
        folder: Whether it is a folder.
    """

    name: str
    path: str
    size: int = 0
    changed: int = 0
    folder: bool = False


class Files(Protocol):
    """A place that holds files."""

    def find(self, path: str) -> Found:
        """What lies there.

        Raises:
            MissingImage: If nothing does.
        """
        ...

    def children(self, path: str) -> list[Found]:
        """What lies in a folder, in any order; names are without the folder."""
        ...

    def open(self, path: str) -> BinaryIO:
        """Open a file to read anywhere in it.

        Raises:
            OSError: If it cannot be opened.
        """
        ...


def walk(files: Files, path: str, skip: Collection[str] = (), below: str = "") -> Iterator[Found]:
    """Every file below a folder, sorted by name folder by folder; hidden ones are left out.

    Only the names of the folders on the way to the current file are held.

    Args:
        files: Where the folder lies.
        path: The folder.
        skip: Paths to leave out.
        below: What to put before the names.
    """
    for found in sorted(files.children(path), key=lambda one: one.name):
        if found.name.startswith(".") or found.name in LEFT_BEHIND or found.path in skip:
            continue
        name = below + found.name
        if found.folder:
            yield from walk(files, found.path, skip, f"{name}/")
        else:
            yield Found(name, found.path, found.size, found.changed)


def open_place(given: str) -> tuple[Files, str]:
    """The place that a path or URL lies in, and the path within it.

    Raises:
        MissingExtra: If it is a URL and the extra ``[scale]`` is not installed.
        UsageError: If it is a URL that no file system opens.
    """
    if not URL.match(given):
        return Local(), str(Path(given).absolute())
    pa = need_pyarrow("Reading from a URL")
    try:
        system, path = pa.fs.FileSystem.from_uri(given)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise UsageError(f"{given} cannot be opened: {error}.", "Give s3://, gs://, hdfs:// or file://.") from error
    return Remote(system, pa.fs), path


class Local:
    """The files of this machine."""

    def find(self, path: str) -> Found:
        try:
            status = Path(path).stat()
        except (OSError, ValueError) as error:
            raise MissingImage(f"{path}: no such file or folder.", "Check the spelling.") from error
        return Found(shown(Path(path).name), path, status.st_size, status.st_mtime_ns, Path(path).is_dir())

    def children(self, path: str) -> list[Found]:
        with os.scandir(path) as entries:
            return [found for entry in entries if (found := self._child(entry))]

    def _child(self, entry: os.DirEntry[str]) -> Found | None:
        # A link to a folder could lead round in a circle; a pipe would never end.
        if entry.is_dir(follow_symlinks=False):
            return Found(shown(entry.name), entry.path, folder=True)
        if not entry.is_file():
            return None
        status = entry.stat()
        return Found(shown(entry.name), entry.path, status.st_size, status.st_mtime_ns)

    def open(self, path: str) -> BinaryIO:
        return Path(path).open("rb")


class Remote:
    """The files of one of pyarrow's file systems.

    Args:
        system: The file system.
        fs: The module ``pyarrow.fs``.
    """

    def __init__(self, system: Any, fs: Any) -> None:
        self._system, self._fs = system, fs

    def find(self, path: str) -> Found:
        info = self._asked(path)
        if info.type == self._fs.FileType.NotFound:
            raise MissingImage(f"{path}: no such file or folder.", "Check the spelling, and that you may read it.")
        return self._found(info)

    def children(self, path: str) -> list[Found]:
        kinds = (self._fs.FileType.File, self._fs.FileType.Directory)
        found = self._asked(self._fs.FileSelector(path))
        return [self._found(info) for info in found if info.type in kinds]

    def open(self, path: str) -> BinaryIO:
        return cast(BinaryIO, self._system.open_input_file(path))

    def _asked(self, what: Any) -> Any:
        try:
            return self._system.get_file_info(what)
        except OSError as error:
            raise TenfoldError(
                f"The place of {getattr(what, 'base_dir', what)} does not answer: {error}.",
                "Check the address, the network and your rights there.",
            ) from error

    def _found(self, info: Any) -> Found:
        folder = info.type == self._fs.FileType.Directory
        return Found(shown(info.base_name), info.path, info.size or 0, info.mtime_ns or 0, folder)


def shown(name: str) -> str:
    """A file's name as text that every format can hold: bytes that are no UTF-8 are shown by number."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
