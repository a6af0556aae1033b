"""How far a run is: a bar on a terminal, else a line from time to time, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

EVERY = 10.0
"""Seconds between two lines."""


class Progress(Protocol):
    """Is told of pictures that are done, or of whatever is counted."""

    def advance(self, pictures: int) -> None: ...


@contextmanager
def show_progress(done: int, total: int, what: str = "pictures") -> Iterator[Progress]:
    """Show how far a run is while the block lasts.

    Args:
        done: Pictures that an earlier run has done.
        total: Pictures in all.
        what: What is counted, where that is no pictures.
    """
    if not sys.stderr.isatty():
        yield Lines(done, total, what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Bars(*columns, console=Console(file=sys.stderr), transient=True, speed_estimate_period=120) as bars:
        yield Bar(bars, done, total)


class Lines:
    """A line every ten seconds.

    Args:
        done: Pictures that an earlier run has done.
        total: Pictures in all.
        what: What they are called.
    """

    def __init__(self, done: int, total: int, what: str = "pictures") -> None:
        self._what = what
        self._before, self._done, self._total = done, done, total
        self._begun = self._said = time.monotonic()

    def advance(self, pictures: int) -> None:
        self._done += pictures
        now = time.monotonic()
        if now - self._said >= EVERY:
            self._said = now
            rate = (self._done - self._before) / (now - self._begun)
            left = in_words((self._total - self._done) / rate)
            line = f"{self._done:,} of {self._total:,} {self._what}, {rate:,.0f} a second, {left} left"
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()


class Bar:
    """A bar of rich.

    Args:
        bars: Where it is shown.
        done: Pictures that an earlier run has done.
        total: Pictures in all.
    """

    def __init__(self, bars: object, done: int, total: int) -> None:
        from rich.progress import Progress as Bars

        assert isinstance(bars, Bars)
        self._bars, self._before, self._begun = bars, done, time.monotonic()
        self._task = bars.add_task("", total=total, completed=done, rate="")

    def advance(self, pictures: int) -> None:
        task = self._bars.tasks[0]
        rate = (task.completed + pictures - self._before) / (time.monotonic() - self._begun)
        self._bars.update(self._task, advance=pictures, rate=f"{rate:,.0f}/s")


def in_words(seconds: float) -> str:
    """A length of time as people say it: ``45 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
