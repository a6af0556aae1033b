"""Claim: from a shell, a picture has its answer at least 15 times sooner than with the report's network in Keras.

Both start as fresh processes, by turns, after one unmeasured run each. The Keras network is the report's own, with
untrained weights: how long it takes does not depend on them.

    python benchmarks/first_answer.py [--runs 9] [--picture PNG]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _claim import ROOT, TENFOLD, Figure, arguments, quartiles, report, stop

FLOOR = 15.0
MOST_SECONDS, MOST_MEMORY = 0.5, 150.0
# As in a user's shell: the unmeasured runs leave compiled modules behind, as installing with pip does.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
CLAIM = "From a shell, a picture has its answer at least 15 times sooner than with the report's network in Keras."


def timed(command: list[str]) -> tuple[float, float, str]:
    """Run a command: seconds until it has ended, its peak resident memory in MB, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        stop(f"{' '.join(command)} ended with {process.returncode}; run it by hand to see why.")
    return seconds, usage.ru_maxrss / 1024, output


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, runs=9, picture=str(ROOT / "examples" / "digits" / "seven-crossed.png"))
    runs = 2 if given.quick else given.runs
    with tempfile.TemporaryDirectory() as folder:
        network = str(Path(folder) / "report.keras")
        save = f"from tenfold.catalogue.report import build; build().save({network!r})"
        subprocess.run([sys.executable, "-c", save], check=True, stderr=subprocess.DEVNULL)
        ways = {
            "tenfold": [TENFOLD, "predict", given.picture, "--json"],
            "keras": [sys.executable, str(Path(__file__).with_name("_keras_answer.py")), network, given.picture],
        }
        answer = {name: timed(command)[2] for name, command in ways.items()}
        measured = {name: [] for name in ways}
        for _ in range(runs):
            for name, command in ways.items():
                measured[name].append(timed(command)[:2])
    print(f"Tenfold answers {json.loads(answer['tenfold'])['digit']}.")
    seconds, memory = (
        {name: [run[part] for run in all_runs] for name, all_runs in measured.items()} for part in (0, 1)
    )
    median = {name: statistics.median(values) for name, values in seconds.items()}
    peak = {name: statistics.median(values) for name, values in memory.items()}
    ratio = median["keras"] / median["tenfold"]
    figures = [
        Figure(
            what="A picture to its answer, from a shell",
            value=median["tenfold"],
            unit="s",
            n=runs,
            spread=quartiles(seconds["tenfold"]),
            baseline=median["keras"],
            baseline_what="the report's network in Keras",
            ratio=ratio,
            asked=f"at least {FLOOR:g} times sooner, in at most {MOST_SECONDS:g} s",
            met=ratio >= FLOOR and median["tenfold"] <= MOST_SECONDS,
        ),
        Figure(
            what="Peak memory while doing so",
            value=peak["tenfold"],
            unit="MB",
            n=runs,
            spread=quartiles(memory["tenfold"]),
            baseline=peak["keras"],
            baseline_what="the report's network in Keras",
            ratio=peak["keras"] / peak["tenfold"],
            asked=f"at most {MOST_MEMORY:g} MB",
            met=peak["tenfold"] <= MOST_MEMORY,
        ),
    ]
    report("first_answer", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
