"""What the tests of tuning share: few digits of MNIST as somebody's own data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.data.splits import training_files


@pytest.fixture(scope="session")
def few(mnist_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,200 digits of MNIST: 1,100 to train on, 100 to validate."""
    path = tmp_path_factory.mktemp("few") / "few.npz"
    whole = training_files(mnist_settings)
    np.savez(path, images=whole.images[:1200], labels=whole.labels[:1200])
    return path
