"""`tenfold tune`: the best hyperparameters of a recipe, and what mattered."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.options import Address, Report, TrainingData, check_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from tenfold.training.params import Param


def command(
    recipe: Annotated[str, typer.Argument(help="What to tune: a recipe of tenfold train.", metavar="RECIPE")],
    data: Annotated[str, TrainingData] = "mnist",
    trials: Annotated[
        int, typer.Option(help="How many choices of hyperparameters to try, the recipe's own among them.", metavar="N")
    ] = 28,
    epochs: Annotated[
        int | None, typer.Option(help="Passes of each trial over its digits; by default the recipe's own.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is drawn and of each training.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for what is measured, and for best.json; by default runs/tune-RECIPE."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a search that was stopped, or to more trials.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin anew where a search is there.")] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="Show what would be searched, each with its range, and end.")
    ] = False,
    engine: Annotated[
        str,
        typer.Option(help="local: one trial after the other; ray: one a processor.", metavar="local|ray"),
    ] = "local",
    address: Address = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="With --engine ray: how many trials at once.", metavar="N")
    ] = None,
    report: Report = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object: the best, what mattered, all trials.")
    ] = False,
    limit: Annotated[int | None, typer.Option(help="Use so many digits only, to try things out.")] = None,
) -> None:
    """Search for the best hyperparameters of a recipe, and find out which of them matter.

    Trials are judged by the validation digits. All train on few digits, the best third on three times as many, the
    last on all. What was measured is kept: a search that was stopped goes on with --resume.
    """
    from tenfold.config import load_settings
    from tenfold.scale.tune import tune
    from tenfold.tuning import text
    from tenfold.tuning.plan import Plan, searched
    from tenfold.tuning.search import summary

    if listed:
        _list(searched(recipe), as_json)
        return
    check_report(report)
    folder = out or Path("runs") / f"tune-{recipe}"
    plan = Plan(recipe, folder, load_settings(), data, trials, epochs, seed, limit, resume, overwrite)
    try:
        outcome = tune(plan, engine, workers, address)
    except KeyboardInterrupt:
        print("tenfold: What is done is kept; go on with --resume.", file=sys.stderr)
        raise
    if as_json:
        print(json.dumps(summary(outcome)))
    else:
        _show(text.mattered_table(outcome), text.trials_table(outcome))
        print(text.doubts(outcome.mattered))
        print(text.found(outcome))
    if failures := text.failures(outcome):
        print(failures, file=sys.stderr)
    print(f"Train with it: {text.command(outcome)}", file=sys.stderr)
    if report:
        from tenfold.tuning.report import write_report

        write_report(outcome, report)
        print(f"The report is in {report}", file=sys.stderr)


def _list(params: Sequence[Param], as_json: bool) -> None:
    from tenfold.tuning.text import searched_table

    if as_json:
        found = [{"name": one.name, "own": one.default, "kind": one.kind, "range": one.range} for one in params]
        print(json.dumps(found))
    else:
        _show(searched_table(params))


def _show(*tables: Table) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    # A pipe has no width, and a table must not be cut there.
    console = console if console.is_terminal else Console(width=200, highlight=False)
    for table in tables:
        console.print(table)
