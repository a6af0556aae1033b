"""Real servers on free ports, and pictures of digits to send them."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image, ImageDraw
from tests.browser.strokes import DIGITS, Polyline, smooth

from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.server.run import address, listen, make_server


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    return Recognizer()


@contextmanager
def serving(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of an application that is served on a free port."""
    with listen("127.0.0.1", 0) as listener:
        server = make_server(app)
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
