"""The pages: drawing, the look inside, the tour, the literature, the review, the interface; and the files they need."""

from __future__ import annotations

import html
import mimetypes
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tenfold.config import Settings

PAGE = Path(__file__).parent / "page"
# What runs in a browser whoever serves it: the networks, in JavaScript.
WEB = Path(__file__).parents[1] / "web"

# Some systems' tables lack these or say text/plain, with which browsers refuse modules and styles.
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}

# Asked for again at each visit, and answered "not modified": an update shows without a forced reload.
_FRESH = {"cache-control": "no-cache"}

_PAGES = {
    "/": "index.html",
    "/docs": "docs.html",
    "/inside": "inside.html",
    "/learn": "learn.html",
    "/literature": "literature.html",
    "/review": "review.html",
}
# What the heads of all pages begin with; a page adds its title, its styles and its program.
_HEAD = "head.html"


class _PageFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_FRESH)
        return response


def add_pages(app: FastAPI) -> None:
    """Put the pages and their files on the application."""
    for ending, kind in TYPES.items():
        mimetypes.add_type(kind, ending)
    for path, name in _PAGES.items():
        app.add_route(path, partial(_page, name), include_in_schema=False)
    app.mount("/page/web", _PageFiles(directory=WEB), "web")
    app.mount("/page", _PageFiles(directory=PAGE), "page")


async def _page(name: str, request: Request) -> HTMLResponse:
    text, head = ((PAGE / file).read_text("utf-8") for file in (name, _HEAD))
    # The examples name the address by which the reader came, and what is kept is said as it is.
    address = html.escape(str(request.base_url).rstrip("/"))
    kept = what_is_kept(request.app.state.shelf.recognizer.settings)
    for gap, filling in (("{head}", head.strip()), ("{address}", address), ("{kept}", kept)):
        text = text.replace(gap, filling)
    return HTMLResponse(text, headers=_FRESH)


def what_is_kept(settings: Settings) -> str:
    """What a server with these settings keeps of pictures, in one sentence for those who send them."""
    days = settings.keep_pictures_days
    if days <= 0 or settings.database == "none":
        return "No picture is kept."
    return f"Pictures are kept for {'a day' if days == 1 else f'{days:g} days'}, so that corrections can be reviewed."
