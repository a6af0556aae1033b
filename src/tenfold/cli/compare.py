"""`tenfold compare`: every classifier of the literature on the same digits, on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tenfold.cli.options import Address, Report, TrainingData, check_report


def command(
    models: Annotated[
        str | None, typer.Option(help="Which ones, by name with commas between; by default all.", metavar="A,B,...")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="10,000 digits to train, 2,000 to test, fewer epochs: some minutes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a classifier, one a line.")] = False,
    report: Report = None,
    data: Annotated[str, TrainingData] = "mnist",
    foreign: Annotated[
        Path | None, typer.Option(help="Folder with sets of digits that are no MNIST, to read too.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    engine: Annotated[
        str,
        typer.Option(help="local: one after the other; ray: one on each machine of a cluster.", metavar="local|ray"),
    ] = "local",
    address: Address = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --engine ray: how many at once. More than there are machines share them, and times say little.",
            metavar="N",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the figures of each; by default runs/compare.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Measure again what an earlier run of the same kind has measured.")
    ] = False,
) -> None:
    """Train every classifier of the literature, or some, and measure them side by side.

    What was measured is kept: a run that was stopped goes on where it was.
    """
    import sys

    from rich.console import Console

    from tenfold.comparison.material import get_material
    from tenfold.comparison.ranking import ranked
    from tenfold.comparison.run import Plan, compare
    from tenfold.comparison.text import LEGEND, shared_note, table
    from tenfold.config import load_settings
    from tenfold.literature.entries import ENTRIES, find_entry
    from tenfold.scale.engines import check_one_or_ray

    check_report(report)
    check_one_or_ray(engine, workers, address)
    entries = [find_entry(name.strip()) for name in models.split(",")] if models else list(ENTRIES)
    material = get_material(data, load_settings(), foreign, quick)
    folder = out or Path("runs") / ("compare-quick" if quick else "compare")
    plan = Plan(entries, folder, seed, quick, fresh)
    if engine == "ray":
        from tenfold.scale.compare import OnRay

        rows = compare(plan, material, OnRay(workers, address))
    else:
        rows = compare(plan, material)
    labels = "".join(map(str, material.test.labels))
    if as_json:
        for row in rows:
            print(json.dumps(row))
    else:
        console = Console()
        # A pipe has no width, and a table must not be cut there.
        console = console if console.is_terminal else Console(width=200)
        made, spared = table(rows, labels, console.width)
        console.print(made)
        more = f" A wider window also shows: {', '.join(spared)}." if spared else ""
        Console(stderr=True, highlight=False).print(LEGEND + more)
    if note := shared_note(rows):
        print(note, file=sys.stderr)
    if report:
        from tenfold.comparison.report import write_report

        write_report(rows, material, quick, report)
        print(f"The report is in {report}", file=sys.stderr)
    if not ranked(rows):
        raise typer.Exit(1)
