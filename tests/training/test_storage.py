"""Weights kept short: the file shrinks, the answers hardly move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tenfold.models.base import ModelCard
from tenfold.models.onnx import OnnxClassifier
from tenfold.training.export import to_onnx
from tenfold.training.storage import kept_in_bytes, weight_bytes

pytestmark = pytest.mark.train

PICTURES = np.random.default_rng(0).random((64, 28, 28), np.float32)


@pytest.fixture(scope="module")
def exported(keras: Any) -> bytes:
    """A network with a convolution, a depthwise one and a dense layer, channels of very different size."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    stack = [keras.Input((28, 28)), layers.Reshape((28, 28, 1)), layers.Conv2D(12, 5, strides=4, activation="relu")]
    model = keras.Sequential([*stack, layers.DepthwiseConv2D(6), layers.Flatten(), layers.Dense(10)])
    kernel, bias = model.layers[1].get_weights()
    model.layers[1].set_weights([kernel * np.geomspace(0.01, 10, 12), bias])
    return to_onnx(model)


def logits(weights: bytes) -> Any:
    return OnnxClassifier(weights, ModelCard(name="stored", output="logits")).raw(PICTURES)


def test_answers_stay_near(exported: bytes) -> None:
    short = kept_in_bytes(exported)
    plain = logits(exported)
    assert np.abs(logits(short) - plain).max() < 2e-2 * np.abs(plain).max()
    assert not np.array_equal(logits(short), plain)
    assert weight_bytes(short) < 0.45 * weight_bytes(exported)
    assert short == kept_in_bytes(exported), "the same network gives the same file"


def test_each_channel_has_a_scale_of_its_own(exported: bytes) -> None:
    """A channel a thousand times weaker than another keeps its shape: one scale for all would leave it three values."""
    import onnx
    from onnx import numpy_helper

    kept = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in onnx.load_from_string(kept_in_bytes(exported)).graph.initializer
    }
    kernels = [values for values in kept.values() if values.dtype == np.int8 and values.shape == (12, 1, 5, 5)]
    assert len(kernels) == 1
    assert (np.abs(kernels[0]).max(axis=(1, 2, 3)) == 127).all()


def test_biases_stay_as_they_are(keras: Any) -> None:
    layers = keras.layers
    wide = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(99, "relu"), layers.Dense(10)])
    from onnx import load_from_string, numpy_helper

    kept = load_from_string(kept_in_bytes(to_onnx(wide))).graph.initializer
    types = {numpy_helper.to_array(tensor).dtype for tensor in kept if list(tensor.dims) == [99]}
    assert types == {np.dtype(np.float32)}


def test_tiny_keeps_its_weights_in_twelve_thousand_bytes(keras: Any) -> None:
    from tenfold.catalogue.tiny import build

    stored = kept_in_bytes(to_onnx(build()))
    assert weight_bytes(stored) <= 12_000
    assert len(stored) <= 24_000
