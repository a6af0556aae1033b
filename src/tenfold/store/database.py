"""A database by its URL, brought to the newest version of the tables: SQLite or PostgreSQL, one code for both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenfold.errors import MissingExtra, UsageError
from tenfold.store.errors import StoreTooNew, StoreUnavailable

MIGRATIONS = Path(__file__).with_name("migrations")
# How long a writer waits for another one, and for a connection.
WAIT_SECONDS = 5
# How long PostgreSQL may take for one statement, and for how long it is heard at all.
STATEMENT_SECONDS, SILENCE_SECONDS = 20, 25
# Any number: who holds it is bringing the tables up to date.
_LOCK = 7_361_944

# The option of a connection that only reads.
READS = "tenfold_reads"

EXAMPLES = "Give sqlite:///FILE or postgresql://USER@HOST/NAME."


def open_engine(url: str) -> Engine:
    """An engine whose tables are up to date.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://…``.

    Raises:
        UsageError: If it is no such URL.
        MissingExtra: If PostgreSQL's driver is not installed.
        StoreUnavailable: If the database does not answer.
        StoreTooNew: If a later Tenfold made its tables.
    """
    engine = _engine(_address(url))
    try:
        with unavailable(), engine.connect() as connection, _alone(connection):
            _migrate(connection)
    except BaseException:  # whatever it is: nobody else can let go of the connections
        engine.dispose()
        raise
    return engine


@contextmanager
def unavailable() -> Iterator[None]:
    """Say so in Tenfold's words where a database does not answer.

    Raises:
        StoreUnavailable: If it does not.
    """
    try:
        yield
    except (IntegrityError, DataError):  # it did answer: two wanted to write the same, or one what cannot be written
        raise
    except (DBAPIError, PoolTimeout, OSError) as error:
        first = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise StoreUnavailable(
            f"The database does not answer: {first:.160}.", "Is it running, and is there room on its disk?"
        ) from error


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise UsageError("The database is named by no URL.", EXAMPLES) from error
    kind = address.get_backend_name()
    if kind == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if kind != "sqlite" or not address.database or address.database == ":memory:":
        raise UsageError(f"A database of kind {kind!r} is not one Tenfold can use.", EXAMPLES)
    return address


def _engine(address: URL) -> Engine:
    if address.get_backend_name() == "sqlite":
        with unavailable():
            file = Path(str(address.database))
            file.parent.mkdir(parents=True, exist_ok=True)
            # What people wrote is nobody else's to read; the files SQLite lays beside it are as this one.
            file.touch(mode=0o600)
        engine = create_engine(address, connect_args={"timeout": WAIT_SECONDS}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        engine = create_engine(
            address,
            connect_args={"connect_timeout": WAIT_SECONDS, "options": f"-c statement_timeout={STATEMENT_SECONDS}s"},
            pool_timeout=WAIT_SECONDS,
            # What is kept of people does not belong in a log, not even when something goes wrong.
            hide_parameters=True,
            # A connection that broke while nobody used it is replaced before it is.
            pool_pre_ping=True,
        )
        from tenfold.store.postgres import give_up_after
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise MissingExtra("PostgreSQL", "postgres") from error
    give_up_after(engine, SILENCE_SECONDS)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    """Readers do not wait for writers, and what was committed is on the disk."""
    # Python's module would begin a transaction of its own before some statements and not before others.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Who is going to write says so at once: begun as a reader, it could find that another one wrote meanwhile."""
    reads = connection.get_execution_options().get(READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """One process at a time brings the tables up to date; all of it or nothing."""
    with connection.begin():
        if connection.dialect.name == "postgresql":  # in SQLite there is one writer at a time anyway
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        newest = ScriptDirectory.from_config(config).get_current_head()
        raise StoreTooNew(
            f"The database is of a later version than this Tenfold knows ({newest}).",
            "Install the newer Tenfold again.",
        ) from error
