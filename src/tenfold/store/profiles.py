"""Personal profiles in the database: found by the hash of a handle that only its owner has."""

from __future__ import annotations

import hashlib
import secrets
import time
from contextlib import suppress
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, exists, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from tenfold.errors import ProfileFull
from tenfold.models.profile import MOST, Profile
from tenfold.store.errors import StoreUnavailable, TooManyProfiles, UnknownProfile
from tenfold.store.store import DAY, Store
from tenfold.store.tables import PROFILE_DIGITS, PROFILES
from tenfold.types import Floats

# Profiles one client may make in a day.
A_DAY = 100
# Days for which a use is not written down again; fewer than any profile is kept.
TOUCHED = 0.25
# Of chance in a handle.
HANDLE_BYTES = 32
_FLOATS = np.dtype("<f4")


class Profiles:
    """The profiles of everybody, each for whoever brings its handle.

    The handle is 256 bits of chance; the database has its SHA-256, so that whoever reads the database cannot ask with
    it. A profile is looked up by that hash: how long that takes tells nothing of the handle.

    Args:
        store: Keeps them.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, client: str, model: str) -> str:
        """Make an empty profile; gives its handle, which is kept nowhere.

        Args:
            client: Who asks; see `Store.client`.
            model: ``name@hash`` of the network it is for.

        Raises:
            TooManyProfiles: If that client has `A_DAY` that it made within a day.
            StoreUnavailable: If the database does not answer; so do all methods.
        """
        now, handle = time.time(), secrets.token_urlsafe(HANDLE_BYTES)
        lately = select(func.count()).where(PROFILES.c.client == client, PROFILES.c.at > now - DAY)
        with self._store.writing() as connection:
            if (connection.scalar(lately) or 0) >= A_DAY:
                raise TooManyProfiles(
                    f"There are {A_DAY} profiles of this client, made within a day.", "Use one that you have."
                )
            row = {"handle": _hash(handle), "client": client, "at": now, "used": now, "model": model}
            connection.execute(insert(PROFILES).values(**row))
        return handle

    def get(self, handle: str) -> Profile:
        """A profile as it is now.

        Raises:
            UnknownProfile: If no profile has that handle.
        """
        with self._store.reading() as connection:
            one = _found(connection, handle)
            digits = (PROFILE_DIGITS.c.digit, PROFILE_DIGITS.c.features)
            query = select(*digits).where(PROFILE_DIGITS.c.profile == one.id).order_by(PROFILE_DIGITS.c.id)
            rows = connection.execute(query).all()
        if one.used < time.time() - TOUCHED * DAY:
            # What is only to be read does not fail because nothing can be written.
            with suppress(StoreUnavailable):
                self._touch(one.id)
        if not rows:
            return Profile(one.model)
        features = np.stack([np.frombuffer(bytes(row.features), _FLOATS) for row in rows]).astype(np.float32)
        return Profile.of(one.model, features, np.array([row.digit for row in rows], np.int64))

    def add(self, handle: str, features: Floats, digit: int) -> None:
        """Put a digit into a profile; one that is in it already stays as it is, so that it may be sent again.

        Args:
            handle: Of the profile.
            features: float32 (m,), of the profile's network.
            digit: Which digit it is, 0..9.

        Raises:
            UnknownProfile: If no profile has that handle.
            ProfileFull: If there are `MOST` digits in it.
        """
        data = np.asarray(features, _FLOATS).tobytes()
        with self._store.writing() as connection:
            # Held until all is written: neither a second digit nor a reset comes in between.
            one = _found(connection, handle, hold=True)
            inside = PROFILE_DIGITS.c.profile == one.id
            same = inside & (PROFILE_DIGITS.c.digit == digit) & (PROFILE_DIGITS.c.features == data)
            if connection.scalar(select(exists().where(same))):
                return
            count = connection.scalar(select(func.count()).where(inside)) or 0
            if count >= MOST:
                raise ProfileFull(f"A profile holds {MOST} digits, and this one has so many.", "Reset it.")
            connection.execute(insert(PROFILE_DIGITS).values(profile=one.id, digit=digit, features=data))

    def delete(self, handle: str) -> None:
        """Forget a profile; its handle is none from then on.

        Raises:
            UnknownProfile: If no profile has that handle.
        """
        with self._store.writing() as connection:
            one = _found(connection, handle, hold=True)
            _drop(connection, PROFILES.c.id == one.id)

    def forget(self, days: float) -> None:
        """Forget the profiles nobody has used for so many days, and empty ones after a day."""
        now = time.time()
        empty = ~exists().where(PROFILE_DIGITS.c.profile == PROFILES.c.id)
        with self._store.writing() as connection:
            _drop(connection, PROFILES.c.used < now - days * DAY)
            connection.execute(delete(PROFILES).where(PROFILES.c.at < now - DAY, empty))

    def _touch(self, profile: int) -> None:
        with self._store.writing() as connection:
            connection.execute(update(PROFILES).where(PROFILES.c.id == profile).values(used=time.time()))


def _hash(handle: str) -> str:
    return hashlib.sha256(handle.encode("utf-8", "surrogatepass")).hexdigest()


def _found(connection: Connection, handle: str, hold: bool = False) -> Any:
    query = select(PROFILES.c.id, PROFILES.c.model, PROFILES.c.used).where(PROFILES.c.handle == _hash(handle))
    row = connection.execute(query.with_for_update() if hold else query).one_or_none()
    if row is None:
        # The handle is not named: a refusal may end in a log.
        raise UnknownProfile("There is no profile of that handle.", "Make one: POST /v1/profiles")
    return row


def _drop(connection: Connection, which: ColumnElement[bool]) -> None:
    gone = select(PROFILES.c.id).where(which)
    connection.execute(delete(PROFILE_DIGITS).where(PROFILE_DIGITS.c.profile.in_(gone)))
    connection.execute(delete(PROFILES).where(which))
