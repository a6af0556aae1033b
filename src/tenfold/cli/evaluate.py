"""`tenfold evaluate`: how good a model is, on which data, and where it goes wrong."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from tenfold.cli.options import Report, check_report


def command(
    model: Annotated[
        str,
        typer.Argument(
            help="A shipped model, one trained here by its name, or an .onnx, .npz, .keras or .h5 file.",
            metavar="NAME|FILE",
        ),
    ],
    data: Annotated[
        str, typer.Option(help="mnist:test, or a path: IDX files, CSV, NPZ, or a folder 0/ … 9/ of pictures.")
    ] = "mnist:test",
    as_json: Annotated[bool, typer.Option("--json", help="All figures as one JSON object on one line.")] = False,
    report: Report = None,
    whole_path: Annotated[
        bool, typer.Option("--whole-path", help="Send MNIST too through loading and normalising, as PNG files.")
    ] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Give 28x28 arrays to the network as they are.")] = False,
    naive: Annotated[
        bool, typer.Option("--naive", help="Merely resize to 28x28, as the report's window did: the baseline.")
    ] = False,
    error_budget: Annotated[
        float | None, typer.Option(help="Largest share of wrong answers among those given.", metavar="P")
    ] = None,
) -> None:
    """Measure a model on labelled digits."""
    from tenfold.config import load_settings
    from tenfold.data.held_out import open_data
    from tenfold.training.evaluate import evaluate, one_way
    from tenfold.training.evaluation_text import describe
    from tenfold.training.model_files import open_model

    settings = load_settings()
    way = one_way(whole=whole_path, raw=raw, naive=naive)
    check_report(report)
    outcome = evaluate(open_model(model, settings), open_data(data, settings), settings, way, error_budget)
    figures = outcome.to_dict()
    print(json.dumps(figures) if as_json else describe(figures))
    if report:
        from tenfold.training.evaluation_report import write_report

        write_report(outcome, report)
        print(f"The report is in {report}", file=sys.stderr)
