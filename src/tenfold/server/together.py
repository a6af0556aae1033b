"""One piece of work for everybody who asks at about the same time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# What is worked on together at most; with more, whoever came first would wait long for all the others.
MOST = 16
# Two, so that a large picture does not keep all others waiting; more would only take the interpreter from each other.
LANES = 2

Work = Callable[[Sequence[Item]], Sequence[Answer | Exception]]


@dataclass(frozen=True, slots=True)
class _Asked:
    work: Work[Any, Any]
    item: Any
    answer: asyncio.Future[Any]


class Together:
    """Micro-batching: who asks while work is under way is answered together with all who wait.

    Nobody waits for others to come: as long as a lane is free the work begins at once.

    Args:
        lanes: How much is under way at once, each in a thread of its own.
        most: How many are worked on together.
        observe: Told how many were, each time.
    """

    def __init__(self, lanes: int = LANES, most: int = MOST, observe: Callable[[int], None] = lambda _: None) -> None:
        self._most, self._observe = most, observe
        self._free = lanes
        self._threads = ThreadPoolExecutor(lanes, "together")
        self._waiting: deque[_Asked] = deque()
        self._lanes: set[asyncio.Task[None]] = set()

    async def ask(self, work: Work[Item, Answer], item: Item) -> Answer:
        """What the work makes of an item; one that nobody waits for any more is not begun.

        Args:
            work: Blocking work on several items; those of one work, by ``==``, are done together. It gives what became
                of each, in the same order.
            item: One.

        Raises:
            Exception: What the work gave for this item, or raised.
        """
        asked = _Asked(work, item, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._free:
            self._free -= 1
            lane = asyncio.create_task(self._run())
            self._lanes.add(lane)
            lane.add_done_callback(self._lanes.discard)
        answer: Answer = await asked.answer
        return answer

    async def _run(self) -> None:
        """A lane: goes on as long as somebody waits."""
        loop = asyncio.get_running_loop()
        try:
            while some := self._next():
                self._observe(len(some))
                try:
                    answers = await loop.run_in_executor(self._threads, some[0].work, [one.item for one in some])
                except Exception as error:  # whatever it is: it belongs to those who asked
                    answers = [error] * len(some)
                for one, answer in zip(some, answers, strict=True):
                    _tell(one.answer, answer)
        finally:
            self._free += 1

    def _next(self) -> list[_Asked]:
        some: list[_Asked] = []
        while self._waiting and len(some) < self._most:
            if self._waiting[0].answer.done():  # given up
                self._waiting.popleft()
            elif some and self._waiting[0].work != some[0].work:
                break
            else:
                some.append(self._waiting.popleft())
        return some


def _tell(waiting: asyncio.Future[Any], answer: Any) -> None:
    if waiting.done():
        return
    if isinstance(answer, Exception):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
