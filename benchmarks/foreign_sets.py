"""Claim: on digits that are no MNIST, Tenfold matches or beats the report's network, however that is fed.

Each set goes through the whole path with `digit`. Beside it stands the report's network in the same run, fed as its
window does (the whole picture squeezed into 28x28) and through Tenfold's normalisation. The share to reach is the best
of these two and of one measured before: the report's network and a plain crop, fitted to 20x20, centred on its mass.

The sets are not part of this project: `--data-dir` names the folder that holds them as NPZ files (`images`, `labels`).
Without it nothing is measured, and a result of before stays as it is.

    python benchmarks/foreign_sets.py --data-dir FOLDER [--report-model runs/report/mnist.onnx]
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from _claim import ROOT, Figure, accuracy, arguments, open_report, report, stop

from tenfold.config import load_settings
from tenfold.data.held_out import open_data
from tenfold.training.evaluate import evaluate
from tenfold.training.model_files import open_model

# What each set is, and the share in % that the report's network was measured at before.
SETS = {
    "hwd1000": ("Digits from a drawing program, one hand (hwd1000)", 100.0),
    "finnish_canvas": ("Digits drawn in a web page by many (finnish_canvas)", 96.9),
    "swiss_cc0": ("Scanned continental digits (swiss_cc0)", 92.4),
    "semeion": ("Scanned digits stretched to 16x16 (semeion)", 84.2),
}
CLAIM = "On digits that are no MNIST, Tenfold matches or beats the report's network, however that is fed."


def main() -> None:
    """Measure and report."""
    given = arguments(
        CLAIM,
        model="digit",
        data_dir="",
        report_model=str(ROOT / "runs" / "report" / "mnist.onnx"),
    )
    if not given.data_dir:
        stop(
            f"Digits that are no MNIST: not measured. This claim needs a folder with {', '.join(SETS)} as NPZ files.\n"
            "Name it: make bench DATA=FOLDER, or python benchmarks/foreign_sets.py --data-dir FOLDER",
            status=0,
        )
    files = {name: Path(given.data_dir) / f"{name}.npz" for name in SETS}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        stop(
            f"{given.data_dir} does not hold {', '.join(missing)}.\n"
            "These sets are not part of the project; name the folder that holds them all: --data-dir FOLDER"
        )
    settings = load_settings()
    ours, theirs = open_model(given.model, settings), open_report(Path(given.report_model))
    figures: list[Figure] = []
    for name, path in files.items():
        digits = open_data(str(path), settings)
        if given.quick:
            digits = digits.take(np.linspace(0, len(digits) - 1, 100).astype(int))
        found = evaluate(ours, digits, settings, "whole").to_dict()
        window, normalized = (evaluate(theirs, digits, settings, way).to_dict() for way in ("naive", "whole"))
        what, before = SETS[name]
        least = max(before, 100 * window["accuracy"], 100 * normalized["accuracy"])
        asked = f"at least {least:.2f} %"
        figure = accuracy(what, found, window, "the report's network as its window feeds it", asked, least)
        beside = {"the report's network through Tenfold's normalisation %": 100 * normalized["accuracy"]}
        figures.append(replace(figure, more={**beside, **(figure.more or {})}))
    report("foreign_sets", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
