"""The command line: one file a command, and one place where errors become exit statuses."""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress

from tenfold.cli.app import build
from tenfold.cli.edge import exit_status


def main() -> None:
    """Run the command line; never shows a traceback for a user's mistake."""
    # Pydantic would look through every package installed for plugins to itself, before each answer.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    # Either may be closed (`>&-`), and then Python has None in its place.
    sys.stdout = sys.stdout or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name may hold what the terminal cannot show
    with exit_status():
        try:
            build(sys.argv[1] if len(sys.argv) > 1 else "")()
        finally:
            sys.stdout.flush()  # here, where a full disk or a closed pipe can still be told
            gc.freeze()  # all of it goes with the process: to search it for garbage first takes a fifth of a short run


def run() -> None:
    """What the command `tenfold` starts: `main`, and for a quick answer an end without tidying up.

    Taking down an interpreter with numpy and ONNX Runtime in it takes a sixth of the time an answer
    takes. Reading a picture leaves nothing open that would need it.
    """
    status: int | str | None = 0
    try:
        main()
    except SystemExit as end:
        status = end.code or 0
    if sys.argv[1:2] not in (["predict"], ["read"]) or not isinstance(status, int):
        sys.exit(status)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # main has told what could be told of an output that is gone
            stream.flush()
    os._exit(status)
