"""Trains everything that ships, in the order in which one learns from another, and notes what each took.

    python -m tools.make_models FOLDER [--judges] [--only NAME ...] [--at-once N]

FOLDER holds the foreign sets of `tenfold.data.foreign`. With `--judges` it trains what the benchmarks measure besides:
`digit` without each of the sets, other seeds of `tiny`, and the report's network. Each command runs on one thread, and
as many of them at once as there are cores: networks this small train faster so. What is finished is not trained again,
what was stopped goes on: `runs/NAME/made.json` says how many seconds a command has taken so far, `runs/shipped.json`
what all that ships has taken.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tenfold.data.foreign import SETS
from tenfold.models.onnx import WEIGHTS
from tenfold.training.ensemble import MEMBERS

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs"
NOTE = "made.json"
TINIES = 3
# Having learned from MNIST alone is the same for all that goes on from there: it is done once.
START = ("--start", str(RUNS / "ensemble" / "member-0" / "digit.keras"))


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        folder: Where in `runs` its results go.
        recipe: The recipe.
        flags: Further flags.
        ships: Whether its network goes into the package.
    """

    folder: str
    recipe: str
    flags: tuple[str, ...] = ("--resume",)
    ships: bool = False


def shipped(foreign: str) -> list[list[Step]]:
    """What ships, one after the other: digit goes on from the ensemble's first member, and teaches tiny."""
    others = ("--foreign", foreign, "--resume")
    return [
        [_seed("digit", seed, "ensemble/member-{}") for seed in range(MEMBERS)],
        [Step("ensemble", "ensemble", ships=True)],
        [Step("digit", "digit", (*others, *START), ships=True), Step("gate", "gate", others, ships=True)],
        [Step("tiny", "tiny", ships=True)],
        [Step("cascade", "cascade", (), ships=True)],
    ]


def judges(foreign: str) -> list[list[Step]]:
    """What is measured besides."""
    others = ("--foreign", foreign, "--resume", *START)
    return [
        [
            *(Step(f"without-{one.name}", "digit", (*others, "--without", one.name)) for one in SETS),
            *(_seed("tiny", seed) for seed in range(1, TINIES)),
            Step("report", "report", ()),
        ]
    ]


def _seed(recipe: str, seed: int, folder: str = "") -> Step:
    return Step((folder or recipe + "-{}").format(seed), recipe, ("--seed", str(seed), "--resume"))


def make(step: Step) -> None:
    """Run one command, unless it is done.

    Raises:
        CalledProcessError: If it fails.
    """
    out = RUNS / step.folder
    took, done = noted(step.folder)
    if done:
        print(f"{step.folder}: made before, in {took:.0f} s. To make it again: rm {out / NOTE}", flush=True)
        return
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tenfold", "train", step.recipe, *step.flags, "--out", str(out)]
    start = time.monotonic()
    try:
        with (out / "output.txt").open("a", encoding="utf-8") as output:
            one_thread = {**os.environ, "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "2"}
            print(f"{step.folder}: {' '.join(command[2:])} > {output.name}", flush=True)
            subprocess.run(command, check=True, stdout=output, stderr=subprocess.STDOUT, env=one_thread)
        if step.ships:
            for ending in ("onnx", "json"):
                shutil.copy(out / f"{step.recipe}.{ending}", WEIGHTS)
        done = True
    finally:
        note = {"seconds": round(took + time.monotonic() - start, 1), "done": done}
        (out / NOTE).write_text(json.dumps(note) + "\n", "utf-8")
    print(f"{step.folder}: {note['seconds']:.0f} s", flush=True)


def noted(folder: str) -> tuple[float, bool]:
    """How many seconds a command has taken so far, and whether it is done."""
    path = RUNS / folder / NOTE
    note = json.loads(path.read_text("utf-8")) if path.is_file() else {"seconds": 0.0, "done": False}
    return float(note["seconds"]), bool(note["done"])


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("foreign", metavar="FOLDER")
    parser.add_argument("--judges", action="store_true", help="not what ships, but what is measured besides")
    parser.add_argument("--only", nargs="*", help="folders in runs, as the tool names them; default: all")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="default: as many as cores")
    given = parser.parse_args()
    for together in judges(given.foreign) if given.judges else shipped(given.foreign):
        chosen = [step for step in together if not given.only or step.folder in given.only]
        with ThreadPoolExecutor(given.at_once) as pool:
            tasks = [pool.submit(make, step) for step in chosen]
            for task in tasks:
                try:
                    task.result()
                except subprocess.CalledProcessError as error:
                    pool.shutdown(cancel_futures=True)
                    sys.exit(f"{error}; what it said is in output.txt of its folder.")
    made = {step.folder: noted(step.folder) for together in shipped("") for step in together}
    if all(done for _, done in made.values()):
        seconds = {folder: took for folder, (took, _) in made.items()}
        (RUNS / "shipped.json").write_text(json.dumps(seconds, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
