"""A claim's figures and where they were measured, written as benchmarks/results/NAME.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import sysconfig
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from tenfold.atomic import write_file
from tenfold.config import load_settings
from tenfold.training.model_files import OpenModel, open_model

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
# The command, as a user of this environment has it.
TENFOLD = str(Path(sysconfig.get_path("scripts")) / "tenfold")
PACKAGES = (
    "tenfold",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "keras",
    "tensorflow-cpu",
    "tensorflow",
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number beside a plain baseline of the same run.

    Attributes:
        what: What was measured.
        value: The number: a median for times, a share in % for accuracies.
        unit: Its unit: ``"s"``, ``"ms"``, ``"MB"``, ``"%"``.
        n: How many trials or digits it rests on.
        spread: Its spread, low and high: quartiles for times, Wilson's 95 % interval for shares, least and most for
            several seeds, None for neither.
        baseline: The same by the plain way.
        baseline_what: What the plain way is.
        ratio: How many times better than the baseline; None where a ratio says nothing.
        asked: What was asked for, in words; empty if nothing was.
        met: Whether that is met.
        more: Further numbers by name.
    """

    what: str
    value: float
    unit: str
    n: int
    spread: tuple[float, float] | None = None
    baseline: float
    baseline_what: str
    ratio: float | None = None
    asked: str = ""
    met: bool = True
    more: dict[str, float] | None = None


def quartiles(values: list[float]) -> tuple[float, float]:
    """The first and the third quartile."""
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, third


def timed(what: str, unit: str, ours: list[float], plain: list[float], plain_what: str, **more: Any) -> Figure:
    """The median of some times, with their quartiles, beside that of the plain way.

    Args:
        what: What was measured.
        unit: Of the times.
        ours: One a trial.
        plain: The same of the plain way.
        plain_what: What that is.
        more: Other fields of the figure: ``asked``, ``met``, ``more``.
    """
    median, baseline = statistics.median(ours), statistics.median(plain)
    return Figure(
        what=what,
        value=median,
        unit=unit,
        n=len(ours),
        spread=quartiles(ours),
        baseline=baseline,
        baseline_what=plain_what,
        ratio=baseline / median,
        **more,
    )


def arguments(description: str, **defaults: str | int) -> argparse.Namespace:
    """The flags of a benchmark: `--quick` and those given as defaults."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a few trials only; prints, and writes nothing")
    for name, default in defaults.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", default=default, type=type(default), help=f"default: {default or 'none'}"
        )
    return parser.parse_args()


def open_report(path: Path) -> OpenModel:
    """The report's own network, trained: the plain way beside which ours is measured."""
    if not path.is_file():
        stop(f"{path} is not there. Train the report's network first: tenfold train report --out {path.parent}")
    return open_model(str(path), load_settings())


def accuracy(
    what: str, found: dict[str, Any], plain: dict[str, Any], plain_what: str, asked: str = "", least: float = 0.0
) -> Figure:
    """The share of right best readings, in %, beside another's.

    Args:
        what: What was measured.
        found: What `tenfold.training.evaluate` found of ours.
        plain: The same of the plain way.
        plain_what: What the plain way is.
        asked: What was asked for, in words.
        least: The share asked for, in %.
    """
    share = 100 * found["accuracy"]
    low, high = found["accuracy_ci95"]
    statuses = {f"status {name}": count for name, count in found["statuses"].items() if count}
    answered = {
        "answered %": 100 * found["answered"],
        "right of the answered %": 100 * (found["answered_accuracy"] or 0),
    }
    return Figure(
        what=what,
        value=share,
        unit="%",
        n=found["n"],
        spread=(100 * low, 100 * high),
        baseline=100 * plain["accuracy"],
        baseline_what=plain_what,
        asked=asked,
        met=share >= least,
        more={**answered, **statuses},
    )


def report(name: str, claim: str, figures: list[Figure], *, quick: bool) -> None:
    """Print the figures; keep them in benchmarks/results unless it was a quick run."""
    print(claim)
    for figure in figures:
        ratio = f", {figure.ratio:.3g} times" if figure.ratio else ""
        asked = f"; asked {figure.asked}: {'met' if figure.met else 'MISSED'}" if figure.asked else ""
        spread = "{:.4g} to {:.4g}, ".format(*figure.spread) if figure.spread else ""
        print(
            f"  {figure.what}: {figure.value:.4g} {figure.unit} ({spread}n = {figure.n:,}); "
            f"{figure.baseline_what}: {figure.baseline:.4g} {figure.unit}{ratio}{asked}"
        )
    if quick:
        print("  A quick run: nothing was written.")
        return
    found = {
        "claim": claim,
        "figures": [asdict(figure) for figure in figures],
        "machine": machine(),
        "versions": versions(),
        "commit": commit(),
    }
    write_file(RESULTS / f"{name}.json", (json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode())


def stop(message: str, status: int = 1) -> NoReturn:
    """End with a plain sentence: something this benchmark needs is not there."""
    print(message, file=sys.stderr)
    sys.exit(status)


def machine() -> dict[str, str | int]:
    """What it ran on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "system": platform.system(),
    }


def versions() -> dict[str, str]:
    """What it ran with."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit measured, with a plus if the code differed from it."""

    def git(*command: str) -> str:
        return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    head = git("rev-parse", "--short=12", "HEAD") or "unknown"
    return head + ("+" if git("status", "--porcelain", "--", "src", "benchmarks/*.py") else "")
