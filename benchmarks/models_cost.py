"""Claim: everything that ships is trained on two CPU cores in an afternoon, and what each network takes is noted.

`make models` writes down how long each of its commands ran, each on one thread, two at once where neither waits for the
other. The baseline is the report's own ten epochs, trained likewise (`make judges`).

    python benchmarks/models_cost.py
"""

from __future__ import annotations

import json
from pathlib import Path

from _claim import ROOT, Figure, arguments, report, stop

CLAIM = "What it costs to train everything that ships, in minutes of one core."


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
            what="Training all that ships (`make models`), minutes of one core",
            value=whole,
            unit="min",
            n=len(minutes),
            baseline=baseline,
            baseline_what="the report's network, ten epochs",
            ratio=baseline / whole,
            more={f"{folder}, minutes": taken for folder, taken in minutes.items()},
        )
    ]
    report("models_cost", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
