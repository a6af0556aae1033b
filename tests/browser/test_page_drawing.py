"""Drawing on the page with mouse and finger, and reading the answers from it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import CDPSession, Page, expect
from tests.browser.chromium import Watched, draw, on_sheet, settled
from tests.browser.conftest import Visit
from tests.browser.strokes import DASH, DIGITS, TEN, Polyline

pytestmark = pytest.mark.browser

WELCOME = "The answer appears here as you draw."


def said(page: Page) -> str:
    """What a screen reader reads out: the text of the live region."""
    return " ".join(page.get_by_role("status").text_content().split())


def ink(page: Page, canvas: str = "#pad") -> int:
    """How many pixels of a canvas are inked, counted on a copy."""
    return page.locator(canvas).evaluate(
        """canvas => {
             const copy = document.createElement("canvas");
             [copy.width, copy.height] = [canvas.width, canvas.height];
             const context = copy.getContext("2d", { willReadFrequently: true });
             context.drawImage(canvas, 0, 0);
             const { data } = context.getImageData(0, 0, copy.width, copy.height);
             return data.filter((value, place) => place % 4 === 3 && value > 128).length;
           }"""
    )


@pytest.mark.parametrize("digit", range(10))
def test_each_digit_drawn_with_the_mouse_is_read(page: Page, digit: int):
    draw(page, DIGITS[digit])
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text(str(digit))
    expect(page.locator("#sure")).to_have_text(re.compile(r"^(over )?\d\d\.\d\s%\ssure$"))
    assert re.match(rf"This is an? {digit}\. (over )?\d\d\.\d % sure\.", said(page))


def test_it_shows_the_probabilities_and_what_it_saw(page: Page):
    draw(page, DIGITS[3])
    settled(page)
    bars = page.get_by_role("list", name="How likely each digit is").get_by_role("listitem")
    expect(bars).to_have_count(10)
    expect(bars.nth(3)).to_have_class("best")
    fills = [bars.nth(digit).locator(".fill") for digit in range(10)]
    shares = [float(fill.evaluate("fill => fill.style.getPropertyValue('--share')")) for fill in fills]
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    assert max(range(10), key=shares.__getitem__) == 3
    heights = [fill.bounding_box()["height"] for fill in fills]
    assert heights[3] == max(heights)
    assert 40 < ink(page, "#saw") < 300
    expect(page.get_by_role("img", name="The digit, centred and scaled to 28 by 28 pixels")).to_be_visible()


def test_before_anything_is_drawn_it_invites(page: Page):
    expect(page.get_by_text("Draw a digit", exact=True)).to_be_visible()
    assert said(page) == WELCOME
    draw(page, DIGITS[1])
    expect(page.get_by_text("Draw a digit", exact=True)).to_be_hidden()


def test_a_blank_sheet_is_empty(page: Page):
    page.get_by_role("button", name="Recognise").click()
    assert settled(page) == "empty"
    assert said(page) == "Nothing is written here yet. Draw a digit with a bold line; a dot is not enough."


@pytest.mark.parametrize(
    ("strokes", "status", "sentence"),
    [
        (DASH, "not_a_digit", "This does not look like a digit. Clear the sheet and write one of 0 to 9"),
        (TEN, "several_digits", "There is more than one digit here. Clear the sheet and write just one."),
        ([[(0.5, 0.5)]], "empty", "Nothing is written here yet."),
    ],
    ids=["dash", "ten", "dot"],
)
def test_what_is_not_one_digit_gets_its_own_sentence(page: Page, strokes: list[Polyline], status: str, sentence: str):
    draw(page, strokes)
    assert settled(page) == status
    assert said(page).startswith(sentence)
    expect(page.locator("#digit")).to_have_text("")
    expect(page.locator(".best")).to_have_count(0)


def test_the_answer_shows_while_the_pen_is_down(page: Page):
    draw(page, DIGITS[7], lift=False)
    expect(page.locator("#digit")).to_have_text("7")
    expect(page.locator("#answer")).to_have_class(re.compile("passing"))
    assert said(page) == WELCOME  # nothing is read out before the hand rests
    page.mouse.up()
    assert settled(page) == "ok"
    assert said(page).startswith("This is a 7.")


def test_one_question_at_a_time_and_the_last_one_is_of_the_whole(visit: Callable[..., Visit]):
    seen = visit()
    asked = Watched(seen.page)
    for _ in range(2):
        draw(seen.page, DIGITS[8])
        draw(seen.page, [[(0.1, 0.1), (0.1, 0.9), (0.9, 0.9)]])
        seen.page.keyboard.press("Escape")
    draw(seen.page, DIGITS[6])
    assert settled(seen.page) == "ok"
    expect(seen.page.locator("#digit")).to_have_text("6")
    assert asked.most == 1
    assert len(seen.questions) >= 3


def test_a_question_about_what_is_gone_is_given_up(page: Page):
    held = []
    page.route("**/v1/predict", lambda route: held.append(route))
    with page.expect_event("requestfailed") as given_up:
        draw(page, DIGITS[7])
        page.keyboard.press("Escape")
    assert given_up.value.failure == "net::ERR_ABORTED"
    assert len(held) == 1
    expect(page.locator("#answer")).to_have_attribute("data-status", "waiting")
    assert said(page) == WELCOME
    page.unroute("**/v1/predict")
    draw(page, DIGITS[2])
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("2")


def test_the_picture_sent_is_black_on_white_in_light_and_dark(visit: Callable[..., Visit]):
    sent = []
    for scheme in ("light", "dark"):
        seen = visit(color_scheme=scheme)
        draw(seen.page, DIGITS[5])
        assert settled(seen.page) == "ok"
        expect(seen.page.locator("#digit")).to_have_text("5")
        name, data = seen.handed_over()
        assert name == "drawing.png"
        sent.append(Image.open(io.BytesIO(data)).convert("RGB"))
    light, dark = sent
    assert light.tobytes() == dark.tobytes()
    assert light.size == (560, 560)
    assert light.getpixel((0, 0)) == (255, 255, 255)
    assert light.getextrema() == ((0, 255),) * 3


def test_the_pen_has_a_width(page: Page):
    slider = page.get_by_role("slider", name="Pen")
    line: list[Polyline] = [[(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)]]
    widths = {}
    for width in ("3", "12"):
        slider.fill(width)
        draw(page, line)
        widths[width] = ink(page)
        page.keyboard.press("Escape")
    assert 3 < widths["12"] / widths["3"] < 5


def test_the_canvas_is_sharp_and_survives_a_new_size(visit: Callable[..., Visit]):
    page = visit(device_scale_factor=2).page
    pad = page.locator("#pad")
    assert pad.evaluate("pad => pad.width") == pytest.approx(2 * pad.bounding_box()["width"], abs=3)
    draw(page, DIGITS[4])
    assert settled(page) == "ok"
    before = ink(page)
    page.set_viewport_size({"width": 500, "height": 900})
    expect(pad).to_have_js_property("width", round(2 * pad.evaluate("pad => pad.clientWidth")))
    assert 0 < ink(page) != before
    page.get_by_role("button", name="Recognise").click()
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("4")


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


@pytest.fixture
def phone(visit: Callable[..., Visit]) -> Page:
    return visit(width=320, height=640, has_touch=True, is_mobile=True, device_scale_factor=2).page


def drag(page: Page, way: Polyline, *others: tuple[float, float]) -> None:
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", way[0])
    for point in way[1:]:
        touch(session, "touchMove", point, *others)
    touch(session, "touchEnd")


def test_a_finger_draws_and_the_page_stays(phone: Page):
    for digit in (7, 2):
        for stroke in DIGITS[digit]:
            drag(phone, on_sheet(phone, stroke))
        assert settled(phone) == "ok"
        expect(phone.locator("#digit")).to_have_text(str(digit))
        phone.get_by_role("button", name="Clear").tap()
    assert phone.evaluate("scrollY") == 0
    # The same movement beside the sheet does scroll: the page is longer than the screen.
    drag(phone, [(160, 600 - 20 * step) for step in range(20)])
    phone.wait_for_function("() => scrollY > 0")


def test_a_second_finger_is_ignored(phone: Page):
    (stroke,) = DIGITS[7]
    way = on_sheet(phone, stroke)
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", way[0])
    for number, point in enumerate(way[1:]):
        if number == 5:
            touch(session, "touchStart", point, (60, 300))
        touch(session, "touchMove", point, *([(60 + number, 300)] if number >= 5 else []))
    touch(session, "touchEnd")
    assert settled(phone) == "ok"
    expect(phone.locator("#digit")).to_have_text("7")
    expect(phone.locator("#pad")).to_have_attribute("aria-label", "Drawing area, one stroke")
