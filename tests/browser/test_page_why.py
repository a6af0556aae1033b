"""The panel "Why?": the ink in the colours of what it says, training digits like it, what would make it another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.chromium import draw, settled
from tests.browser.conftest import SCREENSHOTS, Visit
from tests.browser.strokes import DIGITS, TEN
from tests.browser.test_page_looks import CONTRASTS
from tests.cli.commands import digit_picture, png

from tenfold import Recognizer
from tenfold.explanation.explain import explain_with
from tenfold.explanation.page import page as written

pytestmark = pytest.mark.browser

PATIENCE = 30_000
# How many pixels of a canvas are of a colour: bluish or orange, and not grey.
TINTS = """canvas => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d");
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  const found = { blue: 0, orange: 0, ink: 0 };
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 60) continue;
    found.ink++;
    found.blue += data[at + 2] - data[at] > 40;
    found.orange += data[at] - data[at + 2] > 40;
  }
  return found;
}"""


def explained(page: Page) -> Locator:
    """The panel, opened, with an answer in it."""
    page.get_by_role("button", name="Why?").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    expect(panel).to_have_attribute("aria-busy", "false", timeout=PATIENCE)
    return panel


def test_a_drawn_digit_is_explained_and_held_against_another(visit: Callable[..., Visit]):
    seen = visit()
    page = seen.page
    expect(page.get_by_role("button", name="Why?")).to_have_count(0)
    draw(page, DIGITS[4])
    assert settled(page) == "ok"
    panel = explained(page)
    expect(panel.get_by_role("heading", name="Why a 4?")).to_be_visible()
    expect(panel.get_by_role("status")).to_contain_text("This is a 4")
    rival = panel.get_by_label("Held against")
    assert rival.locator("option").all_text_contents() == [
        "an 8" if digit == 8 else f"a {digit}" for digit in range(10) if digit != 4
    ]
    rival.select_option("9")
    expect(panel.get_by_role("heading", name="What would make it a 9")).to_be_visible(timeout=PATIENCE)
    expect(panel).to_have_attribute("aria-busy", "false", timeout=PATIENCE)
    assert seen.questions[-1].url.endswith("/v1/explain?against=9")
    tints = panel.locator("canvas.ink").evaluate(TINTS)
    assert tints["blue"] > 500  # the ink, and no more than it, is in colours
    assert tints["ink"] < 0.5 * 448 * 448
    # Who hears the page hears the same.
    words = panel.get_by_role("list").first
    expect(words).to_contain_text("for a 4 and against a 9")
    expect(words).to_contain_text("makes it a 9")
    expect(panel.get_by_role("img", name="a 4, training digit")).not_to_have_count(0)
    change = panel.locator(".change canvas")
    assert change.count() == 2
    assert change.first.evaluate(TINTS)["blue"] > 0

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Why?")).to_be_focused()
    expect(page.locator("#digit")).to_have_text("4")  # the sheet has kept its digit
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("button", name="Why?")).to_have_count(0)


def test_pictures_and_what_is_no_digit_are_explained(visit: Callable[..., Visit]):
    page = visit().page
    page.locator("#file").set_input_files({"name": "7.png", "mimeType": "image/png", "buffer": png(digit_picture(7))})
    assert settled(page) == "ok"
    panel = explained(page)
    expect(panel.get_by_role("heading", name="Why a 7?")).to_be_visible()
    assert panel.locator("canvas.ink").evaluate(TINTS)["blue"] > 500
    panel.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Clear").click()
    draw(page, TEN)
    assert settled(page) == "several_digits"
    panel = explained(page)
    expect(panel.get_by_role("heading", name="Why is it no digit?")).to_be_visible()
    expect(panel.get_by_label("Held against")).to_be_hidden()
    assert panel.locator(".pieces canvas").count() == 2


def test_a_server_that_is_busy_is_told(visit: Callable[..., Visit]):
    seen = visit()
    seen.expects_refusals = True
    page = seen.page
    draw(page, DIGITS[7])
    assert settled(page) == "ok"
    error = {"error": {"code": "busy", "message": "Full.", "hint": ""}}
    page.route("**/v1/explain", lambda route: route.fulfill(status=429, json=error))
    panel = explained(page)
    expect(panel.get_by_role("status")).to_contain_text("Tenfold has too much to do just now.")


@pytest.mark.parametrize(("width", "height"), [(320, 568), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_fits_and_is_legible(visit: Callable[..., Visit], width: int, height: int, scheme: str):
    page = visit(width=width, height=height, color_scheme=scheme, has_touch=width < 1000).page
    draw(page, DIGITS[4])
    assert settled(page) == "ok"
    expect(page.get_by_role("button", name="Why?")).to_be_visible()
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"before-why-{width}-{scheme}.png")
    panel = explained(page)
    page.screenshot(path=SCREENSHOTS / f"why-{width}-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = panel.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    low = [(text, ratio) for text, ratio in page.evaluate(CONTRASTS) if ratio < 4.5]
    assert low == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_that_a_command_writes_fits_a_small_screen(chromium: Browser, scheme: str):
    recognizer = Recognizer()
    picture = recognizer.load(digit_picture(4))
    text = written(explain_with(recognizer, picture, 9, range(10)), picture, "a-name-without-an-end-" * 9)
    page = chromium.new_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url[:40]) if request.url[:5] != "data:" else None)
    page.set_content(text)
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"explain-html-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert [(said, ratio) for said, ratio in page.evaluate(CONTRASTS) if ratio < 4.5] == []
    assert page.evaluate("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    assert complaints == []
    page.close()
