"""What is kept, as values: an answer that was given, and what somebody said of it; and the rows they come from."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, select

from tenfold.errors import UsageError
from tenfold.store.suspicion import NONE, Suspect, Suspicion
from tenfold.store.tables import ANSWERS, CORRECTIONS

State = Literal["waiting", "accepted", "rejected"]
Task = Literal["digit", "number"]
# Longer numbers are no numbers.
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given.

    Attributes:
        id: 32 hexadecimal digits.
        client: See `Store.client`.
        model: ``name@hash``.
        task: Whether one digit was asked for, or a whole number.
        status: As in `tenfold.types.Status`.
        value: The best reading: digits, none where there was nothing to read.
        confidence: Of it, 0..1.
        probabilities: Ten, or none.
        look: 16 hexadecimal digits, see `tenfold.imaging.look.look_of`; empty where there was nothing.
        picture: PNG, if pictures are kept.
        at: Seconds since 1970.
    """

    id: str
    client: str
    model: str
    task: Task
    status: str
    value: str
    confidence: float
    probabilities: tuple[float, ...] = ()
    look: str = ""
    picture: bytes | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody said of an answer.

    Attributes:
        id: 32 hexadecimal digits.
        answer: Of the answer it corrects.
        at: Seconds since 1970.
        client: Who said so; see `Store.client`.
        task: Whether the answer was about one digit or a whole number.
        value: What it is said to be: digits, none for no digit.
        state: ``waiting`` for review, ``accepted`` or ``rejected``.
        final: What the reviewer says it is, once accepted.
        was: What Tenfold had read, likewise.
        status: As it was answered.
        confidence: Of that answer.
        model: That gave it.
        has_picture: Whether the picture is kept.
        suspicion: Why it is to be looked at early, and how early.
    """

    id: str
    answer: str
    at: float
    client: str
    task: Task
    value: str
    state: State
    final: str | None
    was: str
    status: str
    confidence: float
    model: str
    has_picture: bool
    suspicion: Suspicion = NONE


def check_value(task: str, value: str) -> None:
    """Refuse what is no value of such an answer.

    Raises:
        UsageError: If it is none.
    """
    most = 1 if task == "digit" else LONGEST
    if len(value) > most or not (value == "" or (value.isascii() and value.isdigit())):
        what = "one digit" if task == "digit" else f"at most {LONGEST} digits"
        raise UsageError(f"A correction of this answer is {what}, got {value[:80]!r}.", "Leave it empty for none.")


def row_of(answer: Given) -> dict[str, Any]:
    """An answer as a row of its table."""
    return {
        "id": answer.id,
        "at": answer.at or time.time(),
        "client": answer.client,
        "model": answer.model[:100],
        "task": answer.task,
        "status": answer.status,
        "value": answer.value[:LONGEST],
        "confidence": answer.confidence,
        "probabilities": json.dumps([round(one, 6) for one in answer.probabilities]) if answer.probabilities else None,
        "look": answer.look or None,
        "picture": answer.picture,
    }


def with_answers() -> Select[Any]:
    """Corrections with what had been answered, without the pictures themselves."""
    answered = (ANSWERS.c.value.label("was"), ANSWERS.c.task, ANSWERS.c.status, ANSWERS.c.confidence, ANSWERS.c.model)
    more = (ANSWERS.c.probabilities, ANSWERS.c.look, ANSWERS.c.picture.is_not(None).label("has_picture"))
    return select(CORRECTIONS, *answered, *more).join(ANSWERS, ANSWERS.c.id == CORRECTIONS.c.answer)


def correction_of(row: Row[Any], suspicion: Suspicion = NONE) -> Correction:
    """A correction out of a row of `with_answers`."""
    return Correction(
        row.id,
        row.answer,
        row.at,
        row.client,
        row.task,
        row.value,
        row.state,
        row.final,
        row.was,
        row.status,
        row.confidence,
        row.model,
        bool(row.has_picture),
        suspicion,
    )


def suspect_of(row: Row[Any], busy: dict[str, int]) -> Suspect:
    """The same as what suspicion looks at; `busy` has how many corrections each client sent within the hour."""
    probabilities = json.loads(row.probabilities) if row.probabilities else []
    return Suspect(
        row.answer, row.value, row.was, row.confidence, tuple(probabilities), row.look or "", busy.get(row.client, 0)
    )
