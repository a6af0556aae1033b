"""The command line: one file a command, and the one place where errors become exit statuses."""

from __future__ import annotations

import sys

from tenfold.cli.app import app
from tenfold.errors import TenfoldError


def main() -> None:
    """Run the command line; never shows a traceback for a user's mistake."""
    try:
        app()
    except TenfoldError as error:
        print(f"tenfold: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nobody is left to tell.
        sys.stderr.close()
        sys.exit(0)
