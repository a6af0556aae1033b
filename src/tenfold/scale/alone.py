"""One run to one output at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tenfold.errors import UsageError


@contextmanager
def alone(output: Path) -> Iterator[None]:
    """Keeps other runs to the same output away; a process that dies lets go of it.

    Args:
        output: What is going to be written.

    Raises:
        UsageError: If another process is at it, or nothing can be written there.
    """
    if sys.platform == "win32":  # whoever starts two there has to look out
        yield
        return
    import fcntl

    lock = output.parent / f".{output.name}.lock"
    while True:
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
            file = lock.open("wb")
        except OSError as error:
            raise UsageError(
                f"{output.parent} cannot be written to: {error.strerror}.", "Give another place."
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(
                    f"Another process is writing {output}.", "Wait until it has ended, or give another name."
                ) from error
            # Between opening and locking whoever had it may have taken the file away: a lock on that keeps nobody out.
            if not _is_there(file, lock):
                continue
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)
            return


def _is_there(file: BinaryIO, path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
