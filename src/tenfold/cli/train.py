"""`tenfold train`: from data to a saved network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tenfold.cli.options import TrainingData


def command(
    recipe: Annotated[
        str | None,
        typer.Argument(help="What to train, or several with commas between; without it, the recipes are listed."),
    ] = None,
    data: Annotated[str | None, TrainingData] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the data; by default the recipe's own.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; by default runs/RECIPE.")] = None,
    as_reported: Annotated[
        bool,
        typer.Option("--as-reported", help="Recipe report only: validate on the test digits, as the report did."),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after the last finished epoch of a run that was stopped.")
    ] = False,
    foreign: Annotated[
        Path | None,
        typer.Option(
            help="Recipes digit, gate and reader: folder with sets of digits that are no MNIST, to learn from too."
        ),
    ] = None,
    without: Annotated[
        str | None, typer.Option(help="With --foreign: leave this set out, so that it can judge the network.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            help="Recipes digit, reader with --foreign: a .keras file of an earlier run, to begin the last part with."
        ),
    ] = None,
    feedback: Annotated[
        bool,
        typer.Option("--feedback", help="Recipe digit: go on from the shipped weights with accepted corrections."),
    ] = False,
    database: Annotated[
        str | None, typer.Option(help="With --feedback: where corrections and versions are kept.", metavar="URL")
    ] = None,
    params: Annotated[
        str | None,
        typer.Option(
            help="Hyperparameters in place of the recipe's own: the best.json of tenfold tune, or a JSON object.",
            metavar="FILE|JSON",
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Use so many digits only, to try things out.")] = None,
    tensorboard: Annotated[
        Path | None,
        typer.Option(help="Log loss and accuracy of each epoch here, for TensorBoard: tensorboard --logdir DIR."),
    ] = None,
) -> None:
    """Train a network by a recipe and save it, with its history, where --out says."""
    from tenfold.config import load_settings
    from tenfold.training.params import read_params
    from tenfold.training.recipes import find_recipe, recipes
    from tenfold.training.run import run

    if recipe is None:
        for entry in recipes():
            print(f"{entry.name:<10}{entry.summary}")
        return
    names = [name.strip() for name in recipe.split(",")]
    for name in names:
        find_recipe(name)  # before the first is trained: that the last one has no recipe is to be known now
    for name in names:
        folder = run(
            name,
            data=data,
            epochs=epochs,
            seed=seed,
            out=out / name if out and len(names) > 1 else out,
            as_reported=as_reported,
            resume=resume,
            foreign=foreign,
            without=without,
            start=start,
            feedback=feedback,
            settings=load_settings(database=database),
            params=read_params(params) if params else None,
            limit=limit,
            tensorboard=tensorboard,
        )
        print(folder)
