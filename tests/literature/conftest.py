"""MNIST's first training digits, as the tests of the literature take them."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.data.splits import training_data


@pytest.fixture(scope="session")
def thousand(mnist_settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """MNIST's first thousand training digits: float32 (1000, 28, 28), 0..1, and their labels."""
    train, _ = training_data(mnist_settings)
    return train.images[:1000].astype(np.float32) / np.float32(255), train.labels[:1000]
