"""The page that is taken away answers as Python does, from a file, without a network."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.chromium import draw, on_sheet, settled
from tests.browser.strokes import DASH, DIGITS, TEN
from tests.browser.taken_away import READY, ask, opened, with_rounded_weights
from tests.imaging.shared_golden import kept

from tenfold import __version__
from tenfold.config import load_settings
from tenfold.training.convert import convert

pytestmark = [pytest.mark.browser, pytest.mark.train]

EVERY = 4
STROKES = [Path(__file__).parents[2] / "examples" / "strokes" / name for name in ("seven.json", "three.inkml")]
NO_DIGIT = [
    [(0.2, 0.2), (0.8, 0.8), (0.2, 0.8), (0.8, 0.2), (0.2, 0.2), (0.5, 0.9), (0.8, 0.2), (0.1, 0.5), (0.9, 0.5)]
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("away") / "digit.html"
    convert("digit", "html", out, load_settings())
    return out


@pytest.fixture
def page(chromium: Browser, file: Path) -> Iterator[Page]:
    with opened(chromium, file, viewport={"width": 1280, "height": 800}) as page:
        yield page


def test_one_file_says_what_it_is_and_asks_nobody(file: Path) -> None:
    text = file.read_text("utf-8")
    assert len(text.encode()) <= 600_000
    assert re.search(rf"Tenfold {re.escape(__version__)}, digit@[0-9a-f]{{8}}", text)
    assert "default-src 'none'" in text
    assert not re.search(r'(?:src|href)="(?!data:)', text)


def test_pictures_are_answered_as_python_answers_them(page: Page) -> None:
    rows = kept()[::EVERY]
    files = [b64decode(row["png"]) for row in rows]
    expected = with_rounded_weights("digit").predict_batch(files)
    for row, here, there in zip(rows, ask(page, files), expected, strict=True):
        assert (here["status"], here["digit"], here["reason"]) == (there.status, there.digit, there.reason), row["kind"]
        np.testing.assert_allclose(here["probabilities"], there.probabilities, atol=1e-3, err_msg=row["kind"])
        assert here["one_digit"] == pytest.approx(there.one_digit, abs=1e-3)


def test_drawn_digits_are_read(page: Page) -> None:
    for digit in range(10):
        draw(page, DIGITS[digit])
        assert settled(page) == "ok"
        expect(page.locator("#digit")).to_have_text(str(digit))
        assert f"a{'n' if digit == 8 else ''} {digit}." in (page.get_by_role("status").text_content() or "")
        assert page.locator("#bars .best .name").text_content() == str(digit)
        expect(page.locator("#saw")).to_have_attribute("aria-label", re.compile("28 by 28"))
        page.keyboard.press("Escape")


def test_every_status_has_its_sentence(page: Page, tmp_path: Path) -> None:
    for strokes, status, says in (
        ([[(0.5, 0.5)]], "empty", "Nothing is written"),
        (TEN, "several_digits", "more than one digit"),
        (NO_DIGIT, "not_a_digit", "does not look like a digit"),
    ):
        draw(page, strokes)
        assert settled(page) == status
        assert says in (page.get_by_role("status").text_content() or "")
        page.keyboard.press("Escape")
    text = tmp_path / "text.png"
    text.write_text("no picture")
    page.set_input_files("#file", text)
    assert settled(page) == "unreadable_image"
    assert "cannot be opened" in (page.get_by_role("status").text_content() or "")
    (said,) = ask(page, [b"no picture"])
    assert (said["status"], said["digit"], said["model"][:6]) == ("unreadable_image", None, "digit@")
    huge = io.BytesIO()
    Image.new("1", (9000, 5000)).save(huge, "PNG")
    page.set_input_files("#file", {"name": "huge.png", "mimeType": "image/png", "buffer": huge.getvalue()})
    assert settled(page) == "too_large"


def test_a_photo_is_shown_read_and_undone(page: Page) -> None:
    example = Path(__file__).parents[2] / "examples" / "digits" / "five-phone-photo.png"
    draw(page, DIGITS[3])
    page.set_input_files("#file", example)
    expect(page.locator("#digit")).to_have_text("5")
    expect(page.locator("#photo")).to_be_visible()
    expect(page.locator("#found")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator("#digit")).to_have_text("3")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#answer")).to_have_attribute("data-status", "waiting")
    expect(page.get_by_role("button", name="Clear")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#digit")).to_have_text("3")


def test_strokes_are_read_as_python_reads_them(page: Page, tmp_path: Path) -> None:
    inks = [[{"x": [x for x, _ in line], "y": [y for _, y in line]} for line in DIGITS[digit]] for digit in range(10)]
    files = [*(json.dumps({"strokes": ink}).encode() for ink in inks), *(path.read_bytes() for path in STROKES)]
    for here, there in zip(ask(page, files), with_rounded_weights("digit").predict_batch(files), strict=True):
        assert (here["status"], here["digit"]) == (there.status, there.digit)
        np.testing.assert_allclose(here["probabilities"], there.probabilities, atol=0.02)
    # On the sheet they are ink like any other: drawn on, and undone.
    page.locator("#file").set_input_files(STROKES[0])
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("7")
    expect(page.locator("#pad")).to_have_attribute("aria-label", "Drawing area, one stroke")
    draw(page, DASH)
    expect(page.locator("#pad")).to_have_attribute("aria-label", "Drawing area, 2 strokes")
    (tmp_path / "broken.json").write_text('{"strokes": [')
    page.locator("#file").set_input_files(tmp_path / "broken.json")
    assert settled(page) == "unreadable_image"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#pad")).to_have_attribute("aria-label", "Drawing area, 2 strokes")


def test_the_answer_follows_the_pen(page: Page) -> None:
    draw(page, DIGITS[7], lift=False)
    page.wait_for_function("() => document.querySelector('#answer').classList.contains('passing')")
    expect(page.locator("#digit")).to_have_text("7")
    page.mouse.up()
    assert settled(page) == "ok"
    draw(page, DASH)
    assert settled(page) in ("ok", "uncertain", "not_a_digit", "several_digits")


def test_a_finger_draws_where_there_is_no_mouse(chromium: Browser, file: Path) -> None:
    with opened(
        chromium, file, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark"
    ) as page:
        hand = page.context.new_cdp_session(page)
        (start, *way) = on_sheet(page, DIGITS[2][0])
        for kind, points in [("touchStart", [start]), *(("touchMove", [place]) for place in way), ("touchEnd", [])]:
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
        assert settled(page) == "ok"
        expect(page.locator("#digit")).to_have_text("2")
        expect(page.get_by_role("button", name="Take a photo")).to_be_visible()


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    draw(page, DIGITS[4])
    settled(page)
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_from_a_host_it_can_be_installed(chromium: Browser, file: Path) -> None:
    context = chromium.new_context()
    # Chromium counts this host as a safe one, as it does any over HTTPS.
    context.route("http://localhost/**", lambda route: route.fulfill(body=file.read_bytes(), content_type="text/html"))
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("http://localhost/kept/digit.html?from=mail#sheet")
    page.wait_for_function(READY)
    icon = page.locator("link[rel='apple-touch-icon']").get_attribute("href", timeout=30_000) or ""
    asking = context.new_cdp_session(page)
    manifest = asking.send("Page.getAppManifest")
    assert (manifest["errors"], complaints) == ([], [])
    told = json.loads(manifest["data"])
    assert (told["name"], told["display"]) == ("Tenfold", "standalone")
    here = "http://localhost/kept/digit.html"
    assert told["id"] == told["start_url"] == told["scope"] == here
    # What a browser makes of it: addresses that it does not take are not there.
    assert (manifest["manifest"]["startUrl"], manifest["manifest"]["scope"]) == (here, here)
    assert len(manifest["manifest"]["icons"]) == 1
    assert (told["icons"][0]["sizes"], told["icons"][0]["type"]) == ("any", "image/svg+xml")
    # iOS takes neither drawings nor transparent corners.
    assert icon.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(b64decode(icon.partition(",")[2]))) as shown:
        assert shown.size == (180, 180)
        assert shown.convert("RGBA").getpixel((0, 0)) == shown.convert("RGBA").getpixel((90, 10)) == (179, 57, 27, 255)
    context.close()


def test_from_its_file_it_says_nothing_of_an_address(page: Page) -> None:
    """Browsers install nothing that was opened from a file."""
    assert "start_url" not in (page.locator("link[rel=manifest]").get_attribute("href") or "start_url")
    expect(page.locator("link[rel='apple-touch-icon']")).to_have_count(0)
    for name in ("mobile-web-app-capable", "apple-mobile-web-app-capable"):
        expect(page.locator(f"meta[name='{name}']")).to_have_attribute("content", "yes")
