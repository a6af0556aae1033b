"""The documentation as a site: it is built without a complaint, whole, and asks no other host for anything."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
ABOVE = {"README": "index", "CONTRIBUTING": "contributing", "CHANGELOG": "changes"}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("material") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("MkDocs is missing", pytrace=False)
        pytest.skip('needs MkDocs: pip install "tenfold[docs]"')
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_page_of_the_repository_is_on_the_site(site: Path) -> None:
    pages = [path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")]
    wanted = {*(path.as_posix().replace("README", "index") for path in pages), *ABOVE.values()}
    assert {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")} == {*wanted, "404"}


def test_links_to_files_of_the_repository_are_words(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    assert 'href="quickstart.html"' in home
    assert 'href="contributing.html"' in home
    assert "example pictures" in home
    assert not re.search(r'href="[^"]*(examples/|benchmarks/|\.md)', home)
    contributing = (site / "contributing.html").read_text("utf-8")
    assert 'href="add-a-classifier.html"' in contributing


@pytest.mark.browser
def test_reading_and_searching_ask_no_other_host(address: str, chromium: Browser) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("index.html", "reference/errors.html", "literature.html"):
        page.goto(f"{address}/{path}", wait_until="networkidle")
    page.goto(f"{address}/index.html")
    page.locator(".md-search__input").fill("error budget")
    page.locator(".md-search-result__item").first.wait_for(timeout=120_000)  # the whole index is read first
    page.close()
    assert {urlsplit(url).netloc for url in asked if url.startswith("http")} == {urlsplit(address).netloc}
    assert any(url.endswith("images/page.png") for url in asked)
