"""Puts the command line together: every command, or the one that is going to run."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from tenfold import __version__
from tenfold.cli.edge import Commands

COMMANDS = (
    *("predict", "read", "explain", "batch", "serve", "draw"),
    *("train", "tune", "evaluate", "compare", "export", "doctor"),
)
GROUPS = ("data", "models", "profile", "feedback")


def build(wanted: str = "") -> typer.Typer:
    """The typer application.

    Args:
        wanted: The command that is going to run. Only that one is loaded then, so that an answer need not
            wait for all the others; anything that is no command's name loads all.
    """
    app = typer.Typer(
        name="tenfold",
        cls=Commands,
        help="Reads handwritten digits, says how sure it is, and says so when it is not a digit.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    for name in (wanted,) if wanted in COMMANDS + GROUPS else COMMANDS + GROUPS:
        module = import_module(f"tenfold.cli.{name}")
        if name in GROUPS:
            app.add_typer(module.app, name=name)
        else:
            app.command(name=name)(module.command)
    app.callback()(options)
    return app


def _version(asked: bool) -> None:
    if asked:
        print(f"tenfold {__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Reads handwritten digits, says how sure it is, and says so when it is not a digit."""
