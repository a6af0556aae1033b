"""How the settings of the literature's classifiers were chosen: fits on 55,000 digits, measures on 5,000 others.

    python benchmarks/literature_settings.py svm-rbf cost=3,10 gamma=0.02,0.03

Every combination is one line in results/literature_settings.jsonl: the settings, and what they gave on MNIST's
validation digits. The test digits are not opened.
"""

from __future__ import annotations

import ast
import fcntl
import itertools
import json
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from _claim import commit

from tenfold.config import load_settings
from tenfold.data.splits import training_data
from tenfold.literature.entries import find_entry
from tenfold.training.metrics import Readings, figures

OUT = Path(__file__).parent / "results" / "literature_settings.jsonl"


def values(text: str) -> list[Any]:
    """The values of ``name=a,b,c``: numbers, True, None, tuples, or words."""

    def value(part: str) -> Any:
        try:
            return ast.literal_eval(part)
        except (ValueError, SyntaxError):
            return part

    return [value(part) for part in text.split(";" if ";" in text else ",")]


def main(
    name: str,
    given: Annotated[list[str] | None, typer.Argument(metavar="PARAM=VALUE,VALUE...")] = None,
    train: Annotated[int, typer.Option(help="Fit to the first so many of the 55,000.")] = 55_000,
    seed: int = 0,
) -> None:
    """Fit each combination and write down what it gave."""
    entry = find_entry(name)
    fitting, held = training_data(load_settings())
    fitting = fitting.take(np.arange(train))
    grid = {key: values(text) for key, _, text in (one.partition("=") for one in given or [])}
    for chosen in itertools.product(*grid.values()):
        params = dict(zip(grid, chosen, strict=True))
        model = entry.make(seed, **params)
        start = time.perf_counter()
        model.fit(fitting.images, fitting.labels)
        fitted = time.perf_counter()
        readings = Readings(held.labels, model.predict_proba(held.images), np.ones(len(held), np.bool_))
        done = time.perf_counter()
        found = figures(readings)
        row = {
            "entry": name,
            "params": {key: value for key, value in model.get_params(deep=False).items() if key != "classes"},
            "train": train,
            "validation_accuracy": found["accuracy"],
            "nll": round(found["nll"], 4),
            "ece": round(found["ece"], 4),
            "fit_seconds": round(fitted - start, 1),
            "predict_seconds": round(done - fitted, 1),
            "commit": commit(),
        }
        print(json.dumps(row), flush=True)
        with OUT.open("a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps(row, default=str) + "\n")


if __name__ == "__main__":
    typer.run(main)
