"""Temperature and thresholds, against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.predictors.base import softmax
from tenfold.training.calibrate import calibrated, confidence_thresholds, fit_temperature, thresholds_for


@pytest.mark.parametrize("true", [0.5, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(true: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (40_000, 10)).astype(np.float32)
    chances = softmax(logits / np.float32(true)).cumsum(axis=1)
    labels = (chances < rng.random((40_000, 1))).sum(axis=1).clip(0, 9)
    assert fit_temperature(logits, labels) == pytest.approx(true, rel=0.03)


def test_calibrating_keeps_the_digit() -> None:
    logits = np.random.default_rng(1).normal(0, 3, (50, 10)).astype(np.float32)
    hot = calibrated(logits, 4.0)
    assert (hot.argmax(1) == logits.argmax(1)).all()
    assert hot.sum(1) == pytest.approx(np.ones(50), abs=1e-5)


def rows(confidences: list[float]) -> np.ndarray:
    table = np.zeros((len(confidences), 10), np.float32)
    for row, value in zip(table, confidences, strict=True):
        row[0], row[1:] = value, (1 - value) / 9
    return table


def test_thresholds_keep_the_errors_within_the_budget() -> None:
    confidences = np.linspace(0.999, 0.4, 1000).tolist()
    labels = np.zeros(1000, np.int64)
    labels[900:] = 1  # the hundred least sure ones are wrong
    table = dict(confidence_thresholds(rows(confidences), labels))
    assert table[0.1] == 0.0  # all answered: exactly 10 % wrong
    assert table[1.0] == 0.0
    answered = np.array(confidences) >= table[0.01] - 1e-6
    assert (labels[answered] != 0).mean() <= 0.01
    assert answered.sum() == 909  # 9 wrong in 909 is within 1 %, 10 in 910 is not


def test_thresholds_fall_as_the_budget_grows() -> None:
    rng = np.random.default_rng(3)
    confidences = rng.uniform(0.3, 1, 2000)
    labels = (rng.random(2000) > confidences).astype(np.int64)
    pairs = confidence_thresholds(rows(confidences.tolist()), labels)
    budgets, values = zip(*pairs, strict=True)
    assert list(budgets) == sorted(budgets)
    assert list(values) == sorted(values, reverse=True)


def test_nothing_wrong_means_no_threshold() -> None:
    assert {value for _, value in confidence_thresholds(rows([0.9, 0.5]), np.zeros(2, np.int64))} == {0.0}


def test_with_a_margin_for_chance_the_budget_holds_elsewhere_too() -> None:
    rng = np.random.default_rng(7)

    def some() -> tuple[np.ndarray, np.ndarray]:
        confidence = rng.uniform(0.5, 1, 2000)
        return confidence, rng.random(2000) < confidence  # perfectly calibrated

    def held(chance: float) -> int:
        times = 0
        for _ in range(60):
            least = dict(thresholds_for(*some(), chance))[0.1]
            confidence, right = some()
            times += (~right[confidence >= least]).mean() <= 0.1
        return times

    assert held(1.28) >= 45
    assert held(0.0) < 45


def test_too_few_are_no_proof() -> None:
    confidence, right = np.linspace(0.9, 0.99, 20), np.ones(20, bool)
    assert dict(thresholds_for(confidence, right))[0.01] == 0.0
    assert dict(thresholds_for(confidence, right, 1.28))[0.01] > 1.0
    assert dict(thresholds_for(confidence, right, 1.28))[0.1] == 0.0
