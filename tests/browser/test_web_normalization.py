"""The normalisation has two languages and one outcome: both are held to the same pictures."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from tests.browser.modules import with_modules
from tests.imaging.kinds import KINDS
from tests.imaging.shared_golden import from_png, kept

from tenfold.imaging.normalize import VERSION
from tenfold.types import Pixels

SEE = """async (files) => {
  const { normalize } = await import("./normalize.js");
  const { openPicture } = await import("./picture.js");
  const rows = [];
  for (const file of files) {
    const bytes = Uint8Array.from(atob(file), (sign) => sign.charCodeAt(0));
    const { pixels, reason, box, parts } = normalize(await openPicture(new Blob([bytes])));
    const seen = [pixels, ...parts].map((one) => [...one]);
    rows.push({ reason, box: box && [box.x, box.y, box.width, box.height], seen });
  }
  return rows;
}"""


@pytest.fixture(scope="module")
def modules(chromium: Browser) -> Iterator[Page]:
    with with_modules(chromium) as page:
        yield page


def difference(text: str, seen: list[list[int]]) -> int:
    """The largest difference between what is kept and what the browser saw, in levels."""
    expected = from_png(text).reshape(-1, 784).astype(int)
    assert len(seen) == len(expected)
    return int(np.abs(np.array(seen) - expected).max())


@pytest.mark.browser
@pytest.mark.parametrize("kind", KINDS)
def test_the_browser_sees_what_python_sees(modules: Page, kind: str) -> None:
    rows = [row for row in kept() if row["kind"] == kind]
    assert len(rows) >= 20
    differences = []
    for row, found in zip(rows, modules.evaluate(SEE, [row["png"] for row in rows]), strict=True):
        assert (found["reason"], found["box"]) == (row["reason"], row["box"])
        if row["seen"]:
            differences.append(difference(row["seen"], found["seen"]))
    # Cubics are worked out in floats, which a processor may add in another order: a level up or down is allowed.
    assert max(differences) <= 1
    assert np.count_nonzero(differences) <= 0.1 * len(differences)


@pytest.mark.browser
def test_the_browser_follows_the_version_in_force(modules: Page) -> None:
    assert modules.evaluate('async () => (await import("./normalize.js")).VERSION') == VERSION


def transparent(grey: int, alpha: Pixels) -> str:
    """A PNG of ink of one tone, seen as much as `alpha` says."""
    done, data = cv2.imencode(".png", np.dstack([np.full_like(alpha, grey)] * 3 + [alpha]))
    assert done
    return b64encode(data.tobytes()).decode()


@pytest.mark.browser
@pytest.mark.parametrize("grey", [0, 255, 90])
def test_transparent_ink_is_laid_on_a_ground(modules: Page, grey: int) -> None:
    from tenfold.imaging.load import load
    from tenfold.imaging.normalize import normalize

    ink = cv2.GaussianBlur(cv2.line(np.zeros((90, 90), np.uint8), (30, 15), (55, 70), 255, 7), (5, 5), 0)
    file = transparent(grey, np.asarray(ink, np.uint8))
    (found,) = modules.evaluate(SEE, [file])
    expected = normalize(load(b64decode(file)))
    assert found["reason"] == expected.reason
    assert np.abs(np.array(found["seen"][0]) - expected.pixels.ravel().astype(int)).max() <= 8
