"""Where work is done: on this machine, or wherever Ray has workers."""

from __future__ import annotations

from typing import Literal, get_args

from tenfold.errors import UnknownName, UsageError
from tenfold.scale.extra import need_ray

Engine = Literal["local", "ray"]


def check_engine(engine: str, workers: int | None, address: str | None) -> None:
    """Find out whether an engine can be had, before any work.

    Args:
        engine: Its name.
        workers: How many; None for as many as it takes by itself.
        address: Of a Ray cluster.

    Raises:
        UnknownName: If there is no such engine.
        UsageError: If the others do not go with it.
        MissingExtra: If it needs an extra that is not installed.
    """
    if engine not in get_args(Engine):
        raise UnknownName("engine", engine, list(get_args(Engine)))
    if address is not None and engine != "ray":
        raise UsageError("--address names a Ray cluster.", "Give --engine ray as well.")
    if workers is not None and workers < 1:
        raise UsageError(f"There cannot be {workers} workers.", "Give 1 or more.")
    if engine == "ray":
        need_ray()


def check_one_or_ray(engine: str, workers: int | None, address: str | None) -> None:
    """The same for work that one process does by itself where Ray does not.

    Raises:
        TenfoldError: As `check_engine`; UsageError also if there are to be workers without Ray.
    """
    check_engine(engine, workers, address)
    if workers is not None and engine != "ray":
        raise UsageError("--workers is for Ray: without it one thing is done after the other.", "Give --engine ray.")
