"""`tenfold draw`: the desktop window."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    model: Annotated[
        str | None,
        typer.Option(
            help="A shipped model (see: tenfold models list), or an .onnx, .keras or .h5 file.", metavar="NAME|FILE"
        ),
    ] = None,
    error_budget: Annotated[
        float | None,
        typer.Option(
            help="Largest share of wrong answers among those given; the smaller, the more are uncertain.", metavar="P"
        ),
    ] = None,
) -> None:
    """Open a window to draw digits in."""
    from tenfold.cli.predict import opened
    from tenfold.recognizer import Recognizer
    from tenfold.window import run

    run(Recognizer(opened(model), error_budget))
