"""Keras, loaded quietly, or a plain word about how to install it."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from tenfold.errors import MissingExtra
from tenfold.silence import silence

# Options of the GNU C library's mallopt: malloc.h.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
# Keras and TensorFlow load these where they are there, for what is not used here: their wrappers for scikit-learn,
# pictures of networks, tables as input. It takes as long again as all the rest of Keras does.
SPARED = ("IPython", "matplotlib", "pandas", "pyarrow", "scipy", "sklearn")


def need_keras(feature: str = "Training") -> Any:
    """Import Keras on TensorFlow without TensorFlow's messages about the machine.

    Args:
        feature: What it is needed for, for the error message.

    Returns:
        The module ``keras``; loaded here, it takes scikit-learn and what else is in `SPARED` for not installed.

    Raises:
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    # Read by TensorFlow once, while it is imported: 3 leaves out everything but what ends the program.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # Left to itself TensorFlow takes oneDNN on the newest processors only; convolutions of few maps are three times as
    # quick with it on all.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    try:
        import h5py  # noqa: F401 - the exports need them, and failing after an hour of training is too late
        import onnx  # noqa: F401 - as above
        import threadpoolctl  # noqa: F401 - as above

        if "keras" in sys.modules:
            return import_module("keras")
        for name in ("absl", "tensorflow", "matplotlib"):
            logging.getLogger(name).setLevel(logging.ERROR)
        _keep_memory()
        with silence(), _spared(SPARED):
            keras = import_module("keras")
            import_module("tensorflow")
            return keras
    except ModuleNotFoundError as error:
        raise MissingExtra(feature, "train") from error


@contextmanager
def _spared(names: tuple[str, ...]) -> Iterator[None]:
    """Those packages among these that are not loaded are meanwhile found by nobody."""
    spared = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(spared))  # type: ignore[arg-type]  # None is how Python is told so
    try:
        yield
    finally:
        for name in spared:
            del sys.modules[name]


def forget_networks() -> None:
    """Let go of what Keras keeps of networks that are done with, if it is loaded: many, one after the other, add up."""
    if "keras" in sys.modules:
        import_module("keras").backend.clear_session()
    gc.collect()


def _keep_memory() -> None:
    """Let the C library keep what is freed: TensorFlow frees and asks for the same tens of megabytes at every step.

    Given back to the system and fetched again, page by page, they take a third of the time of a small network's step.
    """
    if sys.platform == "linux" and (tune := getattr(ctypes.CDLL(None), "mallopt", None)):
        for option, value in ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, 2**31 - 1), (M_TOP_PAD, 2**26)):
            tune(option, value)


def need_sklearn(feature: str = "The classifiers of the literature") -> None:
    """Find out whether scikit-learn is there.

    Raises:
        MissingExtra: If it is not.
    """
    try:
        import_module("sklearn")
    except ModuleNotFoundError as error:
        raise MissingExtra(feature, "train") from error
