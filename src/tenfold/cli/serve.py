"""`tenfold serve`: the web page and the HTTP interface."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes any free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    model: Annotated[str | None, typer.Option(help="A shipped model, or a model file.")] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="Where answers and corrections are kept: sqlite:///FILE, postgresql://USER@HOST/NAME, or none.",
            metavar="URL",
        ),
    ] = None,
    log: Annotated[str | None, typer.Option(help="json: a line for each request on standard error; off.")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
) -> None:
    """Serve the page where digits are drawn, and the HTTP interface behind it, until Ctrl-C."""
    import webbrowser

    from tenfold.config import load_settings
    from tenfold.server import serve

    def ready(address: str) -> None:
        print(f"Tenfold is at {address} (Ctrl-C ends it)", flush=True)
        if open_page:
            webbrowser.open(address)

    serve(load_settings(host=host, port=port, workers=workers, model=model, database=database, log=log), ready)
