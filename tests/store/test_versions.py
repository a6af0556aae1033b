"""Versions of a network: kept, promoted, rolled back, in both databases."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import update

from tenfold.models.base import ModelCard
from tenfold.store.errors import Conflict, UnknownAnswer
from tenfold.store.store import Store
from tenfold.store.tables import VERSIONS
from tenfold.store.versions import Check, Version, Versions

GOOD = Check("corrections", 50, 0.4, 0.9, True)
BAD = Check("7 among MNIST's validation digits", 500, 0.99, 0.9, False)


@pytest.fixture
def versions(store: Store) -> Versions:
    return Versions(store)


def add(versions: Versions, weights: bytes = b"onnx", checks: tuple[Check, ...] = (GOOD,)) -> Version:
    return versions.add(weights, ModelCard("digit", sha256=hashlib.sha256(weights).hexdigest()), checks)


def test_a_version_is_kept_whole_and_does_not_answer_by_itself(versions: Versions) -> None:
    made = add(versions, b"\x00\xff" * 1000, (GOOD, BAD))
    assert versions.current() is None
    assert (made.checks, made.answers, made.passed) == ((GOOD, BAD), False, False)
    weights, card = versions.weights(made.id)
    assert weights == b"\x00\xff" * 1000
    assert card == made.card
    assert versions.listed() == [made]
    assert Versions(versions._store, "tiny").listed() == []


def test_what_passed_can_be_promoted_and_what_has_not_only_anyway(versions: Versions) -> None:
    good, bad = add(versions), add(versions, b"bad", (BAD,))
    versions.promote(good.id)
    assert versions.current() == good.id
    assert [one.answers for one in versions.listed()] == [False, True]
    with pytest.raises(Conflict, match="has not passed"):
        versions.promote(bad.id)
    assert versions.current() == good.id
    versions.promote(bad.id, anyway=True)
    assert versions.current() == bad.id
    with pytest.raises(UnknownAnswer, match="no version 99"):
        versions.promote(99)


def test_rolling_back_goes_step_by_step_to_the_shipped_one(versions: Versions) -> None:
    one, two, three = (add(versions, bytes([number])).id for number in range(3))
    for version in (one, two, three):
        versions.promote(version)
    assert [versions.roll_back() for _ in range(3)] == [two, one, None]
    with pytest.raises(Conflict, match="shipped network answers already"):
        versions.roll_back()
    versions.promote(three)
    assert versions.roll_back() is None


def test_an_old_version_that_is_promoted_again_can_be_rolled_back(versions: Versions) -> None:
    one, two = (add(versions, bytes([number])).id for number in range(2))
    for version in (one, two, one):
        versions.promote(version)
    assert [versions.roll_back() for _ in range(3)] == [two, one, None]
    versions.promote(two)
    versions.promote(None)  # the shipped one, as any other
    assert [versions.roll_back() for _ in range(2)] == [two, None]
    with pytest.raises(Conflict, match="shipped network answers already"):
        versions.roll_back()


def test_promoting_what_answers_already_is_no_step(versions: Versions) -> None:
    one = add(versions).id
    versions.promote(one)
    versions.promote(one)
    assert versions.roll_back() is None


def test_a_file_that_was_changed_is_not_used(versions: Versions) -> None:
    made = add(versions)
    with versions._store.writing() as connection:
        connection.execute(update(VERSIONS).values(weights=b"other"))
    with pytest.raises(Conflict, match="not what its card says"):
        versions.weights(made.id)
