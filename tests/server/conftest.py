"""Real servers on free ports, and pictures of digits to send them."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image, ImageDraw
from tests.browser.number_mode import ROWS, compose
from tests.browser.strokes import DIGITS, Polyline, smooth

from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.server.run import address, listen, make_server

PREDICT = "/v1/predict"
SECURITY = {
    "content-security-policy": "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    return Recognizer()


@contextmanager
def serving(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of an application that is served on a free port, with its own settings."""
    with listen("127.0.0.1", 0) as listener:
        server = make_server(app, app.state.shelf.recognizer.settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        base = address("127.0.0.1", listener.getsockname()[1])
        thread.start()
        try:
            with httpx.Client(base_url=base, timeout=60, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def client(recognizer: Recognizer) -> Iterator[httpx.Client]:
    with serving(create_app(recognizer)) as client:
        yield client


def draw(strokes: list[Polyline], side: int = 280) -> Image.Image:
    """The strokes in black on white, as wide as a felt pen's."""
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(x * side, y * side) for x, y in smooth(stroke, 12)]
        pen.line(points, fill=0, width=side // 14, joint="curve")
    return image


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def seven() -> bytes:
    """A seven as a PNG of 280 x 280."""
    return png(draw(DIGITS[7]))


@pytest.fixture(scope="session")
def blank() -> bytes:
    return png(Image.new("L", (100, 100), 255))


@pytest.fixture(scope="session")
def digit_png() -> Callable[[int], bytes]:
    return lambda digit: png(draw(DIGITS[digit]))


@pytest.fixture(scope="session")
def noise() -> bytes:
    """A PNG that hardly compresses: 3 MB."""
    pixels = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8)
    return png(Image.fromarray(pixels))


@pytest.fixture(scope="session")
def sheet() -> bytes:
    """A page with several numbers, as a PNG."""
    return png(compose(ROWS)[0])


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Waits until something is so, for what happens in the background."""

    def wait(so: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, "it never came to be so"
            time.sleep(0.05)

    return wait


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """Assert the one shape of refusals; gives message and hint."""
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == code
    assert error["message"].endswith((".", "!", "?"))
    assert "Traceback" not in answer.text
    for name, value in SECURITY.items():
        assert answer.headers[name] == value
    return f"{error['message']} {error['hint']}"


def form(client: httpx.Client, data: bytes, name: str = "image", **query: object) -> httpx.Response:
    return client.post(PREDICT, params=query, files={name: ("picture", data)})
