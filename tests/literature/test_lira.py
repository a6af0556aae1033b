"""LIRA: its random neurons, and how its weights learn."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from tenfold.data.augment import shifted
from tenfold.literature.lira import Lira
from tenfold.predictors.lira import LEVELS, active, conditions
from tenfold.predictors.lira import Lira as Fitted

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def strokes() -> tuple[np.ndarray, np.ndarray]:
    """Upright and level strokes: float32 (400, 784) and 0 or 1."""
    rng = np.random.default_rng(0)
    pictures, labels = np.zeros((400, 28, 28), np.float32), np.arange(400) % 2
    for picture, label in zip(pictures, labels, strict=True):
        middle = rng.integers(10, 18)
        (picture.T if label else picture)[6:22, middle - 1 : middle + 2] = rng.uniform(0.7, 1)
    return pictures.reshape(400, -1), labels


def test_a_condition_is_a_pixel_above_a_threshold_or_not_above_it() -> None:
    met = np.unpackbits(conditions(np.array([[0, 0.49], [0.51, 1]], np.float32)), axis=1, count=2)
    assert met.shape == (2 * LEVELS * 2, 2)
    half = LEVELS // 2
    assert met[half * 2 : half * 2 + 2].tolist() == [[0, 1], [0, 1]]
    assert (met[: LEVELS * 2] + met[LEVELS * 2 :] == 1).all()


def test_a_neuron_is_active_where_all_its_conditions_hold() -> None:
    rng = np.random.default_rng(0)
    met = rng.integers(0, 2, (50, 11), np.uint8)
    points = rng.integers(0, 50, (30, 3)).astype(np.int16)
    found = np.unpackbits(active(np.packbits(met, axis=1), points), axis=1, count=11)
    assert (found == met[points].all(axis=1)).all()


def test_points_of_a_neuron_are_different_pixels_of_a_window_first_the_bright_ones() -> None:
    points = Lira(neurons=500, window=5, on=2, off=3)._draw(np.random.default_rng(0))
    dark, pixel = points // (LEVELS * 784), points % 784
    assert (dark == [0, 0, 1, 1, 1]).all()
    for axis in (pixel // 28, pixel % 28):
        assert (np.ptp(axis, axis=1) < 5).all()
        assert axis.min() == 0
        assert axis.max() == 27
    assert all(len(set(one)) == 5 for one in pixel.tolist())


def test_the_answer_is_the_sum_of_the_weights_of_the_active() -> None:
    rng = np.random.default_rng(0)
    pictures = rng.random((20, 784), dtype=np.float32)
    points = Lira(neurons=5000, on=1, off=1)._draw(rng)
    weights = rng.standard_normal((5000, 3)).astype(np.float16)
    on = np.unpackbits(active(conditions(pictures), points), axis=1, count=20).astype(bool)
    scores = np.array([weights[on[:, one]].astype(np.float64).sum(axis=0) for one in range(20)])
    chances = Fitted(points, weights, 0.01).predict_proba(pictures).astype(np.float64)
    assert np.log(chances / chances[:, :1]) == pytest.approx(0.01 * (scores - scores[:, :1]), abs=1e-3)


def test_strokes_are_told_apart_wherever_they_are(strokes: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = strokes
    model = Lira(neurons=2000, passes=3, classes=None).fit(x, y)
    moved = shifted(x, np.random.default_rng(1).integers(-2, 3, (len(x), 2)))
    assert model.score(moved, y) > 0.95
    # Neurons that were never active when something was learned are not kept.
    assert 0 < len(model.predictor_.points) < 2000
    assert np.abs(model.predictor_.weights).max(axis=1).min() > 0


def test_pictures_are_shifted_down_and_to_the_right() -> None:
    picture = np.zeros((2, 28, 28), np.float32)
    picture[:, 10, 20] = 1
    moved = shifted(picture.reshape(2, -1), np.array([[1, -2], [0, 8]])).reshape(2, 28, 28)
    assert np.argwhere(moved).tolist() == [[0, 11, 18]]
