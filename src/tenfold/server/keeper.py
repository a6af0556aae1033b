"""What the server remembers: answers, written in the background, and corrections, written before they are confirmed."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from tenfold.config import Settings
from tenfold.imaging.look import look_of
from tenfold.server.guards import network_of
from tenfold.store.errors import StoreUnavailable, UnknownAnswer
from tenfold.store.profiles import Profiles
from tenfold.store.store import Store
from tenfold.store.values import Correction, Given
from tenfold.types import Box, Normalized, Number, Page, Picture, Pixels, Prediction

_log = logging.getLogger(__name__)

# Answers that wait to be written; while the database is gone the oldest are forgotten beyond this.
MOST = 10_000
# How many are written in one transaction, and how many wait with their pictures: those of an hour would fill memory.
LOT = 1000
# How often they are written, how long a database that is gone is left alone, and how often old ones are forgotten.
PAUSE, REST, CLEAN = 0.25, 2.0, 3600.0
# How long the end waits for a database that does not answer.
PARTING = 20.0
# How long an answer that another process gave may take to be there.
PATIENCE = 1.0
# Longest side of a kept picture, and the ground around its ink as a share of that.
LONGEST, AROUND = 256, 0.15


class Keeper:
    """Keeps answers and corrections. Predictions never wait for the database, and go on without it.

    Args:
        settings: Name the database and how long things are kept.
        lost: Told how many answers were forgotten before they could be written.

    Raises:
        UsageError: If the settings name no database that can be used.
        MissingExtra: If its driver is not installed.
        StoreTooNew: If a later Tenfold made its tables.
    """

    def __init__(self, settings: Settings, lost: Callable[[int], None] = lambda _: None) -> None:
        self._settings, self._lost = settings, lost
        self._answers: deque[Given] = deque()
        self._store: Store | None = None
        self._tried = 0.0
        self._cleaned = 0.0
        self._opening, self._writing = threading.Lock(), threading.Lock()
        self._something, self._ended = threading.Event(), threading.Event()
        self._something.set()
        try:
            self._open()
        except StoreUnavailable as error:
            _log.warning("%s Answers go on; corrections are refused until it is back.", error)
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)
        self._thread.start()

    @property
    def keeps_pictures(self) -> bool:
        """Whether pictures are kept."""
        return self._settings.keep_pictures_days > 0

    @property
    def store(self) -> Store:
        """The store.

        Raises:
            StoreUnavailable: If the database does not answer.
        """
        return self._open()

    def client(self, address: str) -> str:
        """A name for who asks; empty as long as the database was never there."""
        return self._store.client(network_of(address)) if self._store else ""

    def keep(self, answer: Given) -> None:
        """Write an answer down, soon; its picture only as long as not too many wait already."""
        self._answers.append(answer if len(self._answers) < LOT else replace(answer, picture=None))
        while len(self._answers) > MOST:
            self._answers.popleft()
            self._lost(1)
        self._something.set()

    def correct(self, answer: str, address: str, value: str) -> Correction:
        """Write down what somebody says of an answer; see `Store.correct`."""
        store = self.store
        patience = time.monotonic() + (PATIENCE if self._settings.workers > 1 else 0)
        self._write()
        while True:
            try:
                return store.correct(answer, store.client(network_of(address)), value)
            except UnknownAnswer:
                if time.monotonic() > patience:
                    raise
                time.sleep(PAUSE)

    def close(self) -> None:
        """Write what waits, and let go of the database."""
        self._ended.set()
        self._something.set()
        self._thread.join(PARTING)
        if self._store:
            self._store.close()

    def _open(self) -> Store:
        with self._opening:
            if self._store is None:
                if time.monotonic() - self._tried < REST and self._tried:
                    raise StoreUnavailable("The database does not answer.", "Try again in a moment.")
                self._tried = time.monotonic()
                self._store = Store(self._settings.database)
            return self._store

    def _work(self) -> None:
        while not self._ended.is_set():
            # Things are forgotten in time even where nobody asks for anything.
            self._something.wait(CLEAN)
            self._something.clear()
            try:
                self._write()
                self._clean()
            except StoreUnavailable:
                self._ended.wait(REST)
                self._something.set()
            except Exception:  # whatever it is: the next answers are kept
                _log.exception("An accident while writing answers down")
            self._ended.wait(PAUSE)
        try:
            self._write()
        except StoreUnavailable as error:
            _log.warning("%s", error)
        if self._answers:
            _log.warning("%d answers were not written down.", len(self._answers))

    def _write(self) -> None:
        with self._writing:
            while self._answers:
                some = [self._answers.popleft() for _ in range(min(len(self._answers), LOT))]
                try:
                    self._record(some)
                except BaseException:  # whatever it is: what was taken from the queue goes back to its place
                    self._answers.extendleft(reversed(some))
                    raise

    def _record(self, some: list[Given]) -> None:
        store = self.store
        try:
            store.record(some)
        except StoreUnavailable:
            raise
        except Exception:  # one of them is such that no database takes it: it must not keep the others
            for one in some:
                try:
                    store.record([one])
                except StoreUnavailable:
                    raise
                except Exception:  # this is the one
                    _log.exception("An answer cannot be written down")
                    self._lost(1)

    def _clean(self) -> None:
        if time.monotonic() - self._cleaned > CLEAN or not self._cleaned:
            self.store.forget(self._settings.keep_answers_days, self._settings.keep_pictures_days)
            Profiles(self.store).forget(self._settings.keep_profiles_days)
            self._cleaned = time.monotonic()


def a_digit(id: str, client: str, prediction: Prediction, ink: Normalized, picture: bytes | None) -> Given:
    """An answer about one digit as it is kept.

    Args:
        id: Its handle.
        client: Who asked.
        prediction: What was answered.
        ink: What the network was given.
        picture: What `cut` made of the picture, if it is to be kept.
    """
    best = prediction.digit
    if best is None and prediction.alternatives:
        best = prediction.alternatives[0].digit
    return Given(
        id,
        client,
        prediction.model,
        "digit",
        prediction.status,
        "" if best is None else str(best),
        prediction.confidence,
        prediction.probabilities,
        "" if ink.empty else look_of(ink.pixels),
        picture,
        time.time(),
    )


def a_number(id: str, client: str, page: Page, number: Number | None, picture: Picture | None) -> Given:
    """An answer about a number as it is kept, or about a page on which there was none.

    Args:
        id: Its handle.
        client: Who asked.
        page: What was answered.
        number: Which of its numbers.
        picture: What was given, if it is to be kept.
    """
    box = number.box if number else None
    return Given(
        id,
        client,
        page.model,
        "number",
        page.status,
        number.value if number else "",
        number.confidence if number else 0.0,
        picture=None if picture is None or box is None else cut(picture, box),
        at=time.time(),
    )


def cut(picture: Picture, box: Box) -> bytes:
    """The ink with some ground around it, small, as PNG.

    Args:
        picture: What was given.
        box: Where the ink stands in it.
    """
    around = 2 + round(AROUND * max(box.width, box.height))
    rows = slice(max(0, box.y - around), box.y + box.height + around)
    pixels = picture.pixels[rows, max(0, box.x - around) : box.x + box.width + around]
    scale = LONGEST / max(pixels.shape[:2])
    if scale < 1:
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return to_png(pixels)


def to_png(pixels: Pixels) -> bytes:
    """Pixels as the bytes of a PNG file: uint8, (H, W) grey or (H, W, 3) RGB."""
    _, coded = cv2.imencode(".png", pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return coded.tobytes()
