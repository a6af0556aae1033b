"""The engine of one machine: this process, or several beside it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice

from tenfold.errors import TenfoldError
from tenfold.recognizer import Recognizer
from tenfold.scale.part import Part, PartReader, Range, Reading

_reader: PartReader | None = None
"""The reader of a process of the pool."""


def read_parts(reading: Reading, given: Iterable[Range], workers: int, recognizer: Recognizer) -> Iterator[Part]:
    """Read ranges of the listing, in any order.

    Args:
        reading: How.
        given: The ranges; taken as they are needed.
        workers: Processes; 1 is this one.
        recognizer: Who reads where this process does.

    Raises:
        TenfoldError: If a process was ended from outside.
    """
    if workers == 1:
        reader = PartReader(reading, recognizer)
        try:
            yield from map(reader.read, given)
        finally:
            reader.close()
    else:
        yield from _with_processes(reading, given, workers)


def _with_processes(reading: Reading, given: Iterable[Range], workers: int) -> Iterator[Part]:
    before = set(multiprocessing.active_children())
    # A fork would inherit the threads of the networks' runtime, or rather the locks they happened to hold.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start, (reading,))
    rest = iter(given)
    try:
        # Two for each: one that it reads, one that waits.
        waiting = {pool.submit(_read, one) for one in islice(rest, 2 * workers)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (_result(one) for one in done)
            waiting |= {pool.submit(_read, one) for one in islice(rest, len(done))}
    except BaseException:  # Ctrl-C, too: nobody waits for what is being read
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _result(one: Future[Part]) -> Part:
    try:
        return one.result()
    except BrokenProcessPool as error:
        raise TenfoldError(
            "A process that reads pictures was ended from outside, perhaps for want of memory.",
            "Go on with --resume, and fewer --workers.",
        ) from error


def _start(reading: Reading) -> None:
    global _reader
    # Ctrl-C reaches the whole group; the process that waits for us deals with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _reader = PartReader(reading)


def _end_with_parent() -> None:
    """A parent that is killed can tell nobody: without this, its workers would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        with suppress(OSError):
            parent.join()
        os._exit(1)


def _read(given: Range) -> Part:
    assert _reader is not None
    return _reader.read(given)
