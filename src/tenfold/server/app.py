"""The application: one router a task around one recogniser."""

from __future__ import annotations

from fastapi import FastAPI

from tenfold import __version__
from tenfold.recognizer import Recognizer
from tenfold.server import health, models, predict, read
from tenfold.server.body import FORM_SLACK
from tenfold.server.desk import Desk, Shelf
from tenfold.server.errors import REFUSALS, add_error_answers
from tenfold.server.guards import BodyLimit, LoopbackOnly, is_loopback
from tenfold.server.headers import SecurityHeaders
from tenfold.server.pages import add_pages


def create_app(recognizer: Recognizer, desk: Desk | None = None) -> FastAPI:
    """Build the application.

    Where the recogniser's settings bind a loopback address, only requests to a loopback name are answered.

    Args:
        recognizer: Answers where no model is named; its settings give host and limits.
        desk: How many requests are served at once; by default as many as `Desk` says.

    Returns:
        An ASGI application.
    """
    # FastAPI's own /docs loads its scripts from another host; pages.py has one that does not.
    app = FastAPI(
        title="Tenfold",
        version=__version__,
        summary="Reads handwritten digits, says how sure it is, and says so when it is not a digit.",
        docs_url=None,
        redoc_url=None,
        responses=REFUSALS,
    )
    app.state.desk = desk or Desk()
    app.state.shelf = Shelf(recognizer)
    for room in (predict, read, models, health):
        app.include_router(room.router)
    add_pages(app)
    add_error_answers(app)
    # The last one added stands outermost; add_error_answers has added the innermost.
    app.add_middleware(BodyLimit, limit=recognizer.settings.max_bytes + FORM_SLACK)
    if is_loopback(recognizer.settings.host):
        app.add_middleware(LoopbackOnly)
    app.add_middleware(SecurityHeaders)
    return app
