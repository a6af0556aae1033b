"""Claim: `fast` is as right as the report says its network is, after a 25th of the time from the command to the files.

Both run as commands, in fresh processes. Of the report's ten epochs one is run, and two: the difference is what each of
the other eight takes, and what comes before and after the epochs counts for both. `fast` runs in between, and all of it
twice, so that a machine that slows down slows both.

    python benchmarks/fast_training.py [--seeds 10]
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from _claim import TENFOLD, Figure, arguments, report, stop

from tenfold.models.onnx import read_card

LEAST, TIMES, EPOCHS = 99.13, 25.0, 10
CLAIM = "`fast` is right on 99.13 % of MNIST's test digits, as the report says of itself, after a 25th of its time."


def timed(name: str, out: Path, *flags: str) -> float:
    """Seconds a recipe takes as a command."""
    command = [TENFOLD, "train", name, "--out", str(out), *flags]
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        stop(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-400:]}")
    return time.perf_counter() - start


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, seeds=10)
    few = ("--limit", "500") if given.quick else ()
    seeds = 2 if given.quick else given.seeds
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        seconds: list[float] = []
        ones, twos = [], []
        for turn in range(2):
            ones.append(timed("report", home / "report", "--epochs", "1", *few))
            seconds += [
                timed("fast", home / f"fast-{seed}", "--seed", str(seed), *few) for seed in range(turn, seeds, 2)
            ]
            twos.append(timed("report", home / "report", "--epochs", "2", *few))
        shares = [
            100 * read_card(home / f"fast-{seed}" / "fast.json").scores["mnist_test_accuracy"] for seed in range(seeds)
        ]
        parameters = read_card(home / "fast-0" / "fast.json").parameters
    reckoned = [two + (EPOCHS - 2) * (two - one) for one, two in zip(ones, twos, strict=True)]
    whole = statistics.mean(reckoned)
    median, mean = statistics.median(seconds), statistics.mean(shares)
    figures = [
        Figure(
            what=f"`fast` on MNIST's test digits, mean of {seeds} seeds",
            value=mean,
            unit="%",
            n=10_000,
            spread=(min(shares), max(shares)),
            baseline=99.13,
            baseline_what="what the report prints",
            asked=f"at least {LEAST:g} %",
            met=mean >= LEAST,
            more={"standard deviation": statistics.stdev(shares), "parameters": parameters},
        ),
        Figure(
            what="Training `fast`, the whole command",
            value=median,
            unit="s",
            n=seeds,
            spread=(min(seconds), max(seconds)),
            baseline=whole,
            baseline_what=f"the report's {EPOCHS} epochs, reckoned from runs of one and of two",
            ratio=whole / median,
            asked=f"at least {TIMES:g} times less",
            met=whole / median >= TIMES,
            more={"the report's time, least": min(reckoned), "the report's time, most": max(reckoned)},
        ),
    ]
    report("fast_training", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
