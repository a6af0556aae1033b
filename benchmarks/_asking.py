"""A server asked what pictures are: one, a list of them, or the same over and over while something else goes on."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
import numpy as np
from _claim import stop

# Seconds between two requests of the loop, and those to wait at most.
PACE, PATIENCE = 0.02, 60.0


def ask(client: httpx.Client, picture: bytes) -> dict[str, Any]:
    """The server's answer to a picture."""
    answer = client.post("/v1/predict", files={"image": picture})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


@dataclass
class Asking:
    """Asks a server the same over and over, on connections of its own, as long as it is told to.

    Attributes:
        base: The server's address.
        picture: What is asked.
        seen: When, and which model answered; None where nothing did.
    """

    base: str
    picture: bytes
    seen: list[tuple[float, str | None]] = field(default_factory=list)

    def __enter__(self) -> Asking:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def dropped(self) -> int:
        """How many got no answer."""
        return sum(model is None for _, model in self.seen)

    def until(self, model: str, since: float) -> float:
        """Wait until a model answers; gives the seconds from then to its first answer."""
        end = time.perf_counter() + PATIENCE
        while not (self.seen and self.seen[-1][1] == model):
            if time.perf_counter() > end:
                stop(f"{model} did not answer within {PATIENCE:g} seconds.")
            time.sleep(PACE)
        return next(at for at, answered in self.seen if answered == model and at > since) - since

    @property
    def longest_silence(self) -> float:
        """The longest time between an answer and the next one, in seconds."""
        answered = [at for at, model in self.seen if model]
        return max((later - at for at, later in pairwise(answered)), default=0.0)

    def _work(self) -> None:
        with httpx.Client(base_url=self.base, timeout=PATIENCE, trust_env=False) as client:
            while not self._ended.wait(PACE):
                try:
                    model = ask(client, self.picture)["model"]
                except httpx.HTTPError:
                    model = None
                self.seen.append((time.perf_counter(), model))


@dataclass(frozen=True)
class Read:
    """How pictures were read.

    Attributes:
        best: Best readings.
        answered: Digits answered, None where none was.
        confidences: Of the best readings.
    """

    best: list[int]
    answered: list[int | None]
    confidences: list[float]

    def right(self, labels: list[int]) -> int:
        """How many best readings are right."""
        return sum(one == label for one, label in zip(self.best, labels, strict=True))

    def differ(self, other: Read) -> int:
        """How many answers are not the same."""
        ours, theirs = (zip(one.best, one.answered, one.confidences, strict=True) for one in (self, other))
        return sum(one != another for one, another in zip(ours, theirs, strict=True))


def read(client: httpx.Client, pictures: list[bytes]) -> Read:
    """Ask a server for each picture."""
    found = [ask(client, picture) for picture in pictures]
    best = [int(np.argmax(one["probabilities"])) for one in found]
    return Read(best, [one["digit"] for one in found], [one["confidence"] for one in found])
