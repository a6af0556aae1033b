"""A real server and a real Chromium, for the browser tests and for tools/screenshot_page.py."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, Request
from tests.browser.strokes import Polyline, smooth

# The first is made for programs: it starts sooner, and draws no window that nobody sees.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
BRING = "playwright install chromium, or name one in TENFOLD_CHROMIUM"

# Chromium's own errands to other hosts; the tests watch that the page runs none.
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")


# Seconds a server has to end when it is told to.
ENDING = 30


def find_chromium(playwright: Playwright) -> str | None:
    """The browser to use: the one named in TENFOLD_CHROMIUM, the system's, or Playwright's own."""
    named = os.environ.get("TENFOLD_CHROMIUM")
    if named:
        return named
    on_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    own = playwright.chromium.executable_path
    return on_path or (own if Path(own).exists() else None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium without a window.

    Raises:
        FileNotFoundError: If there is none.
    """
    path = find_chromium(playwright)
    if path is None:
        raise FileNotFoundError(f"No Chromium here. Bring one: {BRING}")
    return playwright.chromium.launch(executable_path=path, args=list(QUIET))


@contextmanager
def serving(*options: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `tenfold serve` on a free port; gives the page's address and the process."""
    command = [sys.executable, "-m", "tenfold", "serve", "--port", "0", *options]
    surroundings = {**os.environ, **environment}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            if found is None:
                process.kill()
                raise RuntimeError(f"tenfold serve did not start: {line}{process.communicate()[1]}")
            yield found[0], process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=ENDING)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def on_sheet(page: Page, stroke: Polyline) -> Polyline:
    """A stroke in the page's pixels, as a hand moves through its points."""
    frame = page.locator("#pad").bounding_box()
    assert frame is not None
    return [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in smooth(stroke)]


def draw(page: Page, strokes: list[Polyline], lift: bool = True) -> None:
    """Draw on the sheet with the mouse: press, move through the points, let go (unless told to stay down)."""
    for stroke in strokes:
        start, *way = on_sheet(page, stroke)
        page.mouse.move(*start)
        page.mouse.down()
        for point in way:
            page.mouse.move(*point)
        if lift:
            page.mouse.up()


def settled(page: Page) -> str:
    """Wait for the answer to what is on the sheet now; gives its status."""
    page.wait_for_selector('#answer[aria-busy="false"]:not([data-status="waiting"])')
    return page.locator("#answer").get_attribute("data-status") or ""


class Watched:
    """How many questions a page has under way, and how many at most so far."""

    def __init__(self, page: Page) -> None:
        self.running = self.most = 0
        page.on("request", self._started)
        for event in ("requestfinished", "requestfailed"):
            page.on(event, self._ended)

    def _started(self, request: Request) -> None:
        self.running += request.method == "POST"
        self.most = max(self.most, self.running)

    def _ended(self, request: Request) -> None:
        self.running -= request.method == "POST"
