"""Tenfold's modules for browsers, `tenfold.web`, at an address of their own: no server is needed to try them."""

from __future__ import annotations

import mimetypes
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, Route

HOST = "http://modules.test/"


@contextmanager
def with_modules(browser: Browser) -> Iterator[Page]:
    """An empty page that can import ``./NAME.js``; what it complained of fails the test."""
    folder = files("tenfold") / "web"

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(HOST)
        body = (folder / name).read_text("utf-8") if name else "<!doctype html><title>Modules</title>"
        route.fulfill(body=body, content_type=(mimetypes.guess_type(name)[0] if name else "text/html") or "")

    context = browser.new_context()
    context.route(f"{HOST}**", answer)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(HOST)
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def packed(data: bytes | np.ndarray[Any, Any]) -> str:
    """Bytes as a page can be given them: `fetch("data:;base64," + text)` gives them back."""
    return b64encode(data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()).decode()
