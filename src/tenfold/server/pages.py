"""The page at /, the description of the interface at /docs, and the files they need, out of the package."""

from __future__ import annotations

import html
import mimetypes
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE = Path(__file__).parent / "page"

# Some systems' tables lack these or say text/plain, with which browsers refuse modules and styles.
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

# Asked for again at each visit, and answered "not modified": an update shows without a forced reload.
_FRESH = {"cache-control": "no-cache"}


class _PageFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_FRESH)
        return response


def add_pages(app: FastAPI) -> None:
    """Put the page, its files and the description of the interface on the application."""
    for ending, kind in TYPES.items():
        mimetypes.add_type(kind, ending)
    app.add_route("/", _index, include_in_schema=False)
    app.add_route("/docs", _docs, include_in_schema=False)
    app.mount("/page", _PageFiles(directory=PAGE), "page")


async def _index(_: Request) -> FileResponse:
    return FileResponse(PAGE / "index.html", headers=_FRESH)


async def _docs(request: Request) -> HTMLResponse:
    # The examples name the address by which the reader came.
    address = html.escape(str(request.base_url).rstrip("/"))
    text = (PAGE / "docs.html").read_text("utf-8").replace("{address}", address)
    return HTMLResponse(text, headers=_FRESH)
