"""Who leads, and whether by more than chance."""

from __future__ import annotations

import pytest

from tenfold.comparison.ranking import leads, mcnemar, published_met, ranked


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
