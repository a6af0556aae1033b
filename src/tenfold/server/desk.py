"""Who is served: a bounded number of requests at once, and the recognisers they share."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import anyio

from tenfold.errors import UnknownName
from tenfold.models.onnx import shipped_names
from tenfold.recognizer import Recognizer
from tenfold.server.errors import Busy, TooSlow
from tenfold.server.together import Together, Work

T = TypeVar("T")
Item = TypeVar("Item")

SHELF = 4
# Seconds for which a request waits for a place.
BREATH = 0.5


class Desk:
    """Bounds what requests can take: places for those whose bodies are here, workers for those being read.

    Only workers hold a decoded picture, so their number bounds the memory for these. What is still on its way holds no
    place; see `tenfold.server.guards.Arrivals`.

    Args:
        places: Requests answered at once, or waiting for that; more are refused.
        seconds: Longest time for the work on one.
        workers: Pictures decoded and read at once; by default one a processor, and one more.
        observe: Told how many places are taken whenever that changes.
        together: Told how many digits were read in one go, each time.
    """

    def __init__(
        self,
        places: int = 64,
        seconds: float = 30,
        workers: int | None = None,
        observe: Callable[[int], None] = lambda _: None,
        together: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.places = places
        self.taken = 0
        self._seconds = seconds
        self._observe = observe
        workers = workers or (os.cpu_count() or 1) + 1
        # Its size is the bound: a thread is free when its work has ended, and not when nobody waits for it any more.
        self._workers = ThreadPoolExecutor(workers, "worker")
        self._together = Together(self._workers, workers, observe=together)

    @property
    def full(self) -> bool:
        """Whether the next request would be refused."""
        return self.taken >= self.places

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place while a request is answered.

        Raises:
            Busy: If every place is taken, and still is after `BREATH`.
        """
        if self.full:
            # Refused at once, those who ask again at once would have the processor busy with nothing but refusals.
            await anyio.sleep(BREATH)
        if self.full:
            raise Busy(f"Tenfold is answering {self.places} requests already.", "Try again in a moment.")
        self.taken += 1
        self._observe(self.taken)
        try:
            yield
        finally:
            self.taken -= 1
            self._observe(self.taken)

    async def run(self, work: Callable[[], T]) -> T:
        """Run blocking work in a thread, waiting for a free worker first.

        Raises:
            TooSlow: If waiting and work together take too long. Work that is under way keeps its worker until it ends,
                unheard; work that is not is never begun.
        """
        with self._in_time():
            return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def run_together(self, work: Work[Item, T], item: Item) -> T:
        """As `run`, for small work that is done for all who ask at about the same time; see `Together.ask`."""
        with self._in_time():
            return await self._together.ask(work, item)

    def close(self) -> None:
        """Begin no more work."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        try:
            with anyio.fail_after(self._seconds):
                yield
        except TimeoutError as error:
            message = f"The answer took longer than {self._seconds:g} seconds."
            raise TooSlow(message, "Send a smaller picture, or try again later.") from error


class Shelf:
    """The recognisers in reach by name, each loaded once; never one by a path out of a request.

    Args:
        recognizer: The one that answers where no model is named.
        size: How many others are kept; the one longest unused goes first.
    """

    def __init__(self, recognizer: Recognizer, size: int = SHELF) -> None:
        self.recognizer = recognizer
        self._size = size
        self._others: OrderedDict[str, Recognizer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str | None) -> Recognizer:
        """The recogniser of a shipped model, or the server's own for None.

        Raises:
            UnknownName: If no shipped model has that name.
            ModelError: If its file cannot be trusted.
        """
        own = self.recognizer.classifier.card.name
        if name is None or name == own:
            return self.recognizer
        known = shipped_names()
        if name not in known:
            raise UnknownName("model", name, sorted({own, *known}))
        with self._lock:  # a second request for the same model waits for the first one's load
            if name not in self._others:
                while len(self._others) >= self._size:
                    self._others.popitem(last=False)
                self._others[name] = Recognizer(model=name, settings=self.recognizer.settings)
            self._others.move_to_end(name)
            return self._others[name]
