"""A comparison as a table for the terminal."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from tenfold.comparison.ranking import leads, published_met, ranked
from tenfold.training.text_report import size

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
LEGEND = (
    "fit: seconds to fit. a digit: microseconds in lots of 1,000. memory: what it took at most. left out: how many of "
    "the doubtful ones, in %, for at most 0.5 % errors in the rest. lead: McNemar's p beside the next one; * means "
    "that the lead is hardly chance (p < 0.05). published: error in % on MNIST's test digits; + where that is met."
)


def table(rows: list[Row], labels: str) -> Table:
    """The table.

    Args:
        rows: What `tenfold.comparison.run.compare` gave.
        labels: The test digits as a text.
    """
    out = Table(box=None, pad_edge=False, header_style="bold")
    for number, name in enumerate(COLUMNS):
        out.add_column(name, justify="left" if number == 1 else "right", no_wrap=True)
    best = ranked(rows)
    for rank, (row, lead) in enumerate(zip(best, leads(best, labels), strict=True), 1):
        out.add_row(str(rank), *_cells(row, lead))
    for row in rows:
        if "error" in row:
            out.add_row("", row["name"], "failed")
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
