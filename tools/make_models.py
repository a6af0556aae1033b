"""Trains everything that ships, in the order in which one learns from another, and notes what each took.

    python -m tools.make_models FOLDER [--judges] [--only NAME ...] [--at-once N]

FOLDER holds the foreign sets of `tenfold.data.foreign`. With `--judges` it trains what the benchmarks measure besides:
`digit` without each of the sets and other seeds of `tiny`. Each command runs on one thread, and
as many of them at once as there are cores: networks this small train faster so. The reader runs by itself, on all. What
was stopped goes on, what is finished is not trained again, unless it learned from something else than is shipped now.
`runs/NAME/made.json` says how many seconds of a processor a command has taken so far, `runs/shipped.json` what all that
ships has taken.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenfold.atomic import write_file
from tenfold.data.foreign import SETS
from tenfold.models.load import ENDINGS, LITERATURE
from tenfold.models.onnx import WEIGHTS
from tenfold.training.ensemble import MEMBERS

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs"
NOTE = "made.json"
TINIES = 3
# Of the literature those that are small and quickly trained, of several families: for the page that shows them all.
SMALL = ("linear", "pca-quadratic", "naive-bayes", "j48", "lenet-1")
# Having learned from MNIST alone is the same for all that goes on from there: it is done once, and that member goes on
# which has the least loss on validation.
START = ("--start", str(RUNS / "ensemble" / "member-1" / "digit.keras"))


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        folder: Where in `runs` its results go.
        recipe: The recipe.
        flags: Further flags.
        ships: Whether its network goes into the package.
        after: Shipped networks it learns from.
    """

    folder: str
    recipe: str
    flags: tuple[str, ...] = ("--resume",)
    ships: bool = False
    after: tuple[str, ...] = ()


def shipped(foreign: str) -> list[list[Step]]:
    """What ships, one after the other: digit goes on from one of the ensemble's members, and teaches tiny.

    The report's network and LeNet-5 ship to be looked into, and to be compared with.
    """
    others = ("--foreign", foreign, "--resume")
    return [
        [Step("report", "report", (), ships=True), Step("lenet-5", "lenet-5", (), ships=True)],
        [_seed("digit", seed, "ensemble/member-{}") for seed in range(MEMBERS)],
        [Step("ensemble", "ensemble", ships=True)],
        [Step("digit", "digit", (*others, *START), ships=True), Step("gate", "gate", others, ships=True)],
        [Step("tiny", "tiny", ships=True, after=("digit",))],
        [Step("cascade", "cascade", (), ships=True, after=("digit", "tiny"))],
        [Step("reader", "reader", others, ships=True, after=("digit", "gate"))],
        [Step(name, name, (), ships=True) for name in SMALL],
    ]


def judges(foreign: str) -> list[list[Step]]:
    """What is measured besides."""
    others = ("--foreign", foreign, "--resume", *START)
    return [
        [
            *(Step(f"without-{one.name}", "digit", (*others, "--without", one.name)) for one in SETS),
            *(_seed("tiny", seed, after=("digit",)) for seed in range(1, TINIES)),
        ]
    ]


def _seed(recipe: str, seed: int, folder: str = "", after: tuple[str, ...] = ()) -> Step:
    return Step((folder or recipe + "-{}").format(seed), recipe, ("--seed", str(seed), "--resume"), after=after)


def make(step: Step) -> None:
    """Run one command, unless it is done, and ship what came of it.

    Raises:
        CalledProcessError: If it fails.
    """
    out = RUNS / step.folder
    before, from_what = noted(step.folder), sources(step)
    if before["done"] and before["from"] == from_what:
        print(f"{step.folder}: made before, in {before['seconds']:.0f} s of a processor.", flush=True)
    else:
        _run(step, out, before["seconds"] if not before["done"] else 0.0, from_what)
    if step.ships:
        home = LITERATURE if step.recipe in SMALL else WEIGHTS
        for made in (out / f"{step.recipe}{ending}" for ending in (*ENDINGS, ".json")):
            if made.is_file():
                write_file(home / made.name, made.read_bytes())


def _run(step: Step, out: Path, seconds: float, from_what: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tenfold", "train", step.recipe, *step.flags, "--out", str(out)]
    threads = str(os.cpu_count() or 1) if step.recipe == "reader" else "1"
    environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": threads, "TF_NUM_INTEROP_THREADS": "2"}
    print(f"{step.folder}: {' '.join(command[2:])} > {out / 'output.txt'}", flush=True)
    with (out / "output.txt").open("a", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
        # Waited for by hand: only so are the seconds of the processor known.
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = round(seconds + usage.ru_utime + usage.ru_stime, 1)
    note = {"seconds": seconds, "done": process.returncode == 0, "from": from_what}
    write_file(out / NOTE, (json.dumps(note) + "\n").encode())
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    print(f"{step.folder}: {seconds:.0f} s of a processor", flush=True)


def sources(step: Step) -> str:
    """What a command learns from, as it is shipped now: the start of the SHA-256 of each network."""
    paths = [WEIGHTS / f"{name}.onnx" for name in step.after]
    paths += [Path(flag) for flag in step.flags if flag.endswith(".keras")]
    return " ".join(hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in paths if path.is_file())


def noted(folder: str) -> dict[str, Any]:
    """What `made.json` says of a command: ``seconds`` so far, whether it is ``done``, and ``from`` what."""
    path = RUNS / folder / NOTE
    note = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return {"seconds": 0.0, "done": False, "from": "", **note}


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("foreign", metavar="FOLDER")
    parser.add_argument("--judges", action="store_true", help="not what ships, but what is measured besides")
    parser.add_argument("--only", nargs="*", help="folders in runs, as the tool names them; default: all")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="default: as many as cores")
    given = parser.parse_args()
    rounds = judges(given.foreign) if given.judges else shipped(given.foreign)
    known = [step.folder for together in rounds for step in together]
    unknown = sorted(set(given.only or ()) - set(known))
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; known: {', '.join(known)}")
    for together in rounds:
        chosen = [step for step in together if not given.only or step.folder in given.only]
        pool = ThreadPoolExecutor(given.at_once)
        try:
            for task in as_completed([pool.submit(make, step) for step in chosen]):
                task.result()
        except subprocess.CalledProcessError as error:
            sys.exit(f"{error}; what it said is in output.txt of its folder.")
        finally:
            # After a failure, or Ctrl-C, what is waiting must not begin.
            pool.shutdown(cancel_futures=True)
    made = {folder: noted(folder) for folder in (step.folder for together in shipped("") for step in together)}
    if all(note["done"] for note in made.values()):
        seconds = {folder: note["seconds"] for folder, note in made.items()}
        (RUNS / "shipped.json").write_text(json.dumps(seconds, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
