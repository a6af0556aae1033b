"""Digits that are asked for at about the same time are read in one go, and a slow one holds nobody up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from tenfold.server.together import MOST, PATIENCE, Together

T = TypeVar("T")


def alone(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: where the browser's tests ran before, there is a loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def together(lanes: int, observe: Callable[[int], None] = lambda _: None) -> Together:
    return Together(ThreadPoolExecutor(lanes), lanes, observe=observe)


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
        row = together(1, seen.append)
        asking = [asyncio.create_task(row.ask(work, 0))]
        while not work.lots:
            await asyncio.sleep(0.001)
        asking += [asyncio.create_task(row.ask(work, item)) for item in range(1, 20)]
        await asyncio.sleep(0)
        work.go.set()
        return await asyncio.gather(*asking, return_exceptions=True)

    answers = alone(all_of_them())
    assert isinstance(answers[13], ValueError)
    assert [one for one in answers if not isinstance(one, ValueError)] == [2 * item for item in range(20) if item != 13]
    assert seen == [len(lot) for lot in work.lots]
    assert seen == [1, MOST, 20 - 1 - MOST]


def test_a_slow_one_holds_nobody_up() -> None:
    work = Doubling()

    async def slow_then_quick() -> float:
        row = together(2)
        slow = asyncio.create_task(row.ask(work, 1))
        while not work.lots:
            await asyncio.sleep(0.001)
        start = time.monotonic()
        assert await row.ask(work, 2) == 4
        took = time.monotonic() - start
        assert not slow.done()
        assert await row.ask(work, 3) == 6
        work.go.set()
        assert await slow == 2
        return took

    assert alone(slow_then_quick()) < PATIENCE + 10


def test_what_nobody_waits_for_is_not_begun() -> None:
    work = Doubling()

    async def given_up() -> None:
        row = together(1)
        first = asyncio.create_task(row.ask(work, 1))
        while not work.lots:
            await asyncio.sleep(0.001)
        second = asyncio.create_task(row.ask(work, 2))
        await asyncio.sleep(0)
        second.cancel()
        third = asyncio.create_task(row.ask(work, 3))
        await asyncio.sleep(0)
        work.go.set()
        assert [await first, await third] == [2, 6]

    alone(given_up())
    assert work.lots == [[1], [3]]


def test_what_goes_wrong_as_a_whole_is_told_to_each() -> None:
    def broken(_: Sequence[int]) -> list[int | Exception]:
        raise OSError("no network")

    async def both() -> None:
        row = together(1)
        for item in range(2):
            with pytest.raises(OSError, match="no network"):
                await row.ask(broken, item)

    alone(both())


def test_an_accident_with_the_figures_does_not_end_it() -> None:
    work, told = Doubling(), list[int]()
    work.go.set()

    def observe(count: int) -> None:
        told.append(count)
        if len(told) == 1:
            raise OSError("no space left")

    async def twice() -> int:
        row = together(1, observe)
        with pytest.raises(OSError, match="no space left"):
            await row.ask(work, 1)
        return await asyncio.wait_for(row.ask(work, 2), 10)

    assert alone(twice()) == 4


def test_what_is_left_for_another_time_is_answered_then() -> None:
    lots: list[list[int]] = []

    def two_at_most(items: Sequence[int]) -> list[int | Exception]:
        lots.append(list(items))
        time.sleep(0.01)
        return [2 * item for item in items[:2]]

    async def all_of_them() -> list[int]:
        row = together(1)
        return await asyncio.gather(*(row.ask(two_at_most, item) for item in range(7)))

    assert alone(all_of_them()) == [2 * item for item in range(7)]
    assert [lot[:2] for lot in lots] == [[0, 1], [2, 3], [4, 5], [6]]


def test_other_work_in_between_parts_no_lot() -> None:
    lots: list[list[int]] = []

    def one(items: Sequence[int]) -> list[int | Exception]:
        lots.append(list(items))
        return list(items)

    def other(items: Sequence[int]) -> list[int | Exception]:
        return one(items)

    async def in_turns() -> list[int]:
        row = together(1)
        return await asyncio.gather(*(row.ask(other if item % 2 else one, item) for item in range(8)))

    assert alone(in_turns()) == list(range(8))
    assert lots == [[0, 2, 4, 6], [1, 3, 5, 7]]
