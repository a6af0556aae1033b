"""Files reach their place whole or not at all: written under another name, then moved."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tenfold.errors import UsageError


def make_folder(folder: Path) -> Path:
    """Make a folder for results.

    Raises:
        UsageError: If it cannot be made or is a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be used as a folder: {error.strerror}.", "Give another --out.") from error
    return folder


def check_target(path: Path) -> None:
    """Find out whether a file can be written, before the work that fills it; nothing is made.

    Raises:
        UsageError: If the place is a folder, lies below a file, or cannot be written to.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; expected the name of a file to write.", f"Give {path / 'NAME'}.")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise UsageError(f"{folder} cannot be used as a folder: it is a file.", "Give another place.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{folder} cannot be written to: no permission.", "Give another place.")


def write_file(path: Path, data: bytes) -> None:
    """Write a file at once; an interrupted write leaves the old file, or none.

    Raises:
        UsageError: If the place cannot be written to.
    """
    write_files(path.parent, {path.name: data})


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files that belong together: all are on disk before the first takes its place.

    They take their places in the order given, so that whoever stops in between is known to have stopped there.

    Args:
        folder: Made if missing. Files of the same names are replaced.
        contents: Bytes by name.

    Raises:
        UsageError: If the place cannot be written to.
    """
    with staged(folder) as stage:
        for name, data in contents.items():
            with (stage / name).open("wb") as file:
                file.write(data)
                # A power cut must not leave an empty file where the old one was.
                file.flush()
                os.fsync(file.fileno())
        for name in contents:
            (stage / name).replace(folder / name)


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder to write several results into; they move to their place together when the block ends well.

    Args:
        folder: Where they belong; made if missing. Files of the same names are replaced.

    Yields:
        A temporary folder inside it, removed in every case.

    Raises:
        UsageError: If the place cannot be written to.
    """
    make_folder(folder)
    try:
        stage = Path(tempfile.mkdtemp(suffix=".partial", prefix=".", dir=folder))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror}.", "Give another --out.") from error
    try:
        yield stage
        for path in sorted(stage.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
