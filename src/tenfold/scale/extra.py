"""pyarrow and Ray, or a plain word about how to install them."""

from __future__ import annotations

import logging
import os
import warnings
from importlib import import_module
from typing import Any

from tenfold.errors import MissingExtra


def need_pyarrow(feature: str) -> Any:
    """Import pyarrow.

    Args:
        feature: What it is needed for, for the error message.

    Returns:
        The module ``pyarrow``, with ``pyarrow.fs`` and ``pyarrow.parquet`` loaded.

    Raises:
        MissingExtra: If the extra ``[scale]`` is not installed.
    """
    try:
        import pyarrow
        import pyarrow.fs
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise MissingExtra(feature, "scale") from error
    return pyarrow


def need_ray() -> Any:
    """Import Ray Data without its messages and without its report of usage.

    Returns:
        The module ``ray``, with ``ray.data`` loaded.

    Raises:
        MissingExtra: If the extra ``[scale]`` is not installed.
    """
    return _ray("The engine ray", "ray.data")


def need_serve() -> Any:
    """Import Ray Serve likewise.

    Returns:
        The module ``ray.serve``.

    Raises:
        MissingExtra: If the extra ``[scale]`` is not installed.
    """
    return _ray("Ray Serve", "ray.serve").serve


def _ray(feature: str, part: str) -> Any:
    """Ray with one of its parts loaded, quiet but for errors."""
    # Read once, while Ray is imported and started; what a user has set stays.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what will change in packages that Ray itself imports
            import ray

            import_module(part)
    except ModuleNotFoundError as error:
        raise MissingExtra(feature, "scale") from error
    # Ray Data sets options of its own that it has deprecated.
    warnings.filterwarnings("ignore", module=r"ray(\.|$)")
    for name in ("ray", part):
        logging.getLogger(name).setLevel(logging.ERROR)
    return ray
