"""Results reach their place whole or not at all: written under another name, then moved."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
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
    with staged(path.parent) as folder, (folder / path.name).open("wb") as file:
        file.write(data)
        # On disk before it takes the place of the old one: a power cut must not leave an empty file.
        file.flush()
        os.fsync(file.fileno())


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
