"""Networks that learned from corrections: kept with what they were compared with, promoted, rolled back."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from tenfold.models.base import ModelCard
from tenfold.store.errors import Conflict, UnknownAnswer
from tenfold.store.store import Store
from tenfold.store.tables import PROMOTIONS, VERSIONS


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a new version was compared in with the one that answers.

    Attributes:
        what: In words.
        pictures: How many were looked at.
        before: Share that was right, 0..1.
        after: The same of the new version.
        passed: Whether that is good enough.
    """

    what: str
    pictures: int
    before: float
    after: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A network that is kept.

    Attributes:
        id: Its number.
        at: Seconds since 1970.
        card: What is known of it.
        checks: What it was compared in.
        answers: Whether it is the one that answers.
    """

    id: int
    at: float
    card: ModelCard
    checks: tuple[Check, ...]
    answers: bool

    @property
    def passed(self) -> bool:
        """Whether it may answer."""
        return all(check.passed for check in self.checks)


class Versions:
    """The versions of one model.

    Args:
        store: Keeps them.
        name: Of the model, e.g. ``"digit"``.
    """

    def __init__(self, store: Store, name: str = "digit") -> None:
        self._store, self._name = store, name

    def add(self, weights: bytes, card: ModelCard, checks: Sequence[Check]) -> Version:
        """Keep a network; it does not answer yet."""
        text = json.dumps([asdict(check) for check in checks])
        row = {"name": self._name, "at": time.time(), "card": card.to_json(), "checks": text, "weights": weights}
        with self._store.writing() as connection:
            made = connection.execute(insert(VERSIONS).values(**row).returning(VERSIONS.c.id)).scalar_one()
        return self.get(made)

    def listed(self) -> list[Version]:
        """All of them, the latest first."""
        columns = (VERSIONS.c.id, VERSIONS.c.at, VERSIONS.c.card, VERSIONS.c.checks)
        query = select(*columns).where(VERSIONS.c.name == self._name).order_by(VERSIONS.c.id.desc())
        with self._store.reading() as connection:
            now = self._now(connection)
            return [
                Version(
                    row.id,
                    row.at,
                    ModelCard.from_dict(json.loads(row.card)),
                    tuple(Check(**check) for check in json.loads(row.checks)),
                    row.id == now,
                )
                for row in connection.execute(query)
            ]

    def get(self, version: int) -> Version:
        """One of them.

        Raises:
            UnknownAnswer: If there is none of that number.
        """
        for one in self.listed():
            if one.id == version:
                return one
        raise UnknownAnswer(f"There is no version {version} of {self._name!r}.", "See: tenfold models versions")

    def current(self) -> int | None:
        """The number of the version that answers; None if that is the shipped one."""
        with self._store.reading() as connection:
            return self._now(connection)

    def weights(self, version: int) -> tuple[bytes, ModelCard]:
        """A version's ONNX file and its card.

        Raises:
            UnknownAnswer: If there is none of that number.
            Conflict: If the file is not what its card says.
        """
        card = self.get(version).card
        with self._store.reading() as connection:
            data = bytes(connection.execute(select(VERSIONS.c.weights).where(VERSIONS.c.id == version)).scalar_one())
        if hashlib.sha256(data).hexdigest() != card.sha256:
            raise Conflict(f"Version {version} of {self._name!r} is not what its card says.", "Roll back.")
        return data, card

    def promote(self, version: int | None, anyway: bool = False) -> None:
        """Let a version answer from now on; None for the shipped one.

        Args:
            version: Its number.
            anyway: Even if it has not passed.

        Raises:
            UnknownAnswer: If there is none of that number.
            Conflict: If it has not passed.
        """
        if version is not None and not self.get(version).passed and not anyway:
            raise Conflict(f"Version {version} has not passed.", "Promote it --anyway, or learn again.")
        with self._store.writing() as connection:
            if self._now(connection) != version:
                self._set(connection, version)

    def roll_back(self) -> int | None:
        """Let that version answer again which did before; gives its number, None for the shipped one.

        Going back twice goes two steps back, not back and forth. To promote what answered before is a step forward.

        Raises:
            Conflict: If all that was promoted is rolled back.
        """
        with self._store.writing() as connection:
            query = select(PROMOTIONS.c.version, PROMOTIONS.c.back).where(PROMOTIONS.c.name == self._name)
            steps: list[int | None] = [None]
            for version, back in connection.execute(query.order_by(PROMOTIONS.c.id)):
                if back:  # the last step, or in a database of before several at once
                    del steps[len(steps) - 1 - steps[-2::-1].index(version) :]
                else:
                    steps.append(version)
            if len(steps) == 1:
                raise Conflict("The shipped network answers already.")
            before = steps[-2]
            self._set(connection, before, back=True)
        return before

    def _now(self, connection: Connection) -> int | None:
        query = select(PROMOTIONS.c.version).where(PROMOTIONS.c.name == self._name).order_by(PROMOTIONS.c.id.desc())
        return connection.scalar(query.limit(1))

    def _set(self, connection: Connection, version: int | None, back: bool = False) -> None:
        connection.execute(insert(PROMOTIONS).values(at=time.time(), name=self._name, version=version, back=back))
