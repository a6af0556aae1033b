"""What mattered is what was planted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tenfold.training.params import Param
from tenfold.tuning.importance import importances
from tenfold.tuning.plan import Space


@pytest.mark.train
def test_shares_of_an_additive_truth() -> None:
    """The logarithm of the error is a sum of two straight lines: 61 % of its variance and 39 %, nothing together."""
    params = tuple(Param(name, 0.5, "linear", (0.0, 1.0)) for name in ("much", "less"))
    space = Space(params, (1000,), 10**6, "")
    chance = np.random.default_rng(3)
    drawn = [{"much": float(much), "less": float(less)} for much, less in chance.random((400, 2))]
    errors = [10 ** (-2 + math.sqrt(0.61) * one["much"] + math.sqrt(0.39) * one["less"]) for one in drawn]
    found = importances(space, [(dict(one), 1 - error) for one, error in zip(drawn, errors, strict=True)], 0)
    assert [one.name for one in found.params] == ["much", "less"]
    assert found.params[0].share == pytest.approx(0.61, abs=0.05)
    assert found.params[1].share == pytest.approx(0.39, abs=0.05)
    assert sum(one.share for one in found.params) <= 1.0001
    assert found.explained is not None
    assert found.explained > 0.9
    values = [value for value, _ in found.params[0].effect]
    assert values[0] == pytest.approx(1 - float(values[-1] or 0), abs=0.002), "the middles of equal parts"
    assert 0 < float(values[0] or 0) < 0.03
