"""Claim: each of our networks is as right on MNIST as is asked of it; mean and range over seeds.

`digit` and `ensemble` learned from MNIST alone; `tiny` is taught by the shipped `digit`, which knows other hands as
well. `make models judges` leaves what is measured here in `runs`. The spread is the least and the
most of the seeds.

    python benchmarks/recipes.py [--runs runs] [--report-model runs/report/mnist.onnx]
"""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
from _claim import ROOT, Figure, arguments, open_report, report, stop

from tenfold.config import load_settings
from tenfold.data.held_out import open_data
from tenfold.models.onnx import shipped_names
from tenfold.training.evaluate import evaluate
from tenfold.training.model_files import open_model
from tenfold.training.storage import weight_bytes

MOST_LOST = 0.02
CLAIM = "Each of our networks is as right on MNIST's test digits as is asked of it."
# Recipe, the file of each seed, and the mean accuracy asked for, in %.
RECIPES = (
    ("digit", tuple(f"ensemble/member-{seed}/digit.onnx" for seed in range(5)), 99.72),
    ("ensemble", ("ensemble/ensemble.onnx",), 99.78),
    ("tiny", ("tiny/tiny.onnx", "tiny-1/tiny.onnx", "tiny-2/tiny.onnx"), 99.50),
)


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, runs=str(ROOT / "runs"), report_model=str(ROOT / "runs" / "report" / "mnist.onnx"))
    settings = load_settings()
    test = open_data("mnist:test", settings)
    if given.quick:
        test = test.take(np.arange(200))
    baseline = 100 * evaluate(open_report(Path(given.report_model)), test, settings, "raw").to_dict()["accuracy"]
    figures = []
    for name, files, least in RECIPES:
        paths = [Path(given.runs) / file for file in files]
        missing = [str(path) for path in paths if not path.is_file()]
        if missing:
            stop(f"{', '.join(missing)} not there. First: make models judges DATA=FOLDER")
        found = [evaluate(open_model(str(path), settings), test, settings, "raw").to_dict() for path in paths]
        shares = [100 * one["accuracy"] for one in found]
        cards = [open_model(str(path), settings).classifier.card for path in paths]
        short = [card.recipe for card in cards if "--limit" in card.recipe or "--epochs" in card.recipe]
        if short:
            stop(f"Not trained by the recipe as it stands: {', '.join(short)}.")
        mean = statistics.mean(shares)
        figures.append(
            Figure(
                what=f"`{name}` on MNIST's test digits, mean of {len(paths)} seed{'s' if len(paths) > 1 else ''}",
                value=mean,
                unit="%",
                n=len(test),
                spread=(min(shares), max(shares)),
                baseline=baseline,
                baseline_what="the report's network, one seed",
                asked=f"at least {least:g} %",
                met=mean >= least - 1e-9,
                more={
                    **{f"seed {card.seed} %": share for card, share in zip(cards, shares, strict=True)},
                    "standard deviation": statistics.stdev(shares) if len(shares) > 1 else 0.0,
                    "log loss": statistics.mean(one["nll"] for one in found),
                    "parameters": cards[0].parameters,
                    "bytes of weights": weight_bytes(paths[0].read_bytes()),
                    "bytes of the file": paths[0].stat().st_size,
                },
            )
        )
    if "cascade" in shipped_names():
        whole, parts = (evaluate(open_model(name, settings), test, settings, "raw") for name in ("digit", "cascade"))
        right, ours = 100 * whole.to_dict()["accuracy"], 100 * parts.to_dict()["accuracy"]
        figures.append(
            Figure(
                what="Points the shipped `cascade` loses against the shipped `digit`, MNIST test",
                value=right - ours,
                unit="points",
                n=len(test),
                baseline=right - baseline,
                baseline_what="the report's network, one seed",
                asked=f"at most {MOST_LOST:g} points",
                met=right - ours <= MOST_LOST + 1e-9,
                more={"digit %": right, "cascade %": ours},
            )
        )
    report("recipes", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
