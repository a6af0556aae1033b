"""Our own networks among the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tenfold.literature.ours import KEPT_BACK, Cascade, Fast, kept_back, with_softmax
from tenfold.models.base import ModelCard
from tenfold.models.network import Network
from tenfold.models.onnx import OnnxClassifier
from tenfold.predictors.base import softmax
from tenfold.training.export import to_onnx
from tenfold.training.fast import SHARE
from tenfold.training.fit import Plan

pytestmark = pytest.mark.train

PICTURES = np.random.default_rng(0).random((90, 28, 28), np.float32)


def test_the_same_share_of_each_class_is_kept_back_and_none_of_few() -> None:
    labels = np.array([0] * 120 + [1] * 60 + [2] * 5)
    held = kept_back(labels, 0)
    assert [int(held[labels == label].sum()) for label in range(3)] == [120 // KEPT_BACK, 60 // KEPT_BACK, 0]
    assert not (held == kept_back(labels, 1)).all()


def test_a_softmax_is_put_on_top(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(4)])
    weights = to_onnx(model)
    logits = OnnxClassifier(weights, ModelCard("logits", output="logits")).raw(PICTURES)
    np.testing.assert_allclose(Network(with_softmax(weights)).predict_proba(PICTURES), softmax(logits), atol=1e-6)


def test_fast_shows_a_part_of_the_digits_each_time_another() -> None:
    labels = np.arange(90) % 10
    draw = Fast()._draw(PICTURES, labels, Plan(epochs=2, batch=16), 0)
    (one, some), (other, _) = draw(0), draw(1)
    assert one.shape == (round(SHARE * 90), 28, 28)
    assert one.dtype == np.float32
    assert len(some) == len(one)
    assert not (one == other).all()


@pytest.mark.mnist
def test_a_cascade_of_any_number_of_classes(
    thousand: tuple[np.ndarray, np.ndarray], small_digit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.catalogue.tiny.build", small_digit)
    pictures, labels = thousand
    few = labels < 3
    model = Cascade(1, 1, classes=None).fit(pictures[few], labels[few])
    said = model.predict_proba(pictures[few])
    assert said.shape == (few.sum(), 3)
    assert model.score(pictures[few], labels[few]) > 0.9
    assert model.predictor_.parameters == 2 * small_digit(3).count_params()
