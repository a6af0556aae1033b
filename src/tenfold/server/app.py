"""The application: one router a task around one recogniser."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import anyio.to_thread
import numpy as np
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from tenfold import __version__
from tenfold.config import Settings
from tenfold.recognizer import Recognizer
from tenfold.server import (
    compare,
    explain,
    feedback,
    health,
    inference,
    lessons,
    metrics,
    models,
    picture,
    predict,
    profiles,
    read,
)
from tenfold.server.access import ClientRate, Token
from tenfold.server.body import FORM_SLACK
from tenfold.server.compare import Cabinet
from tenfold.server.desk import Desk, Shelf
from tenfold.server.errors import REFUSALS, add_error_answers
from tenfold.server.guards import Arrivals, BodyLimit, LoopbackOnly, is_loopback
from tenfold.server.hands import HEADER
from tenfold.server.headers import SecurityHeaders
from tenfold.server.keeper import Keeper
from tenfold.server.lessons import Lessons
from tenfold.server.metrics import Metrics
from tenfold.server.pages import add_pages
from tenfold.server.renewal import NAME, Renewal
from tenfold.server.watch import Watch

_log = logging.getLogger(__name__)

NOWHERE = "none"
# Corrections that are written at once, and profiles that are looked up: neither waits for the other.
AT_ONCE = 8
# Comparisons under way: one is worked on, and the others wait for it.
COMPARED = 8
# How long the end waits for the networks to have answered once.
PARTING = 30.0


def create_app(recognizer: Recognizer, desk: Desk | None = None) -> FastAPI:
    """Build the application.

    Where the recogniser's settings bind a loopback address, only requests to a loopback name are answered.

    Args:
        recognizer: Answers where no model is named; its settings give host, limits, and where answers are kept.
        desk: How many requests are served at once; by default as the settings say.

    Returns:
        An ASGI application.

    Raises:
        UsageError: If the settings name no database that can be used.
        MissingExtra: If its driver is not installed.
        StoreTooNew: If a later Tenfold made its tables.
    """
    settings = recognizer.settings
    figures = Metrics(recognizer.classifier.card)
    # FastAPI's own /docs loads its scripts from another host; pages.py has one that does not.
    app = FastAPI(
        title="Tenfold",
        version=__version__,
        summary="Reads handwritten digits, says how sure it is, and says so when it is not a digit.",
        docs_url=None,
        redoc_url=None,
        responses=REFUSALS,
        lifespan=_lifespan,
    )
    app.state.metrics = figures

    def count(_: int) -> None:
        figures.places(app.state.desk.taken + app.state.comparing.taken)

    app.state.desk = desk or Desk(settings.places, settings.request_seconds, observe=count, together=figures.batch)
    # One of many classifiers takes as long as hundreds of digits: these have a desk to themselves.
    app.state.comparing = Desk(min(COMPARED, settings.places), settings.request_seconds, workers=1, observe=count)
    app.state.arrivals = Arrivals(settings.places, settings.max_bytes + FORM_SLACK)
    app.state.shelf = Shelf(recognizer)
    app.state.keeper = None if settings.database == NOWHERE else Keeper(settings, figures.lost)
    app.state.renewal = None
    if app.state.keeper and settings.model == recognizer.classifier.card.name == NAME:
        app.state.renewal = Renewal(app.state.shelf, recognizer, app.state.keeper, figures)
    app.state.correcting = ThreadPoolExecutor(AT_ONCE, "corrections")
    app.state.profiling = ThreadPoolExecutor(AT_ONCE, "profiles")
    app.state.warm = threading.Event()
    app.state.lessons = Lessons(settings)
    app.state.cabinet = Cabinet()
    for room in (
        predict,
        read,
        picture,
        explain,
        compare,
        lessons,
        profiles,
        feedback,
        models,
        inference,
        health,
        metrics,
    ):
        app.include_router(room.router)
    add_pages(app)
    add_error_answers(app)
    _add_guards(app, settings, figures)
    return app


def _add_guards(app: FastAPI, settings: Settings, figures: Metrics) -> None:
    """What stands around the routes; the last one added stands outermost, add_error_answers has added the innermost."""
    app.add_middleware(BodyLimit, limit=settings.max_bytes + FORM_SLACK, arrivals=app.state.arrivals)
    if settings.token:
        app.add_middleware(Token, token=settings.token)
    if settings.client_rate:
        app.add_middleware(ClientRate, rate=settings.client_rate)
    if settings.cors_origins:
        origins = [origin.strip() for origin in settings.cors_origins.split(",")]
        headers, methods = ["authorization", "content-type", HEADER], ["GET", "POST", "DELETE"]
        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=methods, allow_headers=headers)
    if is_loopback(settings.host):
        app.add_middleware(LoopbackOnly)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Watch, metrics=figures, log=settings.log == "json")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    warm = threading.Thread(target=_warm, args=(app,), name="warm", daemon=True)
    warm.start()
    yield
    # The interpreter must not end beneath a network that is at work.
    await anyio.to_thread.run_sync(warm.join, PARTING)
    for threads in (app.state.correcting, app.state.profiling):
        threads.shutdown(wait=False, cancel_futures=True)
    for desk in (app.state.desk, app.state.comparing):
        desk.close()
    for worker in (app.state.renewal, app.state.keeper, app.state.lessons):
        if worker:
            worker.close()


def _warm(app: FastAPI) -> None:
    """Ask every network once: the first call takes many times as long as those after it."""
    sheet = np.full((64, 128), 255, np.uint8)
    sheet[12:52, 30:36] = sheet[12:52, 90:96] = 0
    recognizer: Recognizer = app.state.shelf.recognizer
    try:
        recognizer.predict(sheet[:, :64])
        recognizer.read(sheet)
    except Exception:  # whatever it is: a process that cannot answer says so in its log and is never ready
        _log.exception("The networks cannot be asked")
        return
    app.state.warm.set()
