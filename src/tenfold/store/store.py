"""The store: answers as they are given, corrections as they come, and what reviewers make of them."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tenfold.store.database import READS, open_engine, unavailable
from tenfold.store.errors import Conflict, UnknownAnswer
from tenfold.store.suspicion import suspicions
from tenfold.store.tables import ANSWERS, CORRECTIONS, FACTS
from tenfold.store.values import (
    Correction,
    Given,
    State,
    check_value,
    correction_of,
    row_of,
    suspect_of,
    with_answers,
)

DAY = 86_400.0
# Corrections waiting for review that are looked at together: what is behind them waits its turn.
MOST_WAITING = 5_000


class Store:
    """A database of answers and corrections. Safe to share between threads.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``; tables are made or brought up to date.

    Raises:
        UsageError: If it is no such URL.
        MissingExtra: If PostgreSQL's driver is not installed.
        StoreUnavailable: If the database does not answer; so do all methods.
        StoreTooNew: If a later Tenfold made its tables.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        lite = self._engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[Any] = threading.Lock() if lite else nullcontext()
        with self.reading() as connection:
            salt = connection.scalar(select(FACTS.c.value).where(FACTS.c.name == "salt"))
        self._salt = str(salt).encode()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def client(self, address: str) -> str:
        """A name for who asks, from which the address cannot be told: 16 hexadecimal digits."""
        return hmac.new(self._salt, address.encode(), hashlib.sha256).hexdigest()[:16]

    def record(self, answers: Sequence[Given]) -> None:
        """Keep answers; those kept already stay as they are."""
        if not answers:
            return
        rows = [row_of(answer) for answer in answers]
        with self.writing() as connection:
            there = set(connection.scalars(select(ANSWERS.c.id).where(ANSWERS.c.id.in_([row["id"] for row in rows]))))
            if new := [row for row in rows if row["id"] not in there]:
                connection.execute(insert(ANSWERS), new)

    def correct(self, answer: str, client: str, value: str) -> Correction:
        """Keep what a client says of an answer; what it said before of the same one is replaced.

        Args:
            answer: Id of the answer.
            client: Who says so.
            value: What it is: one digit for an answer about one digit, else as many as there are; empty for none.

        Raises:
            UnknownAnswer: If no such answer is kept.
            UsageError: If the value is none of these.
            Conflict: If what the client said before was reviewed already, and was something else.
        """
        for _ in range(2):
            try:
                with self.writing() as connection:
                    return self._correct(connection, answer, client, value)
            except IntegrityError:  # the same client said so twice at the same time: now there is one to replace
                continue
        raise Conflict("Another correction of this answer came at the same time.", "Send it again.")

    def _correct(self, connection: Connection, answer: str, client: str, value: str) -> Correction:
        task = connection.scalar(select(ANSWERS.c.task).where(ANSWERS.c.id == answer))
        if task is None:
            raise UnknownAnswer(f"No answer {answer[:40]!r} is kept.", "Answers are forgotten after a while.")
        check_value(task, value)
        mine = and_(CORRECTIONS.c.answer == answer, CORRECTIONS.c.client == client)
        old = connection.execute(select(CORRECTIONS).where(mine)).one_or_none()
        if old is None:
            made = uuid.uuid4().hex
            row = {"id": made, "answer": answer, "at": time.time(), "client": client, "value": value}
            connection.execute(insert(CORRECTIONS).values(**row, state="waiting"))
            return _one(connection, made)
        if old.value != value:
            changed = connection.execute(
                update(CORRECTIONS)
                .where(CORRECTIONS.c.id == old.id, CORRECTIONS.c.state == "waiting")
                .values(value=value, at=time.time())
            )
            if not changed.rowcount:
                raise Conflict("This correction was reviewed already.")
        return _one(connection, old.id)

    def get(self, correction: str) -> Correction:
        """One correction.

        Raises:
            UnknownAnswer: If there is none of that id.
        """
        with self.reading() as connection:
            return _one(connection, correction)

    def waiting(self, most: int = 100) -> list[Correction]:
        """Corrections to be reviewed, the most suspicious first."""
        with self.reading() as connection:
            rows = connection.execute(
                with_answers().where(CORRECTIONS.c.state == "waiting").order_by(CORRECTIONS.c.at).limit(MOST_WAITING)
            ).all()
            hour = time.time() - 3600
            recent = select(CORRECTIONS.c.client, func.count()).where(CORRECTIONS.c.at > hour)
            busy = {row[0]: row[1] for row in connection.execute(recent.group_by(CORRECTIONS.c.client))}
        found = suspicions([suspect_of(row, busy) for row in rows])
        listed = [correction_of(row, one) for row, one in zip(rows, found, strict=True)]
        return sorted(listed, key=lambda one: (-one.suspicion.score, one.at, one.id))[:most]

    def listed(self, state: State | None = None, most: int = 1000) -> list[Correction]:
        """Corrections, the latest first."""
        query = with_answers().order_by(CORRECTIONS.c.at.desc(), CORRECTIONS.c.id).limit(most)
        if state:
            query = query.where(CORRECTIONS.c.state == state)
        with self.reading() as connection:
            return [correction_of(row) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """How many corrections there are in each state."""
        with self.reading() as connection:
            query = select(CORRECTIONS.c.state, func.count()).group_by(CORRECTIONS.c.state)
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {state: found.get(state, 0) for state in ("waiting", "accepted", "rejected")}

    def picture(self, correction: str) -> bytes | None:
        """The picture a correction is about, PNG; None if it is not kept.

        Raises:
            UnknownAnswer: If there is no correction of that id.
        """
        with self.reading() as connection:
            answer = _one(connection, correction).answer
            return connection.scalar(select(ANSWERS.c.picture).where(ANSWERS.c.id == answer))

    def review(
        self,
        correction: str,
        accept: bool,
        value: str | None = None,
        state: State = "waiting",
        seen: str | None = None,
    ) -> Correction:
        """Accept or reject a correction.

        Args:
            correction: Its id.
            accept: Whether it is right.
            value: What it is, if it is accepted as something else than it says.
            state: In which the reviewer saw it.
            seen: What it was said to be when the reviewer saw it; None if that does not matter.

        Raises:
            UnknownAnswer: If there is none of that id.
            UsageError: If the value is none.
            Conflict: If it is in another state by now.
        """
        with self.writing() as connection:
            said = _one(connection, correction)
            final = (said.value if value is None else value) if accept else None
            check_value(said.task, final or "")
            same = CORRECTIONS.c.value == (said.value if seen is None else seen)
            done = connection.execute(
                update(CORRECTIONS)
                .where(CORRECTIONS.c.id == correction, CORRECTIONS.c.state == state, same)
                .values(state="accepted" if accept else "rejected", final=final, reviewed_at=time.time())
            )
            if not done.rowcount:
                what = "said to be something else by now" if said.state == state else f"{said.state} already"
                raise Conflict(f"This correction is {what}.", "Look at the list again.")
            return _one(connection, correction)

    def forget(self, answers_after: float, pictures_after: float) -> None:
        """Forget what has been kept for its time.

        Args:
            answers_after: Days after which answers that nobody corrected go, with their pictures.
            pictures_after: Days after which pictures go, corrected or not.
        """
        now = time.time()
        corrected = exists().where(CORRECTIONS.c.answer == ANSWERS.c.id)
        with self.writing() as connection:
            old = and_(ANSWERS.c.picture.is_not(None), ANSWERS.c.at < now - pictures_after * DAY)
            connection.execute(update(ANSWERS).where(old).values(picture=None))
            connection.execute(delete(ANSWERS).where(ANSWERS.c.at < now - answers_after * DAY, ~corrected))

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that writes: all of it is kept, or nothing."""
        # SQLite has one writer at a time, and lets the others sleep: here they queue, and wake when it is their turn.
        with unavailable(), self._turn, self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads."""
        with unavailable(), self._engine.connect() as connection:
            yield connection.execution_options(**{READS: True})


def _one(connection: Connection, correction: str) -> Correction:
    row = connection.execute(with_answers().where(CORRECTIONS.c.id == correction)).one_or_none()
    if row is None:
        raise UnknownAnswer(f"There is no correction {correction[:40]!r}.", "See: tenfold feedback list")
    return correction_of(row)
