"""Connections to PostgreSQL that wait for it no longer than they may, also where it is there and says nothing."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg
from sqlalchemy import Engine, event

# Of psycopg: each gives what it waits for, and is given whether that came.
Steps = Generator[Any, Any, Any]


def give_up_after(engine: Engine, seconds: float) -> None:
    """Let no connection of an engine wait longer than this for one answer of the database.

    PostgreSQL ends a statement that takes too long by itself. One that is stopped, or whose disk hangs, does not:
    whoever asked it would wait for ever, and so would the end of the process.

    Args:
        engine: Of PostgreSQL, with psycopg.
        seconds: After which a connection is closed, and what asked hears an `psycopg.OperationalError`.
    """

    class Impatient(psycopg.Connection[Any]):
        def wait(self, gen: Steps, *arguments: Any, **options: Any) -> Any:
            return super().wait(_until(time.monotonic() + seconds, gen, self), *arguments, **options)

    @event.listens_for(engine, "do_connect")
    def connect(_: Any, __: Any, arguments: Any, options: Any) -> Any:
        return Impatient.connect(*arguments, **options)


def _until(end: float, steps: Steps, connection: psycopg.Connection[Any]) -> Steps:
    """The steps of psycopg's own waiting, which it takes several times a second even where nothing comes."""
    ready = None
    while True:
        try:
            wanted = steps.send(ready)
        except StopIteration as done:
            return done.value
        ready = yield wanted
        if not ready and time.monotonic() > end:
            # What it would still say belongs to nobody: the connection cannot be used again.
            connection.pgconn.finish()
            raise psycopg.OperationalError("it has not answered in time")
