"""Options that several commands take, told once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsCsv = Annotated[bool, typer.Option("--csv", help="A table for spreadsheets.")]
Top = Annotated[int | None, typer.Option(min=0, help="How many other readings to show.", metavar="K")]
ModelName = Annotated[
    str | None,
    typer.Option(
        help="A shipped model (see: tenfold models list), one trained here, or an .onnx, .npz, .keras or .h5 file.",
        metavar="NAME|FILE",
    ),
]
ErrorBudget = Annotated[
    float | None,
    typer.Option(
        help="Largest share of wrong answers among those given; the smaller, the more are doubtful.", metavar="P"
    ),
]
TrainingData = typer.Option(help="mnist, or a path: IDX files, CSV, NPZ, or a folder 0/ … 9/ of pictures or strokes.")
Report = Annotated[
    Path | None, typer.Option(help="Write a report with pictures and plots into this HTML file.", metavar="OUT.html")
]
Address = Annotated[
    str | None,
    typer.Option(help="A Ray cluster: HOST:6379, ray://HOST:10001 or auto; else this machine.", metavar="ADDRESS"),
]


def check_report(report: Path | None) -> None:
    """Find out whether a report can be written, before the work that fills it.

    Raises:
        UsageError: If the place cannot be written to, or the name is not one of an HTML file.
    """
    if report is None:
        return
    from tenfold.atomic import check_target
    from tenfold.errors import UsageError

    check_target(report)
    if report.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{report} does not end in .html, as the report does.", "Give --report NAME.html.")
