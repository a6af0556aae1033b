"""Who leads, and whether by more than chance."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tenfold.comparison.charts import published_dots
from tenfold.comparison.ranking import leads, mcnemar, published_met, ranked
from tenfold.comparison.text import table


def row(name: str, answers: str = "", errors: int = 0, published: float | None = None, low: float = 0.98) -> dict:
    return {
        "name": name,
        "answers": answers,
        "errors": errors,
        "n": 10_000,
        "test": "mnist:test",
        "published_error": published,
        "accuracy_ci95": [low, 0.99],
    }


def test_the_best_comes_first_and_what_failed_has_no_rank() -> None:
    rows = [row("b", errors=3), {"name": "broken", "error": "no memory"}, row("a", errors=1), row("c", errors=3)]
    assert [one["name"] for one in ranked(rows)] == ["a", "b", "c"]


def test_mcnemar_asks_only_those_that_one_of_both_reads() -> None:
    labels = "0" * 20
    # Ten digits that only the first reads, none that only the second does: 2 * 0.5 ** 10.
    assert mcnemar("0" * 20, "1" * 10 + "0" * 10, labels) == pytest.approx(2 * 0.5**10)
    assert mcnemar("0" * 19 + "1", "1" + "0" * 19, labels) == 1.0
    assert mcnemar("0" * 20, "0" * 20, labels) == 1.0


def test_two_wrong_answers_are_no_lead() -> None:
    assert mcnemar("12", "34", "00") == 1.0


def test_a_lead_is_over_the_next() -> None:
    best = [row("a", "0" * 20), row("b", "1" * 10 + "0" * 10), row("c", "1" * 10 + "0" * 10)]
    assert leads(best, "0" * 20) == [pytest.approx(2 * 0.5**10), 1.0, None]
    assert leads([], "") == []


def test_published_figures_are_met_within_the_interval_or_beaten() -> None:
    assert published_met(row("a", published=1.0)) is True
    assert published_met(row("a", published=5.0)) is True
    assert published_met(row("a", published=0.9)) is False
    assert published_met(row("a")) is None
    # Of fewer digits, or others, papers say nothing.
    assert published_met({**row("a", published=5.0), "n": 2000}) is None
    assert published_met({**row("a", published=5.0), "test": "mine:test"}) is None


def shown(columns: int) -> tuple[str, tuple[str, ...]]:
    measured = {
        **row("lenet-5-distorted", "123", 1, 0.8),
        **dict.fromkeys(("accuracy", "seconds_a_digit", "fit_seconds", "reject_rate_at_0.5", "nll", "ece"), 0.5),
        **dict.fromkeys(("peak_bytes", "bytes"), 2_000_000),
    }
    console = Console(width=columns, file=io.StringIO(), color_system=None)
    made, spared = table([measured, {"name": "broken", "error": "no memory"}], "124", columns)
    console.print(made)
    return console.file.getvalue(), spared


def test_a_narrow_window_loses_whole_columns_and_is_told_which() -> None:
    wide, spared = shown(200)
    assert spared == ()
    assert all(name in wide for name in ("accuracy", "memory", "ECE", "broken", "failed"))
    narrow, spared = shown(80)
    assert "memory" in spared
    assert "memory" not in narrow
    assert "…" not in narrow
    assert "lenet-5-distorted" in narrow
    assert max(map(len, narrow.splitlines())) <= 80


def test_published_figures_are_drawn_beside_the_digits_they_are_of_only() -> None:
    here = {**row("knn", published=5.0), "family": "neighbours", "accuracy": 0.97, "source": "somebody"}
    assert "5 % published" in published_dots([here])
    assert published_dots([{**here, "n": 2_000}]) == ""
