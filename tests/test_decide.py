"""From probabilities to answers: thresholds from the budget, ranked readings, and what is turned away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.decide import NOT_A_DIGIT, SEVERAL, read_digit, threshold, turn_away

TABLE = ((0.001, 0.95), (0.01, 0.6), (0.1, 0.2))


@pytest.mark.parametrize(
    ("budget", "least"),
    [(0.0005, 0.975), (0.001, 0.95), (0.0055, 0.775), (0.01, 0.6), (0.1, 0.2), (1, 0.2)],
)
def test_the_threshold_follows_the_table_and_holds_at_its_end(budget: float, least: float) -> None:
    assert threshold(TABLE, budget) == pytest.approx(least)


def test_a_budget_of_next_to_nothing_allows_no_answer() -> None:
    assert threshold(TABLE, 1e-9) > 1


def test_without_a_table_every_answer_is_given() -> None:
    assert threshold((), 0.001) == 0


@given(st.floats(1e-6, 1), st.floats(1e-6, 1))
def test_a_larger_budget_never_asks_for_more(one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert threshold(TABLE, small) >= threshold(TABLE, large)


def probabilities(**digits: float) -> np.ndarray:
    row = np.zeros(10, np.float32)
    for name, value in digits.items():
        row[int(name[1:])] = value
    return row


def test_a_sure_digit_is_given_with_the_other_nine_ranked() -> None:
    answer = read_digit(probabilities(d7=0.75, d1=0.25), 0.75, "digit@1", 0.9)
    assert (answer.status, answer.digit, answer.confidence) == ("ok", 7, 0.75)
    assert answer.reason == ""
    assert [other.digit for other in answer.alternatives] == [1, 0, 2, 3, 4, 5, 6, 8, 9]
    assert answer.alternatives[0].probability == 0.25
    assert answer.probabilities == (0, 0.25, 0, 0, 0, 0, 0, 0.75, 0, 0)
    assert answer.model == "digit@1"
    assert answer.one_digit == 0.9


def test_below_the_threshold_the_best_guess_leads_the_alternatives() -> None:
    answer = read_digit(probabilities(d7=0.75, d1=0.25), 0.76, "digit@1", 0.9)
    assert (answer.status, answer.digit, answer.confidence) == ("uncertain", None, 0.75)
    assert [other.digit for other in answer.alternatives][:2] == [7, 1]
    assert len(answer.alternatives) == 10
    assert answer.reason == "Could be 7 or 1, and not sure enough to say which."


@given(st.lists(st.floats(0, 1, width=32), min_size=10, max_size=10), st.floats(0, 1))
def test_readings_are_always_ranked_and_complete(values: list[float], least: float) -> None:
    answer = read_digit(np.array(values, np.float32), least, "m", 0.9)
    shown = [other.probability for other in answer.alternatives]
    assert shown == sorted(shown, reverse=True)
    given_digits = [other.digit for other in answer.alternatives] + ([answer.digit] if answer.status == "ok" else [])
    assert sorted(given_digits) == list(range(10))
    assert answer.confidence == max(values)
    assert (answer.status == "ok") == (max(values) >= least)


@pytest.mark.parametrize(
    ("gate", "parts", "status"),
    [
        pytest.param((0.9, 0.05, 0.05), [], None, id="one digit"),
        pytest.param((0.2, 0.7, 0.1), [], "several_digits", id="several that touch"),
        pytest.param((0.2, 0.1, 0.7), [], "not_a_digit", id="a scribble"),
        pytest.param((0.2, 0.1, 0.7), [(0.9, 0, 0.1), (0.8, 0, 0.2)], "several_digits", id="two digits apart"),
        pytest.param((0.6, 0.2, 0.2), [(0.9, 0, 0.1), (0.8, 0, 0.2)], "several_digits", id="better read apart"),
        pytest.param((0.9, 0.05, 0.05), [(0.9, 0, 0.1), (0.3, 0, 0.7)], None, id="a five whose bar stands off"),
        pytest.param((0.2, 0.1, 0.7), [(0.1, 0.8, 0.1), (0, 0.9, 0.1)], "several_digits", id="two columns of two"),
        pytest.param((0.2, 0.1, 0.7), [(0.9, 0, 0.1), (0.1, 0, 0.9)], "not_a_digit", id="a digit and a scribble"),
    ],
)
def test_what_is_turned_away(gate: tuple[float, ...], parts: list[tuple[float, ...]], status: str | None) -> None:
    pieces = np.array(parts, np.float32).reshape(-1, 3)
    answer = turn_away(np.array(gate, np.float32), pieces, 0.5, "digit@1")
    if status is None:
        assert answer is None
        return
    assert answer is not None
    assert (answer.status, answer.digit, answer.confidence, answer.model) == (status, None, 0, "digit@1")
    assert answer.reason == (SEVERAL if status == "several_digits" else NOT_A_DIGIT)
    assert answer.probabilities == (0,) * 10
    assert answer.one_digit <= min([gate[0], *(1 - part[0] for part in parts[1:] if part[0] >= 0.5)]) + 1e-6
