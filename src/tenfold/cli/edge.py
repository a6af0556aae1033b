"""The one place where what ends a command becomes its exit status and a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from typer.core import TyperGroup

from tenfold.errors import TenfoldError

INTERRUPTED = 130  # 128 + SIGINT, as shells count


class Commands(TyperGroup):
    """The group of all commands.

    Typer has its own answers to Ctrl-C and to a closed pipe, with other exit statuses in other versions;
    here they end before Typer sees them.
    """

    def invoke(self, ctx: Any) -> Any:
        with exit_status():
            return super().invoke(ctx)


@contextmanager
def exit_status() -> Iterator[None]:
    """Leave the program with the right exit status, and without a traceback, for all that is no bug."""
    try:
        yield
    except TenfoldError as error:
        _leave(error.exit_code, error.message, error.hint)
    except KeyboardInterrupt:
        _leave(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough: nobody is left to tell.
        _drop_output()
        _leave(0)
    except OSError as error:
        if error.filename is None:
            _drop_output()
        what = error.filename or "The output could not be written"
        _leave(1, f"{what}: {error.strerror or error}.", "Check the free space and your rights there.")
    except ImportError as error:
        _leave(1, f"A package that Tenfold needs cannot be loaded: {error}.", "See what is missing: tenfold doctor")
    except MemoryError:
        _leave(1, "The computer's memory does not suffice.", "Try fewer or smaller inputs.")


def _leave(status: int, message: str = "", hint: str = "") -> None:
    for line in filter(None, (message and f"tenfold: {message}", hint and f"  {hint}")):
        print(_visible(line), file=sys.stderr)
    sys.exit(status)


def _visible(text: str) -> str:
    # A file name in the message must not move the cursor; a message may have several lines.
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text)


def _drop_output() -> None:
    """Send what is still unwritten nowhere, or Python would complain of it on its way out."""
    with suppress(OSError, ValueError, AttributeError):  # an output that is no file has nothing to drop
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
