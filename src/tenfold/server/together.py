"""One piece of work for everybody who asks at about the same time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# What is worked on together at most; with more, whoever came first would wait long for all the others.
MOST = 16
# Seconds after which work no longer keeps others waiting: a large picture, or a model that is being loaded.
PATIENCE = 0.25

Work = Callable[[Sequence[Item]], Sequence[Answer | Exception]]


@dataclass(frozen=True, slots=True)
class _Asked:
    work: Work[Any, Any]
    item: Any
    answer: asyncio.Future[Any]


class Together:
    """Micro-batching: who asks while work is under way is answered together with all who wait.

    Nobody waits for others to come. One lot is under way at a time, as two would only take the interpreter from each
    other, unless it takes long.

    Args:
        threads: Where the work is done.
        lanes: How many lots that take long are under way at once, each in a thread of its own.
        most: How many are worked on together.
        observe: Told how many were, each time.
    """

    def __init__(
        self, threads: Executor, lanes: int, most: int = MOST, observe: Callable[[int], None] = lambda _: None
    ) -> None:
        self._threads, self._lanes, self._most, self._observe = threads, lanes, most, observe
        self._waiting: deque[_Asked] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        # Lanes there are, and those of them whose work takes long.
        self._running = self._slow = 0

    async def ask(self, work: Work[Item, Answer], item: Item) -> Answer:
        """What the work makes of an item; one that nobody waits for any more is not begun.

        Args:
            work: Blocking work on several items; those of one work, by ``==``, are done together. It gives what became
                of each, in the same order, and may leave the last ones for another time.
            item: One.

        Raises:
            Exception: What the work gave for this item, or raised.
        """
        asked = _Asked(work, item, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        self._begin()
        try:
            answer: Answer = await asked.answer
        finally:
            if not asked.answer.done() or asked.answer.cancelled():
                with suppress(ValueError):  # it is being worked on
                    self._waiting.remove(asked)
        return answer

    def _begin(self) -> None:
        """Open a lane, if somebody waits and all lanes are held up."""
        if self._waiting and self._running == self._slow < self._lanes:
            self._running += 1
            task = asyncio.create_task(self._lane())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _lane(self) -> None:
        """Goes on as long as somebody waits and no other lane has taken over."""
        try:
            while self._running - self._slow <= 1 and (some := self._next()):
                await self._answer(some)
        finally:
            self._running -= 1
            self._begin()

    async def _answer(self, some: list[_Asked]) -> None:
        try:
            self._observe(len(some))
            answers = await self._work(some)
            if not 0 < len(answers) <= len(some):
                raise RuntimeError(f"{len(answers)} answers to {len(some)}")
        except Exception as error:  # whatever it is: it belongs to those who asked
            answers = [error] * len(some)
        except BaseException:
            for one in some:
                one.answer.cancel()
            raise
        for one, answer in zip(some, answers, strict=False):
            _tell(one.answer, answer)
        self._waiting.extendleft(reversed(some[len(answers) :]))

    async def _work(self, some: list[_Asked]) -> Sequence[Any]:
        items = [one.item for one in some]
        work = asyncio.get_running_loop().run_in_executor(self._threads, some[0].work, items)
        slow = False
        try:
            if not (await asyncio.wait([work], timeout=PATIENCE))[0]:
                slow = True
                self._slow += 1
                self._begin()
            return await work
        finally:
            self._slow -= slow

    def _next(self) -> list[_Asked]:
        """Who has waited longest, and others with the same work, wherever they stand in the row."""
        some: list[_Asked] = []
        others: deque[_Asked] = deque()
        while self._waiting and len(some) < self._most:
            asked = self._waiting.popleft()
            if asked.answer.done():  # given up
                continue
            (some if not some or asked.work == some[0].work else others).append(asked)
        self._waiting.extendleft(reversed(others))
        return some


def _tell(waiting: asyncio.Future[Any], answer: Any) -> None:
    if waiting.done():
        return
    if isinstance(answer, Exception):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
