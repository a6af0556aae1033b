"""Going on from an exported network: it says what it said, while it learns too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tenfold.errors import ModelError
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, OnnxClassifier
from tenfold.training.export import to_onnx
from tenfold.training.reopen import reopen

pytestmark = pytest.mark.train
PICTURES = np.random.default_rng(0).integers(0, 256, (300, 28, 28), np.uint8)


def test_the_shipped_network_says_the_same_again(keras: Any) -> None:
    from tenfold.catalogue.digit import build

    weights = (WEIGHTS / "digit.onnx").read_bytes()
    model = reopen(weights, build(), PICTURES)
    shown = PICTURES.astype(np.float32) / np.float32(255)
    said = OnnxClassifier(weights, ModelCard("digit", output="logits")).raw(shown)
    largest = float(np.abs(said).max())
    assert np.asarray(model(shown, training=False)) == pytest.approx(said, abs=1e-4 * largest)
    # With the batch's own statistics, too, once dropout is out of the way.
    model.layers[-2].rate = 0.0
    assert np.asarray(model(shown, training=True)) == pytest.approx(said, abs=2e-3 * largest)


def test_another_network_is_refused(keras: Any) -> None:
    from tenfold.catalogue.digit import build
    from tenfold.catalogue.tiny import build as build_tiny

    with pytest.raises(ModelError, match="not so the file's"):
        reopen(to_onnx(build((8, 8, 8, 8, 8, 8))), build(), PICTURES[:8])
    layers = keras.layers
    stem = [keras.Input((28, 28)), layers.Reshape((28, 28, 1)), layers.Conv2D(4, 28), layers.Flatten()]
    short, long = keras.Sequential([*stem, layers.Dense(3)]), [*stem, layers.Dense(3), layers.Dense(3)]
    with pytest.raises(ModelError, match="has fewer layers"):
        reopen(to_onnx(short), keras.Sequential(long), PICTURES[:8])
    with pytest.raises(ModelError, match="has more layers"):
        reopen(to_onnx(keras.Sequential(long)), keras.Sequential([*stem, layers.Dense(3)]), PICTURES[:8])
    with pytest.raises(ModelError, match="kept in another way"):
        reopen((WEIGHTS / "tiny.onnx").read_bytes(), build_tiny(), PICTURES[:8])
