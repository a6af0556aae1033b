"""What the commands that look into the database share: its option, and opening it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tenfold.store.store import Store

Database = Annotated[
    str | None,
    typer.Option(help="Where they are kept: sqlite:///FILE or postgresql://USER@HOST/NAME.", metavar="URL"),
]


@contextmanager
def opened(database: str | None) -> Iterator[Store]:
    """The store that the settings name.

    Raises:
        UsageError: If they name none.
        MissingExtra: If the packages for it are not installed.
    """
    from tenfold.config import load_settings
    from tenfold.errors import MissingExtra, UsageError

    url = load_settings(database=database).database
    if url == "none":
        raise UsageError("No database is named.", "Give --database URL.")
    try:
        from tenfold.store.store import Store
    except ModuleNotFoundError as error:
        raise MissingExtra("Corrections", "serve") from error
    store = Store(url)
    try:
        yield store
    finally:
        store.close()
