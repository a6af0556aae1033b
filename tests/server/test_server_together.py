"""Digits that are asked for at about the same time are read in one go, and a slow one holds nobody up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from tenfold.server.together import MOST, PATIENCE, Together


class Doubling:
    """Work whose first lot waits until it may go on."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.go = threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.lots.append(list(items))
        if len(self.lots) == 1:
            self.go.wait(20)
        return [ValueError("odd one out") if item == 13 else 2 * item for item in items]


def test_who_comes_meanwhile_is_answered_in_one_go() -> None:
    work, seen = Doubling(), list[int]()

    async def all_of_them() -> list[int | BaseException]:
        together = Together(1, observe=seen.append)
        asking = [asyncio.create_task(together.ask(work, item)) for item in range(20)]
        while not work.lots:
            await asyncio.sleep(0.001)
        work.go.set()
        return await asyncio.gather(*asking, return_exceptions=True)

    answers = asyncio.run(all_of_them())
    assert isinstance(answers[13], ValueError)
    assert [one for one in answers if not isinstance(one, ValueError)] == [2 * item for item in range(20) if item != 13]
    assert seen == [len(lot) for lot in work.lots]
    assert sum(seen) == 20
    assert max(seen) == MOST, "they were read one after the other"


def test_a_slow_one_holds_nobody_up() -> None:
    work = Doubling()

    async def slow_then_quick() -> float:
        together = Together(2)
        slow = asyncio.create_task(together.ask(work, 1))
        while not work.lots:
            await asyncio.sleep(0.001)
        start = time.monotonic()
        assert await together.ask(work, 2) == 4
        took = time.monotonic() - start
        assert not slow.done()
        assert await together.ask(work, 3) == 6
        work.go.set()
        assert await slow == 2
        return took

    assert asyncio.run(slow_then_quick()) < PATIENCE + 10


def test_what_nobody_waits_for_is_not_begun() -> None:
    work = Doubling()

    async def given_up() -> None:
        together = Together(1)
        first = asyncio.create_task(together.ask(work, 1))
        while not work.lots:
            await asyncio.sleep(0.001)
        second = asyncio.create_task(together.ask(work, 2))
        await asyncio.sleep(0)
        second.cancel()
        third = asyncio.create_task(together.ask(work, 3))
        await asyncio.sleep(0)
        work.go.set()
        assert [await first, await third] == [2, 6]

    asyncio.run(given_up())
    assert work.lots == [[1], [3]]


def test_what_goes_wrong_as_a_whole_is_told_to_each() -> None:
    def broken(_: Sequence[int]) -> list[int | Exception]:
        raise OSError("no network")

    async def both() -> None:
        together = Together(1)
        for item in range(2):
            with pytest.raises(OSError, match="no network"):
                await together.ask(broken, item)

    asyncio.run(both())
