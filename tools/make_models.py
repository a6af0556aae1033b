"""Trains everything that ships, in the order in which one learns from another, and notes what each took.

    python -m tools.make_models FOLDER [--judges] [--only NAME ...]

FOLDER holds the foreign sets of `tenfold.data.foreign`. With `--judges` it trains what the benchmarks measure besides:
other seeds, `digit` without each of the sets, and the report's network. What is finished is not trained again, what was
stopped goes on: `runs/made.json` holds how many seconds each command has taken so far.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tenfold.data.foreign import SETS
from tenfold.models.onnx import WEIGHTS

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs"
MADE = RUNS / "made.json"
SEEDS = {"digit": 5, "tiny": 3}


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        name: What it is called in `runs`.
        recipe: The recipe.
        flags: Further flags.
        ships: Whether its network goes into the package.
    """

    name: str
    recipe: str
    flags: tuple[str, ...] = ()
    ships: bool = True


def shipped(foreign: str) -> list[Step]:
    """What ships, in order: the ensemble teaches digit, digit teaches tiny, and the cascade is of both."""
    others = ("--foreign", foreign, "--resume")
    return [
        Step("ensemble", "ensemble", ("--resume",)),
        Step("digit", "digit", others),
        Step("gate", "gate", others),
        Step("tiny", "tiny", ("--resume",)),
        Step("cascade", "cascade"),
    ]


def judges(foreign: str) -> list[Step]:
    """What is measured besides. `digit` without a set starts from the one that learned from MNIST alone."""
    start = str(RUNS / "digit" / "alone" / "digit.keras")
    left_out = [
        Step(
            f"without-{one.name}",
            "digit",
            ("--foreign", foreign, "--without", one.name, "--start", start, "--resume"),
            ships=False,
        )
        for one in SETS
    ]
    seeds = [
        Step(f"{name}-{seed}", name, ("--seed", str(seed), "--resume"), ships=False)
        for name, count in SEEDS.items()
        for seed in range(1, count)
    ]
    return [*left_out, *seeds, Step("report", "report", ships=False)]


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("foreign")
    parser.add_argument("--judges", action="store_true", help="not what ships, but what is measured besides")
    parser.add_argument("--only", nargs="*", help="names of steps; default: all")
    given = parser.parse_args()
    made = json.loads(MADE.read_text("utf-8")) if MADE.is_file() else {}
    for step in judges(given.foreign) if given.judges else shipped(given.foreign):
        if given.only and step.name not in given.only:
            continue
        note = made.setdefault(step.name, {"seconds": 0.0, "done": False})
        if note["done"]:
            print(f"{step.name}: made before, in {note['seconds']:.0f} s. To train it again: rm {MADE}", flush=True)
            continue
        out = RUNS / step.name
        start = time.monotonic()
        command = [sys.executable, "-m", "tenfold", "train", step.recipe, *step.flags, "--out", str(out)]
        try:
            status = subprocess.run(command, check=False).returncode
        finally:
            note["seconds"] = round(note["seconds"] + time.monotonic() - start, 1)
            _write(made)
        if status:
            sys.exit(status)
        if step.ships:
            for ending in ("onnx", "json"):
                shutil.copy(out / f"{step.recipe}.{ending}", WEIGHTS)
        note["done"] = True
        _write(made)


def _write(made: dict[str, dict[str, float | bool]]) -> None:
    MADE.parent.mkdir(parents=True, exist_ok=True)
    partial = MADE.with_suffix(".partial")
    partial.write_text(json.dumps(made, indent=2) + "\n", "utf-8")
    partial.replace(MADE)


if __name__ == "__main__":
    main()
