"""A comparison as a table for the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from tenfold.comparison.ranking import leads, published_met, ranked
from tenfold.training.evaluation_text import size

Row = dict[str, Any]
COLUMNS = (
    "",
    "",
    "accuracy",
    "95 %",
    "published",
    "fit",
    "a digit",
    "memory",
    "file",
    "left out",
    "NLL",
    "ECE",
    "lead",
)
# Left out one after the other where a window is too narrow for all.
SPARED = ("memory", "NLL", "ECE", "95 %", "file", "left out", "a digit", "fit")
LEGEND = (
    "fit: seconds to fit. a digit: microseconds in lots of 1,000. memory: what it took at most. left out: how many of "
    "the doubtful ones, in %, for at most 0.5 % errors in the rest. lead: McNemar's p beside the next one; * means "
    "that the lead is hardly chance (p < 0.05). published: error in % on MNIST's test digits; + where that is met."
)


def table(rows: list[Row], labels: str, width: int) -> tuple[Table, tuple[str, ...]]:
    """The table, and the names of the columns that it had no room for.

    Args:
        rows: What `tenfold.comparison.run.compare` gave.
        labels: The test digits as a text.
        width: Letters in a line.
    """
    best = ranked(rows)
    lines = [(str(rank), *_cells(*one)) for rank, one in enumerate(zip(best, leads(best, labels), strict=True), 1)]
    lines += [("", row["name"], "failed", *[""] * (len(COLUMNS) - 3)) for row in rows if "error" in row]
    for count in range(len(SPARED) + 1):
        made = _with_columns(lines, SPARED[:count])
        if Console(width=1000).measure(made).maximum <= width:
            break
    return made, SPARED[:count]


def _with_columns(lines: list[tuple[str, ...]], spared: tuple[str, ...]) -> Table:
    out = Table(box=None, pad_edge=False, header_style="bold")
    kept = [number for number, name in enumerate(COLUMNS) if name not in spared]
    for number in kept:
        out.add_column(COLUMNS[number], justify="left" if number == 1 else "right", no_wrap=True)
    for line in lines:
        out.add_row(*(line[number] for number in kept))
    return out


def _cells(row: Row, lead: float | None) -> tuple[str, ...]:
    low, high = (100 * end for end in row["accuracy_ci95"])
    return (
        row["name"],
        f"{100 * row['accuracy']:.2f}",
        f"{low:.2f}-{high:.2f}",
        published(row),
        "" if row["fit_seconds"] is None else f"{row['fit_seconds']:.1f}",
        f"{1e6 * row['seconds_a_digit']:,.0f}",
        size(row["peak_bytes"]),
        size(row["bytes"]),
        f"{100 * row['reject_rate_at_0.5']:.1f}",
        f"{row['nll']:.3f}",
        f"{100 * row['ece']:.1f}",
        "" if lead is None else f"{lead:.2f}{'*' if lead < 0.05 else ''}",
    )


def published(row: Row) -> str:
    """The published error, with a plus if it is met and a minus if not."""
    if row["published_error"] is None:
        return ""
    sign = {True: " +", False: " -", None: ""}[published_met(row)]
    return f"{row['published_error']:g}{sign}"


def shared_note(rows: list[Row]) -> str:
    """A word on times that were taken while others were measured on the same machine; empty if there are none."""
    shared = [row for row in rows if row.get("at_once", 1) > 1 and "error" not in row]
    if not shared:
        return ""
    most, names = max(row["at_once"] for row in shared), ", ".join(row["name"] for row in shared)
    return (
        f"Measured up to {most} at once on a machine: {names}. Their accuracy is what "
        "it would be alone; their times are not to be compared with others."
    )
