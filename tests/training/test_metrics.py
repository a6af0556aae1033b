"""The figures of an evaluation against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tenfold.training.metrics import (
    Readings,
    calibration_error,
    confusion,
    coverage,
    figures,
    most_confused,
    recall,
    reliability,
    risk_coverage,
    wilson,
)


def readings(*rows: tuple[int, int | None, float]) -> Readings:
    """Readings from (label, answer, confidence); the rest of the probability goes to the next digit. None: not read."""
    probabilities = np.full((len(rows), 10), 0.1, np.float32)
    for row, (_, answer, sure) in zip(probabilities, rows, strict=True):
        if answer is not None:
            row[:] = 0
            row[[answer, (answer + 1) % 10]] = sure, 1 - sure
    labels = np.array([label for label, _, _ in rows], np.int64)
    return Readings(labels, probabilities, np.array([answer is not None for _, answer, _ in rows]))


# Right, right, wrong (the label has the rest, 0.25), right, and one that was taken for empty.
FIVE = readings((1, 1, 0.9), (1, 1, 0.8), (4, 3, 0.75), (4, 4, 0.6), (7, None, 0.0))


def test_all_figures_of_five_readings() -> None:
    out = figures(FIVE)
    assert (out["n"], out["errors"], out["accuracy"]) == (5, 2, 0.6)
    expected_nll = -(math.log(0.9) + math.log(0.8) + math.log(0.25) + math.log(0.6) + math.log(0.1)) / 5
    assert out["nll"] == pytest.approx(expected_nll, rel=1e-6)
    # Each in a bin of its own: distances 0.1, 0.2, 0.75, 0.4, and 0 for the one that claimed nothing.
    assert out["ece"] == pytest.approx((0.1 + 0.2 + 0.75 + 0.4) / 5, rel=1e-6)
    assert out["per_digit_recall"] == [None, 1.0, None, None, 0.5, None, None, 0.0, None, None]
    assert out["coverage_at_error"] == {"0.001": 0.4, "0.005": 0.4, "0.01": 0.4}
    assert np.array(out["confusion"]).sum() == 4
    assert (out["confusion"][1][1], out["confusion"][4][3], out["confusion"][4][4]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("good", "n", "low", "high"),
    [
        # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # With z^2 = 3.8415: n / (n + z^2) and its mirror image.
        (10, 10, 0.7225, 1.0),
    ],
)
def test_wilson(good: int, n: int, low: float, high: float) -> None:
    assert wilson(good, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_calibration_error_weighs_bins_by_their_answers() -> None:
    confidence = np.array([0.99, 0.99, 0.99, 0.95, 0.5])
    right = np.array([True, True, True, False, True])
    # 0.95 and 0.99 share the bin above 14/15: mean confidence 0.98, three of four right.
    assert calibration_error(confidence, right) == pytest.approx((4 * 0.23 + 1 * 0.5) / 5)
    bars = reliability(confidence, right)
    assert [(bar.n, bar.accuracy) for bar in bars] == [(1, 1.0), (4, 0.75)]
    assert bars[-1].high == 1.0


def test_bins_hold_their_upper_end_and_the_first_holds_zero() -> None:
    bars = reliability(np.array([0.0, 1 / 15, 1.0]), np.array([False, True, True]))
    assert [(bar.low, bar.n) for bar in bars] == [(0.0, 2), (14 / 15, 1)]


def test_perfect_confidence_is_perfectly_calibrated() -> None:
    assert calibration_error(np.ones(7), np.ones(7, bool)) == 0.0


def test_coverage_takes_the_most_confident_first() -> None:
    confidence = np.array([0.5, 0.9, 0.8, 0.7, 0.6])
    right = np.array([True, True, True, False, True])
    assert coverage(confidence, right, 0.0) == 0.4
    assert coverage(confidence, right, 0.2) == 1.0
    assert coverage(confidence, right, 0.24) == 1.0
    assert coverage(confidence, right, 0.1999) == 0.4
    shares, risk = risk_coverage(confidence, right)
    assert shares.tolist() == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 4, 1 / 5])


def test_answers_of_equal_confidence_stand_or_fall_together() -> None:
    # Sorted by luck, the three right ones could come first; no threshold tells them from the wrong one.
    confidence, right = np.array([0.9, 0.9, 0.9, 0.9]), np.array([True, True, True, False])
    assert coverage(confidence, right, 0.1) == 0.0
    assert coverage(confidence, right, 0.25) == 1.0


def test_confusion_and_recall_leave_out_what_is_not_there() -> None:
    some = readings((0, 0, 1.0), (0, 6, 1.0), (9, 9, 1.0))
    table = confusion(some)
    assert table[0].tolist() == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert recall(some)[0] == 0.5
    assert recall(some)[9] == 1.0
    assert recall(some)[5] is None


def test_most_confused_are_the_most_frequent_mistakes() -> None:
    table = [[0] * 10 for _ in range(10)]
    table[4][4], table[4][9], table[9][4], table[3][5] = 100, 7, 9, 7
    assert most_confused(table, 2) == [(9, 4, 9), (3, 5, 7)]
    assert most_confused([[0] * 10] * 10, 5) == []


def test_a_certain_mistake_costs_much_but_not_infinitely() -> None:
    assert figures(readings((5, 3, 1.0)))["nll"] == pytest.approx(-math.log(1e-12))
