"""The typer application with every command on it."""

from __future__ import annotations

import typer

from tenfold.cli import data, predict, serve

app = typer.Typer(
    name="tenfold",
    help="Reads handwritten digits, says how sure it is, and says so when it is not a digit.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (predict, serve):
    app.command(name=module.__name__.rsplit(".", 1)[-1])(module.command)
app.add_typer(data.app, name="data")
