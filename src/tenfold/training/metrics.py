"""Figures of a classifier on labelled digits: right and wrong, calibrated or not, and what it could leave out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tenfold.types import Floats

BINS = 15
BUDGETS = (0.001, 0.005, 0.01)

Labels = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]

_Z95 = 1.959963984540054
_SMALLEST = 1e-12


@dataclass(frozen=True, eq=False)
class Readings:
    """What a classifier said of n pictures, with what would have been right.

    Attributes:
        labels: int64 (n,), 0..9.
        probabilities: float32 (n, 10); uniform where no digit was looked for.
        read: bool (n,); False where a picture was taken for empty, which counts as a wrong answer.
    """

    labels: Labels
    probabilities: Floats
    read: Flags

    @property
    def answers(self) -> Labels:
        """The best reading of each picture, int64 (n,); -1 where there is none."""
        return np.where(self.read, self.probabilities.argmax(axis=1), -1).astype(np.int64)

    @property
    def confidence(self) -> Reals:
        """Probability of the best reading, float64 (n,); 0 where there is none."""
        return np.where(self.read, self.probabilities.max(axis=1), 0.0).astype(np.float64)

    @property
    def right(self) -> Flags:
        """Whether the best reading is the label, bool (n,)."""
        return np.asarray(self.answers == self.labels)


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability diagram: n answers of confidence low to high, their mean, and the share right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def figures(readings: Readings) -> dict[str, Any]:
    """All figures of `tenfold evaluate` that follow from the readings, as plain JSON types."""
    right, confidence = readings.right, readings.confidence
    n, good = len(right), int(right.sum())
    return {
        "n": n,
        "accuracy": good / n,
        "accuracy_ci95": list(wilson(good, n)),
        "errors": n - good,
        "nll": negative_log_likelihood(readings),
        "ece": calibration_error(confidence, right),
        "per_digit_recall": recall(readings),
        "confusion": confusion(readings).tolist(),
        "coverage_at_error": {f"{budget:g}": coverage(confidence, right, budget) for budget in BUDGETS},
    }


def wilson(good: int, n: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share (Wilson 1927).

    Args:
        good: How many of them, 0..n.
        n: Of how many, at least 1.

    Returns:
        The lower and the upper end, 0..1.
    """
    share, z2 = good / n, _Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # At the very ends rounding would leave a trace of something.
    return 0.0 if good == 0 else max(0.0, centre - half), 1.0 if good == n else min(1.0, centre + half)


def negative_log_likelihood(readings: Readings) -> float:
    """Mean of -ln p(label), in nats; a probability of nothing counts as 1e-12."""
    chosen = readings.probabilities[np.arange(len(readings.labels)), readings.labels].astype(np.float64)
    return float(-np.log(np.maximum(chosen, _SMALLEST)).mean())


def recall(readings: Readings) -> list[float | None]:
    """For each digit the share of its pictures that were read right; None for a digit that does not occur."""
    of_digit = [readings.right[readings.labels == digit] for digit in range(10)]
    return [float(right.mean()) if len(right) else None for right in of_digit]


def confusion(readings: Readings) -> Labels:
    """How often each digit (row) was read as each digit (column), int64 (10, 10), among the pictures that were read."""
    table = np.zeros((10, 10), np.int64)
    np.add.at(table, (readings.labels[readings.read], readings.answers[readings.read]), 1)
    return table


def reliability(confidence: Reals, right: Flags) -> list[Bin]:
    """The bars of a reliability diagram, `BINS` of equal width; bins without answers are left out.

    Args:
        confidence: float64 (n,), 0..1.
        right: bool (n,).
    """
    # A bin holds its upper end, and the first also 0, as in Guo, Pleiss, Sun and Weinberger (2017).
    place = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    bins = []
    for number in range(BINS):
        inside = place == number
        if inside.any():
            mean, share = float(confidence[inside].mean()), float(right[inside].mean())
            bins.append(Bin(number / BINS, (number + 1) / BINS, int(inside.sum()), mean, share))
    return bins


def calibration_error(confidence: Reals, right: Flags) -> float:
    """Expected calibration error over `BINS` bins of equal width (Naeini, Cooper and Hauskrecht 2015).

    Args:
        confidence: float64 (n,), 0..1.
        right: bool (n,).

    Returns:
        The mean distance between confidence and accuracy, 0..1.
    """
    return sum(bar.n * abs(bar.confidence - bar.accuracy) for bar in reliability(confidence, right)) / len(right)


def risk_coverage(confidence: Reals, right: Flags) -> tuple[Reals, Reals]:
    """What share is wrong when only the most confident answers are given.

    Args:
        confidence: float64 (n,), 0..1.
        right: bool (n,).

    Returns:
        Coverage, rising to 1, and the share of wrong answers among those given, both float64 (k,):
        one point for each confidence that occurs, since answers of equal confidence can't be told apart.
    """
    order = np.argsort(-confidence, kind="stable")
    given = np.arange(1, len(order) + 1)
    risk = np.cumsum(~right[order]) / given
    last_of_equals = np.append(np.diff(confidence[order]) != 0, True)
    return given[last_of_equals] / len(order), risk[last_of_equals]


def coverage(confidence: Reals, right: Flags, budget: float) -> float:
    """The largest share of answers that can be given, most confident first, with at most `budget` of them wrong."""
    shares, risk = risk_coverage(confidence, right)
    within = shares[risk <= budget]
    return float(within[-1]) if len(within) else 0.0


def most_confused(table: Sequence[Sequence[int]], count: int) -> list[tuple[int, int, int]]:
    """The most frequent mistakes as (label, answer, how often), most frequent first."""
    pairs = [(label, answer, table[label][answer]) for label in range(10) for answer in range(10) if label != answer]
    return sorted((pair for pair in pairs if pair[2]), key=lambda pair: (-pair[2], pair[0], pair[1]))[:count]
