"""Lines as batches for the number reader's network, and what it makes of them while it learns."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.catalogue import reader as network
from tenfold.data.line_ink import Pens
from tenfold.data.line_texts import ALPHABET
from tenfold.data.lines import Line, World, make_lines
from tenfold.reading.beam import best_path
from tenfold.types import Floats, as_floats

if TYPE_CHECKING:
    from keras import Model

BLANK = len(ALPHABET)
Batch = tuple[Any, Any, Any, Any]


def batch_of(lines: list[Line]) -> Batch:
    """Lines as a batch; shorter ones are followed by bare ground."""
    widest = max(line.pixels.shape[1] for line in lines)
    pictures = np.zeros((len(lines), network.HEIGHT, widest), np.float32)
    for row, line in zip(pictures, lines, strict=True):
        row[:, : line.pixels.shape[1]] = as_floats(line.pixels)
    signs = np.array([ALPHABET.index(sign) for line in lines for sign in line.text], np.int32)
    counts = np.array([len(line.text) for line in lines], np.int32)
    return pictures, signs, counts, np.full(len(lines), widest // 2, np.int32)


def some_lines(pens: Pens, count: int, rng: np.random.Generator, world: World) -> list[Line]:
    """So many lines, by length: what a run is watched with."""
    source = make_lines(pens, rng, world)
    return sorted((next(source) for _ in range(count)), key=lambda line: line.pixels.shape[1])


def read_right(model: Model, lines: list[Line]) -> float:
    """The share of lines whose most likely signs, column by column, are the text."""
    right = 0
    for start in range(0, len(lines), 100):
        part = lines[start : start + 100]
        logits: Floats = np.asarray(model(batch_of(part)[0], training=False))
        right += sum(plain_text(row) == line.text for row, line in zip(logits, part, strict=True))
    return right / len(lines)


def plain_text(logits: Floats) -> str:
    """The likeliest text of a line by its columns (n, k) alone."""
    return best_path(logits, ALPHABET)


def in_background(source: Iterator[Batch]) -> Iterator[Batch]:
    """The same, made in a thread of its own while the network is at the batch before."""
    ready: queue.Queue[Batch | BaseException | None] = queue.Queue(maxsize=24)
    stopped = threading.Event()

    def put(item: Batch | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.5)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for batch in source:
                if not put(batch):
                    return
            put(None)
        except BaseException as error:  # belongs to the one who waits
            put(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
