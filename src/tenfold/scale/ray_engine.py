"""The engine on Ray Data: actors on this machine or on those of a cluster, each with the networks loaded once."""

from __future__ import annotations

import json
import re
import socket
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tenfold.errors import TenfoldError, UsageError
from tenfold.scale.extra import need_ray
from tenfold.scale.part import Part, PartReader, Range, Reading
from tenfold.silence import silence

# What passes through Ray's store are ranges and rows, never pictures.
STORE = 256 * 1024 * 1024
CONNECT_SECONDS = 10


class RangeReader:
    """What an actor runs: takes rows that are ranges, gives rows that are parts.

    Args:
        reading: How pictures are read.
    """

    def __init__(self, reading: Reading) -> None:
        self._reader = PartReader(reading)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        """Read the ranges of a batch, each with its number and its packed lines."""
        parts = [
            self._reader.read(Range(int(number), _unpacked(lines)))
            for number, lines in zip(batch["number"], batch["lines"], strict=True)
        ]
        return {name: [getattr(part, name) for part in parts] for name in ("number", "data", "rows", "unreadable")}


def read_parts(reading: Reading, given: Iterable[Range], workers: int | None, address: str | None) -> Iterator[Part]:
    """Read ranges of the listing, in any order.

    The ranges go to the actors, which open the input themselves: no picture passes through this process. An actor or
    machine that dies takes nothing with it: Ray Data starts its actors again, and their ranges, without being told to.

    Args:
        reading: How; on a cluster its place must be one that all machines see.
        given: The ranges.
        workers: Actors, of one processor each; None for as many as there are processors.
        address: Of a cluster; None for this machine.

    Raises:
        MissingExtra: If the extra ``[scale]`` is not installed.
        UsageError: If there is no cluster at that address.
        TenfoldError: If the work failed in a way that trying again does not mend.
    """
    ray = need_ray()
    with started(ray, address):
        _quiet(ray)
        size = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        ranges = [{"number": one.number, "lines": _packed(one.lines)} for one in given]
        if not ranges:
            return
        done = ray.data.from_items(ranges, override_num_blocks=len(ranges)).map_batches(
            RangeReader,
            fn_constructor_args=(reading,),
            batch_size=1,
            batch_format="numpy",
            compute=ray.data.ActorPoolStrategy(size=min(size, len(ranges))),
            num_cpus=1,
        )
        try:
            for row in done.iter_rows():
                yield Part(row["number"], row["data"], row["rows"], row["unreadable"])
        except ray.exceptions.RayError as error:
            raise TenfoldError(f"Ray could not finish the run: {last_line(error)}", "Go on with --resume.") from error


@contextmanager
def started(ray: Any, address: str | None) -> Iterator[None]:
    """Ray at work; what was started here is ended here, and a cluster is only left."""
    if ray.is_initialized():
        yield
        return
    if address:
        _check_reachable(address)
    here = {"address": "local", "include_dashboard": False, "object_store_memory": STORE}
    options = {"address": address} if address else here
    try:
        with silence():
            ray.init(**options, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError, RuntimeError) as error:
        if address:
            raise _unreachable(address, error) from error
        raise TenfoldError(f"Ray cannot start here: {last_line(error)}", "Try again, or --engine local.") from error
    try:
        yield
    finally:
        ray.shutdown()


def _check_reachable(address: str) -> None:
    """Find out whether anything listens there, which Ray itself tries for minutes before it says no."""
    found = re.fullmatch(r"(?:ray://)?\[?(?P<host>[^/]*?)\]?:(?P<port>\d+)/?", address)
    if found:
        try:
            socket.create_connection((found["host"], int(found["port"])), CONNECT_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise _unreachable(address, error) from error


def _unreachable(address: str, error: Exception) -> UsageError:
    if "InvalidAuthToken" in str(error.__cause__):
        return UsageError(
            f"The Ray cluster at {address} asks for a token, and was given none or a wrong one.",
            "Set RAY_AUTH_MODE=token, and the token as Ray's documentation of authentication says.",
        )
    return UsageError(
        f"There is no Ray cluster at {address} ({last_line(error)}).",
        "Give the --address of one that runs: HOST:6379, ray://HOST:10001 or auto.",
    )


def _quiet(ray: Any) -> None:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def last_line(error: Exception) -> str:
    """What happened, of a report that begins with a traceback from another machine."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]


def _packed(lines: tuple[str, ...]) -> bytes:
    """Lines of the listing as bytes: they are much alike, and small so."""
    return zlib.compress(json.dumps(lines).encode("ascii"))


def _unpacked(data: bytes) -> tuple[str, ...]:
    return tuple(json.loads(zlib.decompress(data)))
