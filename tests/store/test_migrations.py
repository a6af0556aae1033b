"""The steps from one version of the tables to the next: from every version forward, and to what the code says."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from pathlib import Path

import numpy as np
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.store.conftest import answer

from tenfold.models.base import ModelCard
from tenfold.store.database import MIGRATIONS
from tenfold.store.profiles import Profiles
from tenfold.store.store import Store
from tenfold.store.tables import METADATA
from tenfold.store.versions import Versions

# What each version's database held when it was made: tests/golden/store-VERSION.sql, written once and never changed.
GOLDEN = Path(__file__).parents[1] / "golden"
VERSIONS = sorted(path.stem.removeprefix("store-") for path in GOLDEN.glob("store-*.sql"))

# Of a profile in those that hold any.
HANDLE = "a-handle-that-somebody-has-had-since-0003"


def test_the_steps_end_at_the_tables_of_the_code(store: Store) -> None:
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_steps_are_numbered_one_after_the_other() -> None:
    steps = list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())[::-1]
    assert [step.revision for step in steps] == [f"{number:04}" for number in range(1, len(steps) + 1)]
    assert [step.revision for step in steps] == VERSIONS, "a new step needs a database of it in tests/golden"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_comes_forward_with_all_it_holds(version: str, url: str) -> None:
    fill(url, (GOLDEN / f"store-{version}.sql").read_text("utf-8"))
    store = Store(url)
    found = {one.id[-1]: one for one in store.listed()}
    assert {key: (one.was, one.value, one.state, one.final) for key, one in found.items()} == {
        "a": ("1", "7", "waiting", None),
        "b": ("1", "7", "accepted", "7"),
        "c": ("3", "", "rejected", None),
    }
    assert store.picture(found["b"].id) == b"\x89PNG\r\n"
    assert store.client("192.0.2.7") == "0ba8aa0d4de99b5c"
    given = answer()
    store.record([given])
    assert store.correct(given.id, "me", "4").state == "waiting"
    versions = Versions(store)
    assert versions.current() == (1 if version >= "0002" else None)
    made = versions.add(b"onnx", ModelCard("digit", sha256=hashlib.sha256(b"onnx").hexdigest()), [])
    versions.promote(made.id)
    assert versions.weights(made.id)[0] == b"onnx"
    profiles = Profiles(store)
    handle = (
        "a-handle-that-somebody-has-had-since-0003" if version >= "0003" else profiles.create("me", "digit@12345678")
    )
    profiles.add(handle, np.array([3, 4], np.float32), 9)
    kept = profiles.get(handle)
    assert kept.labels.tolist() == ([7, 9] if version >= "0003" else [9])
    assert kept.features[0].tolist() == ([1, 2] if version >= "0003" else [3, 4])
    store.close()


def test_steps_back_of_before_are_steps_back(url: str) -> None:
    """Before 0004 nothing said so but where they led."""
    script = (GOLDEN / "store-0003.sql").read_text("utf-8")
    what = "name, at, card, checks, weights"
    script += f"INSERT INTO versions ({what}) SELECT {what} FROM versions;"
    for at, version in enumerate((2, 1, 2)):
        script += f"INSERT INTO promotions (at, name, version) VALUES ({1795600032.5 + at}, 'digit', {version});"
    fill(url, script)
    store = Store(url)
    versions = Versions(store)
    assert versions.current() == 2
    assert [versions.roll_back(), versions.roll_back()] == [1, None]
    store.close()


# What the two databases write differently.
SQLITE = {"{SERIAL}": "INTEGER NOT NULL", "{BLOB}": "BLOB"}
POSTGRES = {"{SERIAL}": "SERIAL", "{BLOB}": "BYTEA"}
BYTES = re.compile(r"\{((?:[0-9A-F]{2})+)\}")


def fill(url: str, script: str) -> None:
    """Run a script of SQL."""
    lite = url.startswith("sqlite")
    for word, meaning in (SQLITE if lite else POSTGRES).items():
        script = script.replace(word, meaning)
    script = BYTES.sub(r"X'\1'" if lite else r"'\\x\1'", script)
    if lite:
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True)
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.close()
    else:
        with psycopg.connect(url, autocommit=True) as postgres:
            postgres.execute(script)
