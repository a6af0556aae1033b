"""One server a session; pages that fail their test if the browser had anything to complain of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect
from tests.browser.chromium import serving

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"

# What is expected comes at last, on a machine that has much else to do too.
expect.set_options(timeout=30_000)

# What Chromium writes to the console for every answer that is no success; the page cannot help it.
REFUSAL = "Failed to load resource"


# Playwright does not tell the bytes of a file in a form, so the page is made to remember them.
REMEMBER = """
  const send = window.fetch;
  window.fetch = (address, options) => {
    if (options?.body instanceof FormData) window.handedOver = options.body.get("image");
    return send(address, options);
  };
"""


@dataclass
class Visit:
    """A page being watched: what the browser complained of, and what was asked of whom."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    expects_refusals: bool = False

    @property
    def questions(self) -> list[Request]:
        return [request for request in self.requests if request.method == "POST"]

    def handed_over(self) -> tuple[str, bytes]:
        """Name and bytes of the last picture the page sent."""
        name, data = self.page.evaluate(
            "async () => [handedOver.name, [...new Uint8Array(await handedOver.arrayBuffer())]]"
        )
        return name, bytes(data)

    def check(self) -> None:
        complaints = [text for text in self.complaints if not (self.expects_refusals and text.startswith(REFUSAL))]
        assert complaints == []
        here = urlsplit(self.page.url).netloc
        hosts = {urlsplit(request.url).netloc for request in self.requests if request.url.startswith("http")}
        assert hosts == {here}


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with serving() as (address, _):
        yield address


@pytest.fixture(scope="session")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that keeps corrections, and for a day the pictures too."""
    database = f"sqlite:///{tmp_path_factory.mktemp('kept') / 'kept.db'}"
    with serving(TENFOLD_DATABASE=database, TENFOLD_KEEP_PICTURES_DAYS="1") as (address, _):
        yield address


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Opens watched pages: `visit(width=320, height=640, color_scheme="dark", url=...)`."""
    open_visits: list[Visit] = []

    def open_page(width: int = 1280, height: int = 800, url: str = address, **options: Any) -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.add_init_script(REMEMBER)
        page = context.new_page()
        seen = Visit(page)
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("request", lambda request: seen.requests.append(request))
        page.goto(url)
        open_visits.append(seen)
        return seen

    yield open_page
    try:
        for seen in open_visits:
            seen.check()
    finally:
        for seen in open_visits:
            seen.page.context.close()


@pytest.fixture
def page(visit: Callable[..., Visit]) -> Page:
    return visit().page
