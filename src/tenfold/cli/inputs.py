"""What the commands that read pictures share: standard input, and the count of what could not be read."""

from __future__ import annotations

import sys

import typer

STDIN = "-"


def check_formats(as_json: bool, as_csv: bool, inputs: list[str]) -> None:
    """Refuse two formats at once, and standard input named twice.

    Raises:
        UsageError: If either is asked for.
    """
    from tenfold.errors import UsageError

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other.", "Give one of them.")
    if inputs.count(STDIN) > 1:
        raise UsageError("- is named twice, but there is only one standard input.")


def read_stdin(most: int, command: str) -> bytes:
    """Standard input, up to one byte more than allowed, so that too large an input shows.

    Args:
        most: How many bytes are allowed.
        command: What reads it, for the message.

    Raises:
        UsageError: If nothing is piped in.
    """
    from tenfold.errors import UsageError

    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "- reads a picture or strokes from standard input, but nothing is piped into it.",
            f"tenfold {command} - < PICTURE",
        )
    return sys.stdin.buffer.read(most + 1)


def leave_if_unreadable(unreadable: int, inputs: int) -> None:
    """End with status 3, and say so, if some input could not be read."""
    if unreadable:
        said = "1 input" if inputs == 1 else f"{inputs:,} inputs"
        print(f"tenfold: {unreadable:,} of {said} could not be read.", file=sys.stderr)
        raise typer.Exit(3)
