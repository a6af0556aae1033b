"""The typer application with every command on it."""

from __future__ import annotations

from typing import Annotated

import typer

from tenfold import __version__
from tenfold.cli import data, doctor, draw, evaluate, export, models, predict, serve, train
from tenfold.cli.edge import Commands

app = typer.Typer(
    name="tenfold",
    cls=Commands,
    help="Reads handwritten digits, says how sure it is, and says so when it is not a digit.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (predict, serve, draw, train, evaluate, export, doctor):
    app.command(name=module.__name__.rsplit(".", 1)[-1])(module.command)
app.add_typer(data.app, name="data")
app.add_typer(models.app, name="models")


def _version(asked: bool) -> None:
    if asked:
        print(f"tenfold {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Reads handwritten digits, says how sure it is, and says so when it is not a digit."""
