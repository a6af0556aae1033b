"""Claim: Tenfold reads hands it was not trained on: foreign digits, after MNIST alone, and after all other sets.

Each set goes through the whole path twice: with `digit` as it was after MNIST alone, and with one that was trained on
every set but this one (leave one out), where it has been trained. Beside them stands the report's network in the same
run, fed as its window does (the whole picture squeezed into 28x28) and through Tenfold's normalisation. The shipped
`digit` has learned from all four sets, so it is not judged here; the shipped gate has too, so how many are answered
says more of it than of strangers. No network saw the set it is judged by; but which styles the synthetic digits were
missing was told by looking at mistakes on `finnish_canvas` and `semeion`, so for these two, after all others, a part of
the gain is owed to that look.

The sets are not part of this project: `--data-dir` names the folder that holds them as NPZ files (`images`, `labels`).
Without it nothing is measured, and a result of before stays as it is. `make judges DATA=FOLDER` trains the networks.

    python benchmarks/foreign_sets.py --data-dir FOLDER [--runs runs]
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from _claim import ROOT, Figure, accuracy, arguments, open_report, report, stop

from tenfold.config import load_settings
from tenfold.data.foreign import SETS
from tenfold.data.held_out import open_data
from tenfold.training.evaluate import evaluate
from tenfold.training.model_files import OpenModel, open_model

# The share in % that is asked of a network that never saw the set.
ASKED = {"hwd1000": 99.9, "finnish_canvas": 98.5, "swiss_cc0": 97.5, "semeion": 96.0}
MOST_ECE = 2.0
CLAIM = "Hands it was not trained on: foreign digits, read after MNIST alone and after all other sets."


def trained(path: Path) -> OpenModel:
    """A network of `make judges`."""
    if not path.is_file():
        stop(f"{path} is not there. Train the networks that judge first: make judges DATA=FOLDER")
    return open_model(str(path), load_settings())


def both(
    what: str, found: dict[str, Any], window: dict[str, Any], normalized: dict[str, Any], asked: str, least: float
) -> list[Figure]:
    """Accuracy and calibration of one network on one set, beside the report's."""
    figure = accuracy(what, found, window, "the report's network as its window feeds it", asked, least)
    beside = {"the report's network through Tenfold's normalisation %": 100 * normalized["accuracy"]}
    return [
        replace(figure, more={**beside, **(figure.more or {})}),
        Figure(
            what=f"Calibration error (ECE): {what}",
            value=100 * found["ece"],
            unit="%",
            n=found["n"],
            baseline=100 * normalized["ece"],
            baseline_what="the report's network through Tenfold's normalisation",
        ),
    ]


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, data_dir="", runs=str(ROOT / "runs"))
    names = [one.name for one in SETS]
    if not given.data_dir:
        stop(
            f"Digits that are no MNIST: not measured. This claim needs a folder with {', '.join(names)} as NPZ files.\n"
            "Name it: make bench DATA=FOLDER, or python benchmarks/foreign_sets.py --data-dir FOLDER",
            status=0,
        )
    files = {name: Path(given.data_dir) / f"{name}.npz" for name in names}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        stop(
            f"{given.data_dir} does not hold {', '.join(missing)}.\n"
            "These sets are not part of the project; name the folder that holds them all: --data-dir FOLDER"
        )
    settings, runs = load_settings(), Path(given.runs)
    alone, theirs = trained(runs / "ensemble" / "member-0" / "digit.onnx"), open_report(runs / "report" / "mnist.onnx")
    figures: list[Figure] = []
    for one in SETS:
        digits = open_data(str(files[one.name]), settings)
        if given.quick:
            digits = digits.take(np.linspace(0, len(digits) - 1, 100).astype(int))
        what = f"{one.what[0].upper()}{one.what[1:]} ({one.name})"
        window, normalized = (evaluate(theirs, digits, settings, way).to_dict() for way in ("naive", "whole"))
        reached = 100 * max(window["accuracy"], normalized["accuracy"])
        found = evaluate(alone, digits, settings, "whole").to_dict()
        asked = f"at least {reached:.2f} % (the report's network at its best)"
        figures += both(f"{what}, after MNIST alone", found, window, normalized, asked, reached)
        judge = runs / f"without-{one.name}" / "digit.onnx"
        if not judge.is_file():
            print(
                f"{judge} is not there: make judges DATA=FOLDER trains it. {one.name} is judged after MNIST alone only."
            )
            continue
        found = evaluate(open_model(str(judge), settings), digits, settings, "whole").to_dict()
        least = ASKED[one.name]
        figures += both(f"{what}, after all others", found, window, normalized, f"at least {least:g} %", least)
        ece = 100 * found["ece"]
        figures[-1] = replace(figures[-1], asked=f"at most {MOST_ECE:g} %", met=ece <= MOST_ECE)
    report("foreign_sets", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
