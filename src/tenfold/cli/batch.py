"""`tenfold batch`: a folder, archive, document or table of pictures, read into one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tenfold.cli.inputs import leave_if_unreadable
from tenfold.cli.options import Address, ErrorBudget


def command(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, or a zip, TIFF, PDF, Parquet or picture file; a path or a URL (s3://, gs://, hdfs://, …).",
            metavar="INPUT",
        ),
    ],
    output: Annotated[
        Path, typer.Argument(help="The file to write; ends in .csv, .jsonl or .parquet.", metavar="OUTPUT")
    ],
    task: Annotated[
        str,
        typer.Option(help="predict: one digit a picture; read: all numbers on it.", metavar="predict|read"),
    ] = "predict",
    engine: Annotated[
        str,
        typer.Option(help="local: processes of this machine; ray: actors of Ray.", metavar="local|ray"),
    ] = "local",
    address: Address = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes or actors; by default one a processor.", metavar="N"),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was killed, or begin if there is none.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Begin anew where an output or unfinished run is there.")
    ] = False,
    column: Annotated[
        str | None,
        typer.Option(
            help="The column of pictures or strokes in Parquet; by default the only binary one.", metavar="NAME"
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="A shipped model (see: tenfold models list), one trained here, or an .onnx or .npz file.",
            metavar="NAME|FILE",
        ),
    ] = None,
    error_budget: ErrorBudget = None,
) -> None:
    """Read every picture of a folder, archive, document or table into one file.

    What cannot be read has its row too. A run that was killed goes on with --resume, to the same output.
    """
    from tenfold.atomic import check_target
    from tenfold.scale.batch import Job, run
    from tenfold.scale.progress import in_words

    check_target(output)
    job = Job(
        input=source,
        output=output,
        engine=engine,
        address=address,
        resume=resume,
        overwrite=overwrite,
        model=model,
        error_budget=error_budget,
        column=column,
        task=task,
        workers=workers,
    )
    try:
        outcome = run(job)
    except KeyboardInterrupt:
        print("tenfold: What is done is kept; go on with --resume.", file=sys.stderr)
        raise
    if outcome is None:
        print(f"{output} is finished already.")
        return
    fresh = outcome.pictures - outcome.earlier
    rate = f"{fresh / max(outcome.seconds, 1e-3):,.0f} a second"
    print(f"{outcome.pictures:,} pictures are in {output}: {fresh:,} read in {in_words(outcome.seconds)}, {rate}.")
    leave_if_unreadable(outcome.unreadable, outcome.pictures)
