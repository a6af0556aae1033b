"""Ray on this machine, small, as all tests of it start it."""

from __future__ import annotations

from typing import Any

from tenfold.scale.extra import need_ray


def start_ray() -> Any:
    """Start it; gives the module."""
    ray = need_ray()
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=100_000_000,
    )
    return ray
