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
    from tenfold.data.hands import HANDS, hands_folder, hands_kept
    from tenfold.data.mnist import mnist_cached, mnist_folder
    from tenfold.data.readers import FORMATS, NAMES

    settings = load_settings()
    cached, folder = mnist_cached(settings), str(mnist_folder(settings))
    if as_json:
        print(json.dumps({"name": "mnist", "parts": list(NAMES[1:]), "cached": cached, "folder": folder}))
        return
    print(f"mnist    {', '.join(NAMES[1:])}")
    print(f"         {f'here, in {folder}' if cached else 'not here yet; bring it with: tenfold data fetch mnist'}")
    fonts, place = hands_kept(settings), hands_folder(settings)
    print(f"hands    {len(HANDS)} fonts of handwriting, for tenfold train reader")
    print(f"         {f'here, in {place}' if fonts else 'not here yet; bring them with: tenfold data fetch hands'}")
    print("\nYour own data, by its path:")
    for name, text in FORMATS.items():
        print(f"  {name:<9}{text}")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="mnist, or hands: the fonts of handwriting that training draws with.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Take the IDX files (plain or .gz) from this folder only."),
    ] = None,
) -> None:
    """Bring a data set to this machine and verify it."""
    from tenfold.config import load_settings
    from tenfold.data.hands import fetch_hands, hands_folder
    from tenfold.data.mnist import fetch_mnist
    from tenfold.errors import UnknownName, UsageError

    settings = load_settings()
    if name == "mnist":
        print(f"mnist is here, verified: {fetch_mnist(settings, source)}")
    elif name == "hands":
        if source is not None:
            raise UsageError("--from goes with mnist.", f"Put the fonts into {hands_folder(settings)} instead.")
        print(f"{len(fetch_hands(settings))} fonts are here, verified: {hands_folder(settings)}")
    else:
        raise UnknownName("data set", name, ["hands", "mnist"])


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
