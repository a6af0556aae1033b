"""Make confidence mean what it says: temperature, and thresholds from an error budget."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tenfold.predictors.base import softmax
from tenfold.types import Floats

BUDGETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def fit_temperature(logits: Floats, labels: npt.NDArray[np.int64]) -> float:
    """The temperature with the least negative log-likelihood (Guo, Pleiss, Sun, Weinberger 2017, section 4.2).

    Args:
        logits: float32 (n, k), of the validation split.
        labels: int64 (n,).

    Returns:
        A divisor of the logits, between 0.2 and 5, to one part in a thousand.
    """
    grid = np.exp(np.linspace(np.log(0.2), np.log(5), 1610))
    rows = np.arange(len(labels))
    # The likelihood is unimodal in the temperature: a coarse pass, then a fine one around its best.
    coarse = grid[::40]
    costs = [_nll(logits, labels, rows, value) for value in coarse]
    best = int(np.argmin(costs)) * 40
    fine = grid[max(0, best - 40) : best + 41]
    return float(fine[int(np.argmin([_nll(logits, labels, rows, value) for value in fine]))])


def _nll(logits: Floats, labels: npt.NDArray[np.int64], rows: npt.NDArray[np.intp], temperature: float) -> float:
    scaled = logits / temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]).mean())


def confidence_thresholds(probabilities: Floats, labels: npt.NDArray[np.int64]) -> tuple[tuple[float, float], ...]:
    """For each error budget the least confidence that keeps the errors among the given answers within it.

    Answers are taken from the most confident down for as long as the share of errors stays within
    the budget; this is the selective classifier of Geifman & El-Yaniv (2017) without their bound.

    Args:
        probabilities: float32 (n, 10), calibrated.
        labels: int64 (n,).

    Returns:
        Pairs (budget, confidence), budgets rising, confidences falling; the last pair is (1, 0).
    """
    return thresholds_for(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def thresholds_for(
    confidence: npt.NDArray[np.floating[Any]], right: npt.NDArray[np.bool_], chance: float = 0.0
) -> tuple[tuple[float, float], ...]:
    """The same for answers of any kind.

    Args:
        confidence: (n,), calibrated.
        right: bool (n,), whether each answer is right.
        chance: By how many standard deviations the share of wrong ones may be larger elsewhere than among these and
            still be within the budget: the upper end of Wilson's interval (1927) counts. With 0 the share itself does.
    """
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    given = np.arange(1, len(right) + 1)
    share, per = wrong / given, chance**2 / given
    risk = (share + per / 2 + np.sqrt(per * share * (1 - share) + per**2 / 4)) / (1 + per)
    pairs = []
    for budget in BUDGETS:
        within = np.flatnonzero(risk <= budget)
        if not within.size:
            least = 1.0 + 1e-6  # not even the surest answer may be given
        elif within[-1] == len(right) - 1:
            least = 0.0
        else:
            # Rounded down: rounded up it would turn away the last answer that is allowed.
            least = float(np.floor(confidence[order[within[-1]]] * 1e6) / 1e6)
        pairs.append((budget, least))
    return (*pairs, (1.0, 0.0))


def calibrated(logits: Floats, temperature: float) -> Floats:
    """Probabilities float32 (n, k) from logits and a temperature."""
    return softmax(logits / np.float32(temperature))
