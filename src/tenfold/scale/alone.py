"""One run to one output at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenfold.errors import UsageError


@contextmanager
def alone(output: Path) -> Iterator[None]:
    """Keeps other runs to the same output away; a process that dies lets go of it.

    Args:
        output: What is going to be written.

    Raises:
        UsageError: If another process is at it.
    """
    if sys.platform == "win32":  # whoever starts two there has to look out
        yield
        return
    import fcntl

    output.parent.mkdir(parents=True, exist_ok=True)
    with output.with_name(f".{output.name}.lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"Another process is writing {output}.", "Wait until it has ended, or give another name."
            ) from error
        try:
            yield
        finally:
            Path(file.name).unlink(missing_ok=True)
