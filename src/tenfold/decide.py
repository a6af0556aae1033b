"""From probabilities to an answer: the threshold from the error budget, and the statuses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenfold.errors import UsageError
from tenfold.types import Alternative, Floats, Prediction

SEVERAL = "More than one digit: give one at a time."
# Share of real digits the gate may turn away by mistake; its card says where that cuts.
TURNED_AWAY = 0.0075
# From this confidence on it would be odd to name two digits.
NEARLY_SURE = 0.9
NOT_A_DIGIT = "This does not look like one of the digits 0 to 9."


def threshold(table: Sequence[tuple[float, float]], error_budget: float) -> float:
    """The confidence below which an answer is uncertain.

    The model card's table was measured on the validation split: each pair says which confidence keeps the
    errors among the given answers within that budget. Between two budgets the value is
    interpolated. Below the smallest budget the threshold rises to more than 1: no error at all can
    only be promised by giving no answer.

    Args:
        table: `ModelCard.thresholds` of the network that gave the confidence.
        error_budget: Largest accepted share of wrong answers, above 0, at most 1.

    Returns:
        A confidence from 0 to just above 1; 0 for an empty table.

    Raises:
        UsageError: If the budget is no such share.
    """
    if not 0 < error_budget <= 1:
        raise UsageError(f"An error budget of {error_budget} is no share of answers.", "Give one above 0, at most 1.")
    if not table:
        return 0.0
    budgets, confidences = zip((0.0, 1.0 + 1e-6), *table, strict=True)
    return float(np.interp(error_budget, budgets, confidences))


def read_digit(probabilities: Floats, least: float, model: str, one_digit: float) -> Prediction:
    """The answer for ink that is one digit: ``ok``, or ``uncertain`` below the threshold.

    Args:
        probabilities: float (10,), calibrated, sums to 1.
        least: The confidence below which the answer is uncertain; see `threshold`.
        model: Identity of the network that answered.
        one_digit: Probability that the ink is one digit at all, for the answer.
    """
    order = [int(digit) for digit in np.argsort(-probabilities, kind="stable")]
    ranked = tuple(Alternative(digit, float(probabilities[digit])) for digit in order)
    best = ranked[0]
    values = tuple(float(value) for value in probabilities)
    if best.probability >= least:
        return Prediction("ok", best.digit, best.probability, values, ranked[1:], "", model, one_digit)
    reason = f"Could be {best.digit} or {ranked[1].digit}, and not sure enough to say which."
    if best.probability >= NEARLY_SURE:
        reason = f"Most likely {best.digit}, but not as sure as the error budget asks."
    return Prediction("uncertain", None, best.probability, values, ranked, reason, model, one_digit)


def turn_away(gate: Floats, parts: Floats, least: float, model: str) -> Prediction | None:
    """The answer for ink that is not one digit, or None if it is.

    Args:
        gate: float (3,): probability of one digit, of several, of neither, for the whole ink.
        parts: float (k, 3): the same for the pieces between the gaps, k = 0 where there is no gap.
        least: Probability of one digit below which ink is turned away.
        model: Identity of the network that would have answered.
    """
    one, several, neither = gate
    apart = np.sort(parts[:, 0])[::-1]
    # A part may hold several itself, as the columns of two rows do.
    digits = np.sort(parts[:, 0] + parts[:, 1])[::-1]
    read_apart = len(apart) >= 2 and bool(digits[1] >= 0.5)
    # A digit in two pieces stays one digit unless the pieces make two better ones.
    if one >= least and not (read_apart and apart[1] > one):
        return None
    if read_apart or several >= neither:
        # However much the whole looks like one: no more than the pieces leave over.
        left = min(one, 1 - apart[1]) if read_apart else one
        return Prediction("several_digits", reason=SEVERAL, model=model, one_digit=float(left))
    return Prediction("not_a_digit", reason=NOT_A_DIGIT, model=model, one_digit=float(one))
