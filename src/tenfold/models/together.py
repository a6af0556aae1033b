"""One call of a network for everybody who asks at about the same time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import numpy as np

from tenfold.models.base import Classifier, ModelCard
from tenfold.types import Floats

# Pictures looked at in one call; more than this gains nothing, and whoever came first would wait for all.
MOST = 64


class _Asked:
    """One caller's pictures, and what became of them."""

    def __init__(self, batch: Floats) -> None:
        self.batch = batch
        # Set when it is answered, and when it is its turn to ask the network for all who wait.
        self.wake = threading.Event()
        self.done = False
        self.answer: Floats | None = None
        self.error: BaseException | None = None


class Together:
    """A classifier for many threads: who asks while the network is busy is answered together with all who wait.

    Nobody waits for others to come: while nothing is under way a caller asks the network at once.

    Args:
        classifier: The network.
        observe: Told how many pictures each call of the network had.
    """

    def __init__(self, classifier: Classifier, observe: Callable[[int], None] = lambda _: None) -> None:
        self._classifier = classifier
        self._observe = observe
        self._lock = threading.Lock()
        self._waiting: deque[_Asked] = deque()
        self._busy = False

    @property
    def card(self) -> ModelCard:
        """That of the network."""
        return self._classifier.card

    def predict_proba(self, batch: Floats) -> Floats:
        """Probabilities for a batch; see `Classifier.predict_proba`."""
        asked = _Asked(batch)
        with self._lock:
            self._waiting.append(asked)
            leads, self._busy = not self._busy, True
        if not leads:
            asked.wake.wait()
        if not asked.done:
            self._lead(asked)
        if asked.error is not None:
            raise asked.error
        assert asked.answer is not None
        return asked.answer

    def _lead(self, asked: _Asked) -> None:
        """Ask the network until one's own pictures are answered, then leave it to the next who waits."""
        while not asked.done:
            with self._lock:
                some = self._next()
            self._answer(some)
        with self._lock:
            if self._waiting:
                self._waiting[0].wake.set()
            else:
                self._busy = False

    def _next(self) -> list[_Asked]:
        some: list[_Asked] = []
        pictures = 0
        while self._waiting and (not some or pictures + len(self._waiting[0].batch) <= MOST):
            some.append(self._waiting.popleft())
            pictures += len(some[-1].batch)
        return some

    def _answer(self, some: list[_Asked]) -> None:
        try:
            whole = some[0].batch if len(some) == 1 else np.concatenate([one.batch for one in some])
            self._observe(len(whole))
            rows = self._classifier.predict_proba(whole)
            ends = np.cumsum([len(one.batch) for one in some])
            for one, end in zip(some, ends, strict=True):
                one.answer = rows[end - len(one.batch) : end]
        except BaseException as error:  # belongs to each who asked
            for one in some:
                one.error = error
        finally:
            for one in some:
                one.done = True
                one.wake.set()
