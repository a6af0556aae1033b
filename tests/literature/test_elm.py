"""Fixed filters, a random layer, and least squares."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.linear_model import Ridge

from tenfold.literature.elm import ElmConv
from tenfold.predictors.elm import hidden, pooled

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Blots: float32 (150, 784), 0..1."""
    rng = np.random.default_rng(0)
    noise = rng.random((150, 28, 28), dtype=np.float32)
    return np.stack([cv2.GaussianBlur(one, (0, 0), 2) for one in noise]).reshape(150, -1)


def test_filters_answer_as_opencvs(pictures: np.ndarray) -> None:
    filters = np.random.default_rng(0).standard_normal((3, 5, 5)).astype(np.float32)
    found = pooled(pictures, filters).reshape(-1, 7, 7, 2, 3)
    picture = pictures[120].reshape(28, 28)
    for number, one in enumerate(filters):
        answer = cv2.filter2D(picture, -1, one, borderType=cv2.BORDER_CONSTANT)
        for side, part in enumerate((answer, -answer)):
            expected = np.sqrt(np.maximum(part, 0).reshape(7, 4, 7, 4).mean(axis=(1, 3)))
            assert found[120, :, :, side, number] == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_the_hidden_layer_adds_and_takes_away() -> None:
    signs = np.packbits([[1, 0, 0, 0, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0, 0, 0]], axis=1)
    units = hidden(np.array([[1, 2]], np.float32), signs, np.full(8, 0.5, np.float32), 0.1)
    assert np.arctanh(units[0]) == pytest.approx([0.8, 0.6, 0.2, 0.2, 0.2, 0.2, 0.2, 0.4], abs=1e-5)


def test_filters_have_mean_nothing_and_length_one(pictures: np.ndarray) -> None:
    filters = ElmConv(filters=8, size=5)._patches(pictures, np.random.default_rng(0))
    assert filters.shape == (8, 5, 5)
    assert filters.sum(axis=(1, 2)) == pytest.approx(0, abs=1e-4)
    assert (filters**2).sum(axis=(1, 2)) == pytest.approx(1, abs=1e-5)


def test_the_weights_are_those_of_ridge_regression(pictures: np.ndarray) -> None:
    labels = np.arange(150) % 3
    fitted = ElmConv(filters=4, units=64, passes=1, ridge=0.1, classes=None).fit(pictures, labels).predictor_
    units = hidden(pooled(pictures, fitted.filters), fitted.signs, fitted.bias, fitted.scale).astype(np.float64)
    theirs = Ridge(alpha=0.1 * (units**2).sum() / 64, fit_intercept=False).fit(units, np.eye(3)[labels] - 1 / 3)
    assert fitted.weights == pytest.approx(theirs.coef_.T, abs=1e-4)


def test_units_are_spread_as_asked(pictures: np.ndarray) -> None:
    fitted = ElmConv(filters=8, units=800, passes=1, spread=0.7, classes=None).fit(pictures, np.arange(150) % 3)
    model = fitted.predictor_
    units = np.arctanh(hidden(pooled(pictures, model.filters), model.signs, model.bias, model.scale))
    assert units.std(axis=0).mean() == pytest.approx(0.7, rel=0.2)
