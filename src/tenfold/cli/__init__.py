"""The command line: one file a command, and one place where errors become exit statuses."""

from __future__ import annotations

import io
import sys

from tenfold.cli.app import app
from tenfold.cli.edge import exit_status


def main() -> None:
    """Run the command line; never shows a traceback for a user's mistake."""
    # Either may be closed (`>&-`), and then Python has None in its place.
    sys.stdout = sys.stdout or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name may hold what the terminal cannot show
    with exit_status():
        try:
            app()
        finally:
            sys.stdout.flush()  # here, where a full disk or a closed pipe can still be told
