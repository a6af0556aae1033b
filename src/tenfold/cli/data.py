"""`tenfold data`: which data sets there are, bring one here, look into one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Data sets: list, fetch and look into them.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a data set, one a line.")]


@app.command(name="list")
def list_known(as_json: AsJson = False) -> None:
    """List the data sets known by name, and the formats Tenfold reads."""
    from tenfold.config import load_settings
    from tenfold.data.mnist import mnist_cached, mnist_folder
    from tenfold.data.readers import FORMATS, NAMES

    settings = load_settings()
    cached, folder = mnist_cached(settings), str(mnist_folder(settings))
    if as_json:
        print(json.dumps({"name": "mnist", "parts": list(NAMES[1:]), "cached": cached, "folder": folder}))
        return
    print(f"mnist    {', '.join(NAMES[1:])}")
    print(f"         {f'here, in {folder}' if cached else 'not here yet; bring it with: tenfold data fetch mnist'}")
    print("\nYour own data, by its path:")
    for name, text in FORMATS.items():
        print(f"  {name:<9}{text}")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A data set known by name: mnist.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Take the IDX files (plain or .gz) from this folder only."),
    ] = None,
) -> None:
    """Bring a data set to this machine and verify it."""
    from tenfold.config import load_settings
    from tenfold.data.mnist import fetch_mnist
    from tenfold.errors import UnknownName

    if name != "mnist":
        raise UnknownName("data set", name, ["mnist"])
    print(f"mnist is here, verified: {fetch_mnist(load_settings(), source)}")


@app.command()
def show(
    data: Annotated[str, typer.Argument(help="mnist, one of its parts, or the path of a data set.")],
    as_json: AsJson = False,
) -> None:
    """Show what a data set holds: counts, sizes, and a sample of each digit."""
    from tenfold.config import load_settings
    from tenfold.data import open_data
    from tenfold.data.readers import NAMES
    from tenfold.data.summary import describe, draw_all, drawable, summarize

    settings = load_settings()
    for spec in NAMES[1:] if data == "mnist" else (data,):
        summary = summarize(open_data(spec, settings), settings)
        if as_json:
            print(json.dumps(summary.to_dict()))
            continue
        print(describe(summary))
        if drawable(sys.stdout.encoding):
            print(draw_all(summary.samples))
