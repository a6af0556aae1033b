"""The panel "My hand": twenty digits written one after the other, used for what is drawn, and forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.chromium import draw, settled
from tests.browser.conftest import SCREENSHOTS, Visit
from tests.browser.strokes import DIGITS, Polyline, shrink
from tests.browser.test_page_looks import CONTRASTS

pytestmark = pytest.mark.browser

# Somebody whose ones are all others' sevens.
ODD = {1: 7, 7: 1}
HEADER = "x-tenfold-profile"


def opened(page: Page) -> None:
    page.get_by_role("button", name="My hand").click()
    expect(page.get_by_role("dialog", name="My hand")).to_be_visible()


def write(page: Page, strokes: list[Polyline]) -> None:
    """Draw in the panel."""
    box = page.locator("dialog canvas").bounding_box()
    assert box
    for stroke in strokes:
        for place, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if not place:
                page.mouse.down()
        page.mouse.up()


def leaning(strokes: list[Polyline], by: float) -> list[Polyline]:
    return [[(x + by * (0.5 - y), y) for x, y in stroke] for stroke in strokes]


def test_twenty_digits_are_written_used_and_forgotten(visit: Callable[..., Visit], keeping: str):
    seen = visit(url=keeping)
    page = seen.page
    draw(page, DIGITS[7])
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("7")
    assert HEADER not in seen.questions[-1].headers
    opened(page)
    said = page.get_by_role("dialog").get_by_role("status")
    for number in range(20):
        # Chromium makes the picture when it has nothing else to do.
        expect(said).to_contain_text(f"{number} of 20 are there.")
        keep = page.get_by_role("button", name=f"Keep this {number % 10}")
        expect(keep).to_have_attribute("aria-disabled", "true")
        # The second of each leans: the very same one would not be kept twice.
        write(page, leaning(DIGITS[ODD.get(number % 10, number % 10)], 0.2 * (number // 10)))
        if number % 2:
            keep.click()
        else:
            page.keyboard.press("Enter")
    expect(said).to_contain_text("All 20 are there.")
    expect(page.locator("dialog canvas")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="My hand (20)")).to_be_visible()
    bars = page.locator("#bars")
    expect(bars.locator("li").nth(1)).to_have_class("best")  # the seven on the sheet was asked about again
    handle = page.evaluate("localStorage.getItem('tenfold-profile')")
    assert seen.questions[-1].headers[HEADER] == handle
    assert handle not in "".join(request.url for request in seen.requests)

    page.reload()
    expect(page.get_by_role("button", name="My hand (20)")).to_be_visible()
    draw(page, DIGITS[7])
    expect(bars.locator("li").nth(1)).to_have_class("best")
    stranger = visit(url=keeping).page  # another browser has another hand
    draw(stranger, DIGITS[7])
    assert settled(stranger) == "ok"
    expect(stranger.locator("#digit")).to_have_text("7")

    opened(page)
    page.get_by_role("button", name="Reset").click()
    expect(said).to_contain_text("All is forgotten.")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#digit")).to_have_text("7")
    assert page.evaluate("localStorage.getItem('tenfold-profile')") is None
    assert HEADER not in seen.questions[-1].headers


def test_what_is_no_digit_is_said_and_not_kept(visit: Callable[..., Visit], keeping: str):
    seen = visit(url=keeping)
    seen.expects_refusals = True
    page = seen.page
    opened(page)
    write(page, shrink(DIGITS[3], 0.45, 0.02) + shrink(DIGITS[5], 0.45, 0.53))
    page.get_by_role("button", name="Keep this 0").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("This does not look like one digit.")
    page.get_by_role("button", name="Clear").nth(-1).click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="My hand", exact=True)).to_be_visible()


def test_a_profile_that_is_gone_is_not_asked_with_again(visit: Callable[..., Visit], keeping: str):
    seen = visit(url=keeping)
    seen.expects_refusals = True
    page = seen.page
    page.evaluate("localStorage.setItem('tenfold-profile', 'x'.repeat(43))")
    page.reload()
    draw(page, DIGITS[7])
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("7")
    page.wait_for_function("() => localStorage.getItem('tenfold-profile') === null")


def test_digits_of_another_network_are_not_used_and_can_be_written_again(visit: Callable[..., Visit], keeping: str):
    page = visit(url=keeping).page
    page.evaluate("localStorage.setItem('tenfold-profile', 'x'.repeat(43))")
    counts = {"digits": [2] * 10, "most": 200, "model": "digit@00000000", "current": False}
    page.route("**/v1/profiles", lambda route: route.fulfill(json=counts))
    page.reload()
    page.get_by_role("button", name="My hand (not in use)").click()
    said = page.get_by_role("dialog").get_by_role("status")
    expect(said).to_contain_text("network has changed")
    expect(page.locator("dialog canvas")).to_be_hidden()
    page.get_by_role("button", name="Reset").click()
    expect(said).to_contain_text("All is forgotten.")
    expect(page.locator("dialog canvas")).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(320, 568), (1280, 800)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_fits_and_is_legible(visit: Callable[..., Visit], keeping: str, width: int, height: int, scheme: str):
    page = visit(url=keeping, width=width, height=height, color_scheme=scheme, has_touch=width < 1000).page
    opened(page)
    write(page, DIGITS[0])
    expect(page.locator("dialog canvas")).to_be_focused()
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"hand-{width}-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = page.get_by_role("dialog").bounding_box()
    assert box
    assert box["x"] >= 0
    sheet, buttons = (page.locator(f"dialog {part}").bounding_box() for part in (".sheet", ".pair"))
    assert sheet
    assert buttons
    assert sheet["height"] == pytest.approx(sheet["width"], abs=1)
    assert sheet["y"] + sheet["height"] <= buttons["y"]
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.querySelector('dialog').scrollWidth <= document.querySelector('dialog').clientWidth")
    assert [(text, ratio) for text, ratio in page.evaluate(CONTRASTS) if ratio < 4.5] == []
