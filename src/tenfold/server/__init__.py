"""The HTTP service and its page; everything that needs FastAPI lives in this room."""

from __future__ import annotations

from collections.abc import Callable

from tenfold.config import Settings
from tenfold.errors import MissingExtra

_EXTRA = frozenset(
    {"fastapi", "starlette", "uvicorn", "python_multipart", "sqlalchemy", "alembic", "prometheus_client"}
)


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve the page and the HTTP interface until Ctrl-C or SIGTERM.

    Args:
        settings: Host, port (0 picks a free one), number of processes, model and limits.
        ready: Called once with the page's address as soon as connections are accepted.

    Raises:
        MissingExtra: If the packages of the extra ``serve`` are not installed.
        CannotListen: If the address cannot be bound, e.g. because the port is in use.
        UnknownName: If there is no such model.
        ModelError: If the model cannot be trusted.
    """
    need_server()
    from tenfold.server.run import run

    run(settings, ready)


def need_server() -> None:
    """Import the server.

    Raises:
        MissingExtra: If the packages of the extra ``serve`` are not installed.
    """
    try:
        import python_multipart  # noqa: F401 - asked for by Starlette only when the first picture arrives

        import tenfold.server.run  # noqa: F401 - all the rest
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _EXTRA:
            raise MissingExtra("The server", "serve") from error
        raise
