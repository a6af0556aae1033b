"""Claim: of the digits given as sure, no more are wrong than the error budget allows; and this many are given.

For budgets of 0.1, 0.5 and 1 % the shipped `digit` answers MNIST's test digits; a budget holds where the errors among
the answers are no more than it, or so few more that chance explains it (Wilson's 95 % interval reaches down to it).
With `--data-dir`, each set of foreign digits is answered too, by the network trained without it: there the budget is no
promise, and what happens is shown. Beside it stands what a plain cut does: the report's network, with the confidence
that keeps the budget on MNIST's validation digits.

    python benchmarks/error_budget.py [--data-dir FOLDER] [--runs runs]
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from _claim import ROOT, Figure, arguments, open_report, report, stop

from tenfold.config import load_settings
from tenfold.data.dataset import Dataset
from tenfold.data.foreign import SETS
from tenfold.data.held_out import open_data
from tenfold.training.calibrate import confidence_thresholds
from tenfold.training.evaluate import evaluate
from tenfold.training.metrics import wilson
from tenfold.training.model_files import OpenModel, open_model

BUDGETS = (0.001, 0.005, 0.01)
CLAIM = "Of the digits given as sure, no more are wrong than the error budget allows."


def given_and_wrong(model: OpenModel, digits: Dataset, budget: float) -> tuple[int, int]:
    """How many digits are given within a budget, and how many of them are wrong."""
    found = evaluate(model, digits, replace(load_settings(), error_budget=budget))
    given = np.array([answer.status == "ok" for answer in found.answers])
    return int(given.sum()), int((~found.readings.right[given]).sum())


def plain_cut(model: OpenModel, validation: Dataset, test: Dataset, budget: float) -> tuple[int, int]:
    """The same by one cut through the network's own confidence."""
    settings = load_settings()
    judging, judged = (evaluate(model, digits, settings, "raw").readings for digits in (validation, test))
    least = dict(confidence_thresholds(judging.probabilities, judging.labels))[budget]
    given = judged.confidence >= least
    return int(given.sum()), int((~judged.right[given]).sum())


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, data_dir="", runs=str(ROOT / "runs"))
    settings, runs = load_settings(), Path(given.runs)
    test, validation = (open_data(f"mnist:{part}", settings) for part in ("test", "validation"))
    if given.quick:
        test, validation = test.take(np.arange(200)), validation.take(np.arange(200))
    shipped, theirs = open_model("digit", settings), open_report(runs / "report" / "mnist.onnx")
    sets: list[tuple[str, OpenModel, Dataset]] = [("MNIST test", shipped, test)]
    for one in SETS if given.data_dir else ():
        network, file = runs / f"without-{one.name}" / "digit.onnx", Path(given.data_dir) / f"{one.name}.npz"
        if not network.is_file() or not file.is_file():
            stop(f"{network} or {file} is not there. Train what judges first: make judges DATA=FOLDER")
        digits = open_data(str(file), settings)
        sets.append(
            (one.name, open_model(str(network), settings), digits.take(np.arange(100)) if given.quick else digits)
        )
    figures: list[Figure] = []
    for name, model, digits in sets:
        promised = digits is test
        for budget in BUDGETS:
            count, wrong = given_and_wrong(model, digits, budget)
            low, high = wilson(wrong, count) if count else (0.0, 1.0)
            plain_count, plain_wrong = plain_cut(theirs, validation, digits, budget) if promised else (0, 0)
            figures.append(
                Figure(
                    what=f"Errors among the answers, {name}, budget {100 * budget:g} %",
                    value=100 * wrong / max(count, 1),
                    unit="%",
                    n=count,
                    spread=(100 * low, 100 * high),
                    baseline=100 * plain_wrong / max(plain_count, 1) if promised else 100 * budget,
                    baseline_what="the report's network, cut on validation" if promised else "the budget",
                    asked=f"not above {100 * budget:g} % beyond chance" if promised else "",
                    met=(count > 0 and low <= budget) or not promised,
                    more={"coverage %": 100 * count / len(digits)}
                    | ({"coverage of the plain cut %": 100 * plain_count / len(digits)} if promised else {}),
                )
            )
    report("error_budget", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
