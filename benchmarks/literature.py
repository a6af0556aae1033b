"""Claim: every classifier of the literature is trained and measured in one command, within the time asked for.

Runs `tenfold compare` twice as a command: quick, on 10,000 digits, and whole, on MNIST's 60,000 and 10,000. The rows of
the whole run are kept in results/literature.jsonl, from which docs/literature.md is written. What is there already, of
the same classifier on the same digits, is not measured again; the time of the whole is the sum of what each took.

    python benchmarks/literature.py [--foreign DIR] [--out runs/compare]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _claim import RESULTS, TENFOLD, Figure, arguments, report, stop

from tenfold.atomic import write_file
from tenfold.comparison.ranking import published_met
from tenfold.comparison.run import place

WHOLE, QUICK = 80.0, 4.0
CLAIM = "Every classifier of the literature is trained and measured in one command, as well as its papers say."
ROWS = RESULTS / "literature.jsonl"


def compared(*flags: str) -> list[dict[str, Any]]:
    """The rows that `tenfold compare` gives."""
    command = [TENFOLD, "compare", "--json", *flags]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        stop(f"{' '.join(command)} ended with {done.returncode}.")
    return [json.loads(line) for line in done.stdout.splitlines()]


def remember(out: Path) -> None:
    """Put the rows that were kept where a comparison looks for them."""
    out.mkdir(parents=True, exist_ok=True)
    for line in ROWS.read_text("utf-8").splitlines() if ROWS.is_file() else ():
        row = json.loads(line)
        path = place(out, row["name"], row["key"])
        if not path.exists():
            path.write_text(line + "\n", "utf-8")


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, foreign="", out="runs/compare")
    foreign = ("--foreign", given.foreign) if given.foreign else ()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        quick = compared("--quick", "--out", folder)
        quick_minutes = (time.perf_counter() - start) / 60
    print(f"quick: {quick_minutes:.1f} minutes", file=sys.stderr)
    if given.quick:
        return
    remember(Path(given.out))
    rows = compared("--out", given.out, *foreign)
    failed = [row["name"] for row in [*rows, *quick] if "error" in row]
    if failed:
        stop(f"Failed: {', '.join(failed)}")
    whole_minutes = sum(row["seconds"] for row in rows) / 60
    known = [row for row in rows if row["published_error"] is not None and row["digits"]]
    met = [row for row in known if published_met(row)]
    figures = [
        Figure(
            what=what,
            value=minutes,
            unit="min",
            n=len(rows),
            baseline=least,
            baseline_what="the time asked for",
            asked=f"at most {least:g} min",
            met=minutes <= least,
        )
        for what, minutes, least in (
            ("the whole comparison", whole_minutes, WHOLE),
            ("the quick one", quick_minutes, QUICK),
        )
    ]
    figures.append(
        Figure(
            what="published errors met within the 95 % interval, or beaten",
            value=100 * len(met) / len(known),
            unit="%",
            n=len(known),
            baseline=100.0,
            baseline_what="as published",
            asked="all of them, or explained",
            met=len(met) == len(known),
        )
    )
    write_file(ROWS, "".join(json.dumps(row) + "\n" for row in rows).encode())
    report("literature", CLAIM, figures, quick=False)


if __name__ == "__main__":
    main()
