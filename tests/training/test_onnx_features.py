"""A second output of a network's file: what its last layer answers from."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.errors import ModelError, TenfoldError
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, OnnxClassifier
from tenfold.training.export import to_onnx
from tenfold.training.onnx_features import with_features

pytestmark = pytest.mark.train


def test_the_answers_stay_bit_for_bit_and_the_last_layer_says_what_it_takes() -> None:
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((28, 28)), layers.Reshape((28, 28, 1)), layers.Conv2D(3, 5, 5), layers.Flatten(), layers.Dense(10)]
    )
    plain = to_onnx(model)
    weights = with_features(plain)
    assert with_features(weights) == weights
    assert len(weights) - len(plain) < 200
    card = ModelCard("net", output="logits")
    before, after = OnnxClassifier(plain, card), OnnxClassifier(weights, card)
    pictures = np.random.default_rng(0).random((70, 28, 28), np.float32)
    said, features = after.look(pictures)
    np.testing.assert_array_equal(after.predict_proba(pictures), before.predict_proba(pictures))
    np.testing.assert_array_equal(said, before.predict_proba(pictures))
    body = keras.Model(model.inputs[0], model.layers[-2].output)(pictures)
    np.testing.assert_allclose(np.sort(features), np.sort(np.asarray(body)), atol=1e-5)
    with pytest.raises(ModelError, match="gives no features"):
        before.look(pictures)


def test_the_shipped_digit_has_them_and_others_need_a_dense_layer_at_their_end() -> None:
    shipped = (WEIGHTS / "digit.onnx").read_bytes()
    assert with_features(shipped) == shipped
    with pytest.raises(TenfoldError, match="ends in ScatterND"):
        with_features((WEIGHTS / "cascade.onnx").read_bytes())
