"""The quadratic classifier on principal components."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from tenfold.literature.linear import Linear
from tenfold.literature.quadratic import PcaQuadratic
from tenfold.predictors.quadratic import products

pytestmark = pytest.mark.train


def test_products_are_all_of_degree_two() -> None:
    assert products(np.array([[2, 3, 5]], np.float32)).tolist() == [[2, 3, 5, 4, 6, 10, 9, 15, 25]]


def test_forty_components_have_820_products() -> None:
    assert products(np.zeros((1, 40), np.float32)).shape == (1, 40 + 820)


def test_a_ring_is_told_from_what_is_inside_it() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 2))
    y = (x**2).sum(axis=1) > 1.4
    assert Linear(classes=None).fit(x, y).score(x, y) < 0.7
    assert PcaQuadratic(classes=None).fit(x, y).score(x, y) > 0.97


def test_the_components_are_those_of_greatest_variance() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 3)) * [1, 5, 0.1]
    axes = PcaQuadratic(components=1, classes=None).fit(x, x[:, 0] > 0).predictor_.axes
    assert axes.shape == (3, 1)
    assert abs(axes[1, 0]) > 10 * abs(axes[0, 0])
    # Scaled so that its variance is one.
    assert np.var(x @ axes, ddof=1) == pytest.approx(1, rel=1e-3)
