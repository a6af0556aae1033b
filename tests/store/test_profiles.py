"""Profiles in both databases: each for its handle alone, bounded, forgotten when told."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sqlalchemy import func, insert, select, update

from tenfold.errors import ProfileFull
from tenfold.models.profile import MOST
from tenfold.store import profiles as module
from tenfold.store.errors import TooManyProfiles, UnknownProfile
from tenfold.store.profiles import Profiles
from tenfold.store.store import DAY, Store
from tenfold.store.tables import PROFILE_DIGITS, PROFILES

MODEL = "digit@12345678"


@pytest.fixture
def profiles(store: Store) -> Profiles:
    return Profiles(store)


def features(value: float) -> np.ndarray:
    return np.full(112, value, np.float32)


def test_each_handle_has_its_own_and_the_database_has_no_handle(profiles: Profiles, store: Store) -> None:
    mine, yours = profiles.create("me", MODEL), profiles.create("you", MODEL)
    assert mine != yours
    assert len(mine) == 43
    profiles.add(mine, features(0.1), 3)
    profiles.add(mine, features(0.2), 3)
    profiles.add(yours, features(0.3), 9)
    found = profiles.get(mine)
    assert (found.model, found.labels.tolist()) == (MODEL, [3, 3])
    np.testing.assert_array_equal(found.features, np.stack([features(0.1), features(0.2)]))
    assert profiles.get(yours).labels.tolist() == [9]
    with store.reading() as connection:
        kept = str(connection.execute(select(PROFILES)).all())
    assert mine not in kept
    assert yours not in kept


def test_a_digit_that_is_sent_again_is_kept_once(profiles: Profiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who heard nothing of it may send it again, also where it was the last that fitted in."""
    mine, yours = profiles.create("me", MODEL), profiles.create("you", MODEL)
    monkeypatch.setattr(module, "MOST", 3)
    for _ in range(2):
        for value, digit in ((0.1, 3), (0.2, 3), (0.1, 4)):
            profiles.add(mine, features(value), digit)
    assert profiles.get(mine).labels.tolist() == [3, 3, 4]
    profiles.add(yours, features(0.1), 3)
    assert profiles.get(yours).labels.tolist() == [3]


def test_a_reset_takes_one_profile_and_all_of_it(profiles: Profiles, store: Store) -> None:
    mine, yours = profiles.create("me", MODEL), profiles.create("you", MODEL)
    for handle in (mine, yours):
        profiles.add(handle, features(1), 5)
    profiles.delete(mine)
    for ask in (lambda: profiles.get(mine), lambda: profiles.add(mine, features(1), 5), lambda: profiles.delete(mine)):
        with pytest.raises(UnknownProfile):
            ask()
    assert len(profiles.get(yours)) == 1
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(PROFILE_DIGITS)) == 1
    for none in ("", "x" * 43, "\ud800", "a" * 10_000):
        with pytest.raises(UnknownProfile):
            profiles.get(none)


def test_digits_and_profiles_are_bounded(profiles: Profiles, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = profiles.create("me", MODEL)
    with store.writing() as connection:
        data = features(1).tobytes()
        connection.execute(insert(PROFILE_DIGITS), [{"profile": 1, "digit": 1, "features": data}] * (MOST - 1))
    refused: list[ProfileFull] = []

    def add(number: int) -> None:
        try:
            profiles.add(mine, features(number), 2)
        except ProfileFull as error:
            refused.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert len(profiles.get(mine)) == MOST
    monkeypatch.setattr(module, "A_DAY", 2)
    profiles.create("me", MODEL)
    with pytest.raises(TooManyProfiles):
        profiles.create("me", MODEL)
    profiles.create("you", MODEL)


def test_what_nobody_uses_is_forgotten(profiles: Profiles, store: Store) -> None:
    old, used = profiles.create("me", MODEL), profiles.create("me", MODEL)
    for handle in (old, used):
        profiles.add(handle, features(1), 5)
    with store.writing() as connection:
        connection.execute(update(PROFILES).values(used=PROFILES.c.used - 40 * DAY))
    assert len(profiles.get(used)) == 1
    empty, new = profiles.create("me", MODEL), profiles.create("me", MODEL)
    with store.writing() as connection:
        connection.execute(update(PROFILES).where(PROFILES.c.id == 3).values(at=PROFILES.c.at - 2 * DAY))
    profiles.forget(30)
    assert len(profiles.get(used)) == 1
    assert len(profiles.get(new)) == 0
    with pytest.raises(UnknownProfile):
        profiles.get(empty)
    with pytest.raises(UnknownProfile):
        profiles.get(old)
