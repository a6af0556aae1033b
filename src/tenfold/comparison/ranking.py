"""The rows of a comparison by rank, and whether a neighbour's lead is more than chance."""

from __future__ import annotations

import itertools
from typing import Any

Row = dict[str, Any]


def ranked(rows: list[Row]) -> list[Row]:
    """The rows that were measured, best first; equals in the order given."""
    return sorted((row for row in rows if "error" not in row), key=lambda row: row["errors"] / row["n"])


def mcnemar(one: str, other: str, labels: str) -> float:
    """How likely two classifiers that are equally good would differ by at least this much (McNemar 1947, exact).

    Args:
        one: The digits one read, as a text.
        other: Those the other read.
        labels: Those that stand there.

    Returns:
        The two-sided p-value of the digits that only one of them read right.
    """
    from scipy.stats import binomtest

    only_one = sum(a == c != b for a, b, c in zip(one, other, labels, strict=True))
    only_other = sum(b == c != a for a, b, c in zip(one, other, labels, strict=True))
    both = only_one + only_other
    return float(binomtest(only_one, both).pvalue) if both else 1.0


def leads(rows: list[Row], labels: str) -> list[float | None]:
    """For each row by rank the p-value beside the next one; None for the last."""
    pairs = itertools.pairwise(rows)
    return [*(mcnemar(one["answers"], other["answers"], labels) for one, other in pairs), *([None] if rows else [])]


def published_met(row: Row) -> bool | None:
    """Whether the published error is beaten or within the 95 % interval of the measured one.

    None if none is known, or if it was not measured as papers do: on all 10,000 test digits of MNIST.
    """
    if row["published_error"] is None or (row["test"], row["n"]) != ("mnist:test", 10_000):
        return None
    least = 100 * (1 - row["accuracy_ci95"][1])
    return bool(row["published_error"] >= round(least, 2))
