"""The page at every width, in light and dark: nothing cut off, everything legible. Keeps the screenshots."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.chromium import draw, settled
from tests.browser.conftest import SCREENSHOTS, Visit
from tests.browser.strokes import DIGITS, TEN

pytestmark = pytest.mark.browser

SIZES = [(320, 640), (768, 1024), (1280, 800), (1920, 1080)]

# The contrast of every visible text with the ground it stands on, by the formula of WCAG 2.
CONTRASTS = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (part) => ((part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest(".unseen, noscript")) continue;
    const [one, two] = [parse(getComputedStyle(element).color), ground(element)].map(light);
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    found.push([walker.currentNode.data.trim(), ratio]);
  }
  return found;
}"""


def keep(page: Page, name: str) -> None:
    """A screenshot of the whole page in light, and one in dark."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
        page.screenshot(path=SCREENSHOTS / f"{name.format(scheme)}.png", full_page=True)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_the_screen(visit: Callable[..., Visit], width: int, height: int):
    page = visit(width=width, height=height, has_touch=width < 1000).page
    keep(page, f"page-{width}-{{}}-empty")
    draw(page, DIGITS[3])
    assert settled(page) == "ok"
    keep(page, f"page-{width}-{{}}")

    assert page.evaluate("document.documentElement.scrollWidth") == width
    frames = {
        name: page.locator(name).bounding_box() for name in ("#sheet", ".answer", ".tools", ".evidence", "#digit")
    }
    for name, frame in frames.items():
        assert frame["x"] >= 0, name
        assert frame["x"] + frame["width"] <= width, name
    # The room is used: sheet, answer and evidence span the width together.
    left = min(frame["x"] for frame in frames.values())
    right = max(frame["x"] + frame["width"] for frame in frames.values())
    assert right - left > 0.9 * width
    # The answer shows without scrolling.
    assert frames["#digit"]["y"] + frames["#digit"]["height"] <= height
    if width >= 1280:
        assert page.evaluate("document.documentElement.scrollHeight") <= height


def test_what_is_no_digit_is_laid_out_as_a_digit_is(visit: Callable[..., Visit]):
    page = visit(width=1280, height=800).page
    draw(page, TEN)
    assert settled(page) == "several_digits"
    keep(page, "page-several-{}")
    sheet, answer = (page.locator(name).bounding_box() for name in ("#sheet", "#answer"))
    assert sheet["y"] + sheet["height"] == pytest.approx(answer["y"] + answer["height"], abs=1)
    lefts = {page.locator(name).bounding_box()["x"] for name in ("#sentence", "#why", "#fix-label")}
    assert max(lefts) - min(lefts) < 1
    assert page.evaluate("document.documentElement.scrollHeight") <= 800


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("answered", [False, True])
def test_every_text_is_legible(visit: Callable[..., Visit], scheme: str, answered: bool):
    page = visit(color_scheme=scheme, has_touch=True).page
    if answered:
        draw(page, DIGITS[2])
        assert settled(page) == "ok"
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 20
    assert [(text, ratio) for text, ratio in contrasts if ratio < 4.5] == []


def test_the_sheet_follows_the_colours_of_the_system(visit: Callable[..., Visit]):
    page = visit(color_scheme="light").page
    draw(page, DIGITS[1])
    assert settled(page) == "ok"
    # One pixel of ink, read from a copy: Chromium warns of canvases that are read themselves.
    middle = """() => {
      const pad = document.querySelector("#pad");
      const context = document.createElement("canvas").getContext("2d");
      context.drawImage(pad, -Math.round(pad.width * 0.515), -Math.round(pad.height / 2));
      return Math.max(...context.getImageData(0, 0, 1, 1).data.slice(0, 3));
    }"""
    assert page.evaluate(middle) < 60
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => ({middle})() > 200")


def test_nothing_moves_for_who_wants_no_motion(visit: Callable[..., Visit]):
    duration = "fill => getComputedStyle(fill).transitionDuration"
    assert visit().page.locator(".fill").first.evaluate(duration) == "0.18s"
    assert visit(reduced_motion="reduce").page.locator(".fill").first.evaluate(duration) == "0s"


def test_landmarks_and_names(visit: Callable[..., Visit]):
    page = visit(has_touch=True).page
    expect(page).to_have_title("Tenfold – draw a digit")
    expect(page.get_by_role("heading", level=1, name="Tenfold")).to_be_visible()
    for landmark in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    for region in ("Your digit", "Answer", "Tools", "How Tenfold came to it"):
        expect(page.get_by_role("region", name=region)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("status")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("img", name="Drawing area, nothing drawn yet")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_description_of_the_interface(visit: Callable[..., Visit], width: int):
    page = visit(width=width).page
    page.get_by_role("link", name="Use it from a program").click()
    expect(page.get_by_role("heading", name="POST /v1/predict")).to_be_visible()
    page.wait_for_load_state()  # the style sheet too
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("link", name="Back to the page").click()
    expect(page.get_by_text("Draw a digit", exact=True)).to_be_visible()
