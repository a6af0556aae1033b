"""What mattered: how much of what trials differ by each hyperparameter explains by itself, by a forest fitted to them.

The functional analysis of variance of Hutter, Hoos, Leyton-Brown 2014, main effects only: a random forest learns the
error from them; the effect of one is what the forest says on an average over all the others, and its
importance the variance of that among the variance of all the forest says. What is left belongs to several together.
Only the first rung is asked: there all trials were measured alike, and not just those that turned out well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenfold.training.params import Param, Params, Value
from tenfold.tuning.plan import Space

TREES = 100
# Points of the whole space over which the forest's answers are averaged, and of each hyperparameter's range.
SPREAD, STEPS = 256, 21
# Points of the whole space for how much its answers differ in all: a share of too little would be too much.
WHOLE = 4096
# Fewer trials than these cannot say how much they say.
FEW = 8

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Importance:
    """One hyperparameter.

    Attributes:
        name: Its name.
        share: Of the variance, 0..1.
        effect: Values of its range, and the error that the forest expects there on an average, 0..1.
    """

    name: str
    share: float
    effect: tuple[tuple[Value, float], ...]


@dataclass(frozen=True, slots=True)
class Importances:
    """All hyperparameters.

    Attributes:
        params: What mattered most first.
        explained: The out-of-bag R² of the forest, 0..1 (below 0 it is 0): how much of the differences between trials
            it explains by trees that did not learn from them; None where they are too few. Where that is little, so is
            what can be said of the hyperparameters.
    """

    params: tuple[Importance, ...]
    explained: float | None


def importances(space: Space, accuracies: Sequence[tuple[Params, float]], seed: int) -> Importances:
    """What mattered.

    Args:
        space: What was searched.
        accuracies: The hyperparameters and accuracies of trials on the first rung, at least one.
        seed: Of the forest.
    """
    from sklearn.ensemble import RandomForestRegressor

    places = np.array([[param.place(params[param.name]) for param in space.params] for params, _ in accuracies])
    # By its logarithm: from 1 % to 0.5 % is as far as from 20 % to 10 %.
    errors = np.array([math.log10(max(1 - accuracy, 0.5 / space.validation)) for _, accuracy in accuracies])
    enough = len(errors) >= FEW
    forest = RandomForestRegressor(TREES, random_state=seed, oob_score=enough, min_samples_leaf=2)
    forest.fit(places, errors)
    points = np.random.default_rng(seed).random((WHOLE, len(space.params)))
    whole = float(np.var(forest.predict(points)))
    effects, shares = [], []
    for column, param in enumerate(space.params):
        steps = _steps(param)
        effect = np.array([forest.predict(_with(points[:SPREAD], column, place)).mean() for place in steps])
        shares.append(float(np.var(effect)) / whole if whole > 1e-12 else 0.0)
        effects.append(
            tuple((param.at(place), round(float(10**one), 6)) for place, one in zip(steps, effect, strict=True))
        )
    # Main effects are parts of a whole. That they come to more is the chance of the points they were taken at.
    over = max(1.0, sum(shares))
    found = [
        Importance(param.name, round(share / over, 4), effect)
        for param, share, effect in zip(space.params, shares, effects, strict=True)
    ]
    explained = round(min(1.0, max(0.0, float(forest.oob_score_))), 4) if enough and np.ptp(errors) > 0 else None
    return Importances(tuple(sorted(found, key=lambda one: -one.share)), explained)


def _steps(param: Param) -> list[float]:
    if param.kind == "choice":
        return [param.place(value) for value in param.range]
    # The middles of equal parts: with the ends among them the range would be wider than what the whole is taken of.
    return [(step + 0.5) / STEPS for step in range(STEPS)]


def _with(points: Reals, column: int, place: float) -> Reals:
    changed = points.copy()
    changed[:, column] = place
    return changed
