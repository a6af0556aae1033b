"""Files of strokes in a browser: read as Python reads them, and fitted to the sheet as Python draws them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from tests.browser.modules import packed, with_modules
from tests.imaging.inks import REFUSED, SAYING_TWO, TWO, inkml

from tenfold.imaging.draw import DIGIT_CANVAS, DIGIT_PEN
from tenfold.imaging.stroke_files import MAX_INK_BYTES, MAX_POINTS, MAX_STROKES

pytestmark = pytest.mark.browser

OPEN = """async (files) => {
  const { openInk } = await import("./strokes.js");
  const found = [];
  for (const file of files) {
    const data = await (await fetch("data:;base64," + file)).blob();
    found.push(await openInk(data).catch(({ name, status }) => `${name}: ${status}`));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def modules(chromium: Browser) -> Iterator[Page]:
    with with_modules(chromium) as page:
        yield page


def opened(page: Page, *files: bytes) -> list[object]:
    found: list[object] = page.evaluate(OPEN, [packed(file) for file in files])
    return found


def test_every_way_to_say_the_same(modules: Page) -> None:
    first, *others = opened(modules, *(text.encode() for text in SAYING_TWO))
    assert others == [first] * len(others)
    # Where Python's canvas has them: in the middle, with two pens' room on the longer side.
    low, high = np.array([1, -5]), np.array([7, 8])
    scale = (DIGIT_CANVAS - 4 * DIGIT_PEN) / 13
    assert isinstance(first, list)
    for stroke, given in zip(first, TWO.strokes, strict=True):
        assert stroke["width"] * DIGIT_CANVAS == pytest.approx(DIGIT_PEN)
        placed = DIGIT_CANVAS / 2 + scale * (np.array([given.x, given.y]).T - (low + high) / 2)
        points = np.array(stroke["points"]) * DIGIT_CANVAS
        np.testing.assert_allclose(points[[0, -1]], placed[[0, -1]])
        assert all(np.abs(points - corner).max(axis=1).min() < 1e-6 for corner in placed)
        assert len(points) == 1 or np.abs(np.diff(points, axis=0)).max() < DIGIT_CANVAS / 20


def test_what_is_refused_is_refused(modules: Page) -> None:
    files = [data for data, _, said in REFUSED if "nested" not in said]
    types = [b'<!DOCTYPE ink [<!ENTITY a "1 2,">]><ink><trace>&a;3 4</trace></ink>']
    assert opened(modules, *files, *types) == ["PictureError: unreadable_image"] * (len(files) + 1)
    row = [0] * (MAX_POINTS + 1)
    large = (
        f"[[{row}, {row}]]".encode(),
        f"[{','.join(['[[0], [0]]'] * (MAX_STROKES + 1))}]".encode(),
        b"[" + b" " * MAX_INK_BYTES + b"]",
    )
    assert opened(modules, *large) == ["PictureError: too_large"] * 3


def test_what_is_no_ink_is_left_alone_and_nothing_written_is_nothing(modules: Page) -> None:
    assert opened(modules, b"\x89PNG\r\n", b"plain text", b"", b"<svg></svg>") == [None] * 4
    assert opened(modules, b"[]", b'{"strokes": []}', inkml(""), inkml("<trace> </trace>")) == [[]] * 4
