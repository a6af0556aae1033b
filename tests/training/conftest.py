"""Keras as training's tests use it, and networks with weights as training would leave them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="module")
def keras(keras: Any) -> Iterator[Any]:
    """Without tracing: that takes seconds a network, and the networks here are asked a few times only.

    What the commands start as processes of their own is traced as ever, and so is what the literature's tests fit.
    """
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield keras
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
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
