"""Keras, loaded quietly, or a plain word about how to install it."""

from __future__ import annotations

import os
from typing import Any

from tenfold.errors import MissingExtra


def need_keras(feature: str = "Training") -> Any:
    """Import Keras on TensorFlow without TensorFlow's messages about the machine.

    Args:
        feature: What it is needed for, for the error message.

    Returns:
        The module ``keras``.

    Raises:
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    # Read by TensorFlow once, while it is imported: 3 leaves out everything but what ends the program.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    try:
        import h5py  # noqa: F401  # the exports need both, and failing after an hour of training is too late
        import keras
        import onnx  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingExtra(feature, "train") from error
    return keras
