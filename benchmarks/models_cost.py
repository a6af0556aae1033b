"""Claim: what it costs to train everything that ships, in minutes of a processor; two cores share them where they can.

`make models` writes down the processor time of each of its commands, whatever else ran beside it. Two at once, as on a
machine with two cores, the whole takes about half of the sum. The baseline is the report's own ten epochs (`make
judges`).

    python benchmarks/models_cost.py
"""

from __future__ import annotations

import json
from pathlib import Path

from _claim import ROOT, Figure, arguments, report, stop

CLAIM = "What it costs to train everything that ships, in minutes of a processor: about half of them on two cores."


def main() -> None:
    """Add up and report."""
    given = arguments(CLAIM, runs=str(ROOT / "runs"))
    shipped, plain = Path(given.runs) / "shipped.json", Path(given.runs) / "report" / "made.json"
    for path in (shipped, plain):
        if not path.is_file():
            stop(f"{path} is not there. First: make models judges DATA=FOLDER")
    minutes = {folder: seconds / 60 for folder, seconds in json.loads(shipped.read_text("utf-8")).items()}
    baseline = json.loads(plain.read_text("utf-8"))["seconds"] / 60
    whole = sum(minutes.values())
    figures = [
        Figure(
            what="Training all that ships (`make models`), processor time",
            value=whole,
            unit="min",
            n=len(minutes),
            baseline=baseline,
            baseline_what="the report's network, ten epochs",
            more={f"{folder}, minutes": taken for folder, taken in minutes.items()},
        )
    ]
    report("models_cost", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
