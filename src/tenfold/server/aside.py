"""Work with the database in threads that answer no pictures: who asks for nothing of it never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import anyio
from fastapi import Request

from tenfold.server.errors import NoStore, TooSlow
from tenfold.server.keeper import Keeper

T = TypeVar("T")


def keeper_of(request: Request) -> Keeper:
    """What keeps answers.

    Raises:
        NoStore: If nothing does.
    """
    keeper: Keeper | None = request.app.state.keeper
    if keeper is None:
        raise NoStore("This server keeps no answers and no corrections.", "Start it with --database.")
    return keeper


async def aside(request: Request, threads: ThreadPoolExecutor, work: Callable[[Keeper], T]) -> T:
    """Let work be done with the database, for as long as an answer may take.

    Args:
        request: For whom.
        threads: Their number is the bound: those that wait for a database must not be all there are.
        work: Blocking work.

    Raises:
        NoStore: If nothing is kept.
        TooSlow: If it takes too long. What has begun by then goes on, and what it was to write may be written.
    """
    seconds = request.app.state.shelf.recognizer.settings.request_seconds
    done = partial(work, keeper_of(request))
    try:
        with anyio.fail_after(seconds):
            return await asyncio.get_running_loop().run_in_executor(threads, done)
    except TimeoutError as error:
        hint = "Send it again later: a correction or a digit of a profile that was kept already is kept once."
        raise TooSlow(f"The database took longer than {seconds:g} seconds.", hint) from error
