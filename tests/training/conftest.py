"""Keras once a session, and small networks with weights as training would leave them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tenfold.catalogue import blocks
from tenfold.training.framework import need_keras


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    theirs = (
        # Keras 3.15 reads TensorFlow's variables in a way numpy 2 deprecates: theirs to settle.
        pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
        # See `keras` below: what reads digits for Keras' predict is traced all the same.
        pytest.mark.filterwarnings("ignore:Even though the .tf.config"),
    )
    for item in items:
        if item.get_closest_marker("train"):
            for mark in theirs:
                item.add_marker(mark)


@pytest.fixture(scope="session")
def keras() -> Any:
    # TensorFlow warns of its own dependencies' ageing while it is imported: not ours to fix.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = need_keras()
        import tensorflow as tf
    # Tracing a network takes seconds, and most here are asked a few times only. What the commands start as processes
    # of their own is traced as ever.
    tf.config.run_functions_eagerly(True)
    return found


@pytest.fixture(scope="session")
def layers(keras: Any) -> Any:
    return keras.layers


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    """Sixty pictures: float32 (60, 28, 28), 0..1; blobs, so that neighbours differ less than strangers."""
    rng = np.random.default_rng(5)
    coarse = rng.random((60, 8, 8)).repeat(4, axis=1).repeat(4, axis=2)[:, 2:30, 2:30]
    return np.asarray(coarse * rng.random((60, 28, 28)), np.float32)


@pytest.fixture(scope="session")
def shake() -> Callable[[Any], Any]:
    """Give every weight of a network, also means and variances, a value that shows when it is misused."""

    def shake(model: Any) -> Any:
        rng = np.random.default_rng(7)
        for weight in model.weights:
            name = weight.path.rsplit("/", 1)[-1]
            low, high = (0.5, 2.0) if name in ("moving_variance", "gamma") else (-0.5, 0.5)
            weight.assign(rng.uniform(low, high, weight.shape).astype("float32"))
        return model

    return shake


@pytest.fixture
def small_digit(keras: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A network of one convolution in place of `digit`, for what is done with it: TensorFlow has it ready at once."""

    def build(classes: int = 10) -> Any:
        stack = [*blocks.pictures(), *blocks.convolutions([(6, 5, 4, "valid")]), keras.layers.Flatten()]
        return keras.Sequential([*stack, keras.layers.Dropout(0.3), keras.layers.Dense(classes)], name="digit")

    monkeypatch.setattr("tenfold.catalogue.digit.build", build)
    return build
