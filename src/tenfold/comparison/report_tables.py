"""The tables of a comparison's report: the ranking, and shares shaded by how bad they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from tenfold.comparison.charts import css
from tenfold.comparison.measure import PAIRS
from tenfold.comparison.ranking import leads, published_met
from tenfold.training.evaluation_text import size

Row = dict[str, Any]
HEADS = (
    ("accuracy", "share of the test digits read right, with its 95 % interval (Wilson)"),
    ("published", "error on MNIST's test digits as published"),
    ("to fit", "seconds to fit to all the digits"),
    ("a digit", "microseconds, in lots of 1,000; below it, beside the shipped network digit in the same minute"),
    ("alone", "milliseconds for a digit that comes alone"),
    ("memory", "what fitting and reading took at most"),
    ("on disk", "size of its file"),
    ("left out", "how many of the doubtful ones have to be left out for at most 0.5 % errors in the rest"),
    ("NLL", "negative log-likelihood of the test digits, in nats"),
    ("ECE", "expected calibration error"),
    ("lead", "McNemar's p beside the next one: below 0.05 the lead is hardly chance"),
)


def ranking(best: list[Row], labels: str) -> str:
    """The classifiers by rank, with what they reach and what they cost."""
    head = "".join(f'<th scope="col" title="{escape(text)}">{name}</th>' for name, text in HEADS)
    said = "".join(f"<li><b>{name}</b>: {escape(text)}</li>" for name, text in HEADS)
    lines = []
    for rank, (row, lead) in enumerate(zip(best, leads(best, labels), strict=True), 1):
        cells = "".join(f"<td>{cell}</td>" for cell in _cells(row, lead))
        lines.append(f"<tr><td>{rank}</td>{_name(row)}{cells}</tr>")
    return (
        f'<div class="scroll"><table class="ranking"><thead><tr><td></td><td></td>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
        f"<details><summary>What the columns say</summary><ul>{said}</ul></details>"
    )


def _cells(row: Row, lead: float | None) -> list[str]:
    low, high = (100 * end for end in row["accuracy_ci95"])
    published = ""
    if row["published_error"] is not None:
        sign = {True: "met", False: "not met", None: ""}[published_met(row)]
        published = f"{row['published_error']:g} %<small>{sign}</small>"
    times = row["seconds_a_digit"] / row["digit_seconds"]
    return [
        f"<b>{100 * row['accuracy']:.2f} %</b><small>{low:.2f} to {high:.2f}</small>",
        published,
        "as shipped" if row["fit_seconds"] is None else f"{row['fit_seconds']:,.1f} s",
        f"{1e6 * row['seconds_a_digit']:,.0f} µs<small>{times:,.2g} x digit</small>",
        f"{1e3 * row['seconds_alone']:,.2f} ms",
        size(row["peak_bytes"]),
        f"{size(row['bytes'])}<small>{row['parameters']:,} numbers</small>",
        f"{100 * row['reject_rate_at_0.5']:.1f} %",
        f"{row['nll']:.4f}",
        f"{100 * row['ece']:.2f} %",
        "" if lead is None else f"<b>{lead:.3f}</b>" if lead < 0.05 else f"{lead:.2f}",
    ]


Columns = list[tuple[str, Callable[[Row], float | None], bool]]
"""Head, what a row says, and whether more is better."""


def by_digit() -> Columns:
    """Columns: errors digit by digit, in %."""

    def errors(digit: int) -> Callable[[Row], float | None]:
        return lambda row: (
            None if row["per_digit_recall"][digit] is None else 100 * (1 - row["per_digit_recall"][digit])
        )

    return [(str(digit), errors(digit), False) for digit in range(10)]


def by_corruption(best: list[Row]) -> Columns:
    """Columns: accuracy on digits spoilt in each way and measure, in %."""

    def right(name: str, much: str) -> Callable[[Row], float | None]:
        return lambda row: 100 * row["spoilt"][name][much]

    steps = best[0]["spoilt"]
    return [(f"{name} {much}", right(name, much), True) for name, found in steps.items() for much in found]


def by_set(best: list[Row]) -> Columns:
    """Columns: accuracy on each set of other hands, in %."""

    def right(name: str) -> Callable[[Row], float | None]:
        return lambda row: 100 * row["foreign"][name] if name in row["foreign"] else None

    return [(name, right(name), True) for name in best[0]["foreign"]]


def by_pair() -> Columns:
    """Columns: how often one of a pair was taken for the other."""

    def count(name: str) -> Callable[[Row], float | None]:
        return lambda row: float(row["pairs"][name])

    return [(f"{one} and {other}", count(f"{one}-{other}"), False) for one, other in PAIRS]


def heat(best: list[Row], columns: Columns) -> str:
    """A table in which a cell is the darker the worse it is beside the others of its column."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name, *_ in columns)
    ranges = [_range([value(row) for row in best]) for _, value, _ in columns]
    lines = []
    for row in best:
        cells = []
        for (_, value, more), (low, high) in zip(columns, ranges, strict=True):
            found = value(row)
            if found is None:
                cells.append("<td></td>")
                continue
            bad = 0.0 if high == low else (high - found if more else found - low) / (high - low)
            text = f"{found:.0f}" if float(found).is_integer() else f"{found:.1f}"
            cells.append(f'<td style="--strength:{round(100 * bad)}%">{text}</td>')
        lines.append(f"<tr>{_name(row)}{''.join(cells)}</tr>")
    return (
        f'<div class="scroll"><table class="heat"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _range(values: Sequence[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else (0.0, 0.0)


def _name(row: Row) -> str:
    title, name = escape(row["title"]), escape(row["name"])
    return f'<th scope="row" class="{css(row["family"])}" title="{title}"><i></i>{name}</th>'
