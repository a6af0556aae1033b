"""The page that is taken away: made, opened from its file, and asked."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tenfold import Recognizer
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, read_model
from tenfold.training.web_page import rounded

READY = "() => !!globalThis.tenfold?.read"

# The time is that of the answer alone, from pixels on: how long a browser takes to open a file is its own affair.
ASK = """async ([files, drawn]) => {
  const rows = [];
  for (const file of files) {
    const picture = new Blob([Uint8Array.from(atob(file), (sign) => sign.charCodeAt(0))]);
    const { pixels, ...row } = await tenfold.read(drawn ? await onCanvas(picture) : picture);
    rows.push(row);
  }
  return rows;

  async function onCanvas(picture) {
    const bitmap = await createImageBitmap(picture);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d", { willReadFrequently: true }).drawImage(bitmap, 0, 0);
    return canvas;
  }
}"""


@contextmanager
def opened(browser: Browser, file: Path, **options: Any) -> Iterator[Page]:
    """The page, opened from its file in a browser without a network; complaints and requests fail the test."""
    context: BrowserContext = browser.new_context(offline=True, **options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: request.url.startswith("http") and complaints.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_function(READY)
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def ask(page: Page, files: Sequence[bytes], drawn: bool = False) -> list[dict[str, Any]]:
    """What the page says of picture files, or of the same on a canvas."""
    rows: list[dict[str, Any]] = page.evaluate(ASK, [[b64encode(file).decode() for file in files], drawn])
    return rows


def with_rounded_weights(name: str) -> Recognizer:
    """Python's recogniser with the very weights that the page has."""
    networks = [OnnxClassifier(rounded(weights), card) for weights, card in map(_shipped, (name, "gate"))]
    recognizer = Recognizer(networks[0])
    recognizer._gate = networks[1]
    return recognizer


def _shipped(name: str) -> Any:
    return read_model(WEIGHTS / f"{name}.onnx", VERSION)
