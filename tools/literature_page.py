"""Writes docs/literature.md and what /literature shows from benchmarks/results, or checks them (`--check`)."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from written import with_block, write_or_check

from tenfold.comparison.charts import Spot, scatter
from tenfold.comparison.ranking import published_met, ranked
from tenfold.literature.entries import ENTRIES
from tenfold.training.evaluation_text import size

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / "benchmarks" / "results" / "literature.jsonl"
PAGE = ROOT / "docs" / "literature.md"
PLOT = ROOT / "docs" / "images" / "literature.svg"
FIGURES = ROOT / "src" / "tenfold" / "server" / "page" / "literature" / "figures.json"
START, END = "<!-- tables: written by `make docs` -->", "<!-- end of tables -->"
EMPTY = "Nothing has been measured yet: run `make bench`.\n"

Row = dict[str, Any]


def tables(rows: list[Row]) -> str:
    """What the page shows of the rows."""
    best = ranked(rows)
    lines = [
        "![Errors against the time of an answer](images/literature.svg)",
        "",
        "| | error, % | 95 % interval | published, % | to fit, s | µs a digit | beside `digit` | memory | file "
        "| left out, % | NLL | ECE, % |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in best:
        high, low = (100 * (1 - end) for end in row["accuracy_ci95"])
        published = ""
        if row["published_error"] is not None:
            published = f"{row['published_error']:g}{'' if published_met(row) else ' (not met)'}"
        cells = [
            f"`{row['name']}`",
            f"**{100 * (1 - row['accuracy']):.2f}**",
            f"{low:.2f} to {high:.2f}",
            published,
            "as shipped" if row["fit_seconds"] is None else f"{row['fit_seconds']:,.1f}",
            f"{1e6 * row['seconds_a_digit']:,.0f}",
            f"{row['seconds_a_digit'] / row['digit_seconds']:.2g} x",
            size(row["peak_bytes"]),
            size(row["bytes"]),
            f"{100 * row['reject_rate_at_0.5']:.1f}",
            f"{row['nll']:.3f}",
            f"{100 * row['ece']:.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    missing = [entry.name for entry in ENTRIES if entry.name not in {row["name"] for row in best}]
    open_ = [f"Not measured yet: {', '.join(f'`{name}`' for name in missing)}.", ""] if missing else []
    return "\n".join([*lines, "", *open_, *_spoilt(best), "", *_learned(best)]) + "\n"


def _spoilt(best: list[Row]) -> list[str]:
    """How many are right when digits are spoilt, or of other hands."""
    columns = [(f"{name} {much}", name, much) for name, steps in best[0]["spoilt"].items() for much in steps]
    sets = list(best[0]["foreign"])
    lines = [f"| right, % | {' | '.join([*(title for title, *_ in columns), *sets])} |"]
    lines.append("|---" * (1 + len(columns) + len(sets)) + "|")
    for row in best:
        cells = [f"{100 * row['spoilt'][name][much]:.1f}" for _, name, much in columns]
        cells += [f"{100 * row['foreign'][name]:.1f}" for name in sets]
        lines.append(f"| `{row['name']}` | {' | '.join(cells)} |")
    return lines


def _learned(best: list[Row]) -> list[str]:
    """Errors after fewer digits, and how often the pairs the survey names were taken for each other."""
    counts = sorted({int(count) for row in best for count in row["learning_curve"]})
    pairs = list(best[0]["pairs"])
    lines = [f"| wrong, % | {' | '.join([*(f'{count:,}' for count in counts), *pairs])} |"]
    lines.append("|---" * (1 + len(counts) + len(pairs)) + "|")
    for row in best:
        known = row["learning_curve"]
        cells = [f"{100 * (1 - known[str(count)]):.2f}" if str(count) in known else "" for count in counts]
        lines.append(f"| `{row['name']}` | {' | '.join([*cells, *(str(row['pairs'][pair]) for pair in pairs)])} |")
    return lines


def plot(rows: list[Row]) -> str:
    """Errors against the time of an answer, as a picture that stands alone."""
    spots = [
        Spot(row["name"], row["family"], 1e6 * row["seconds_a_digit"], max(1 - row["accuracy"], 1e-4), row["title"])
        for row in ranked(rows)
    ]
    drawn = scatter(spots, "microseconds a digit", "errors", "Errors against the time of an answer")
    style = "".join(
        (files(f"tenfold.{room}") / name).read_text("utf-8")
        for room, name in (("training", "report.css"), ("comparison", "comparison.css"))
    )
    kept = "\n".join(line for line in style.splitlines() if not line.startswith(("main", "body", "h1", "section")))
    drawn = drawn.removeprefix('<div class="scroll">').removesuffix("</div>")
    drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" ', 1)
    return drawn.replace(">", f"><style>{kept}</style>", 1) + "\n"


def figures(rows: list[Row]) -> str:
    """What the page of the service shows of each, one a line: errors and shares in per cent, times in seconds."""
    lines = []
    for row in ranked(rows):
        high, low = (round(100 * (1 - end), 2) for end in row["accuracy_ci95"])
        spoilt = [share for steps in row["spoilt"].values() for share in steps.values()]
        foreign = list(row["foreign"].values())
        shown = {
            "name": row["name"],
            "title": row["title"],
            "family": row["family"],
            "error": round(100 * (1 - row["accuracy"]), 2),
            "interval": [low, high],
            "published": row["published_error"],
            "met": None if row["published_error"] is None else published_met(row),
            "source": row["source"],
            "note": row["note"],
            "fit_seconds": row["fit_seconds"] and float(f"{row['fit_seconds']:.3g}"),
            "seconds_a_digit": float(f"{row['seconds_a_digit']:.3g}"),
            "bytes": row["bytes"],
            "spoilt": round(100 * sum(spoilt) / len(spoilt), 1),
            "foreign": round(100 * sum(foreign) / len(foreign), 1),
        }
        lines.append(json.dumps(shown, ensure_ascii=False))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def pages() -> dict[Path, str]:
    """What the files should say."""
    rows = [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()] if ROWS.is_file() else []
    block = f"{START}\n\n{tables(rows) if rows else EMPTY}\n{END}"
    written = {PAGE: with_block(PAGE, START, END, block)}
    return {**written, PLOT: plot(rows), FIGURES: figures(rows)} if rows else written


if __name__ == "__main__":
    sys.exit(write_or_check(pages()))
