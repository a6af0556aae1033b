"""Number mode: the switch to it, and a number written by hand and read as it is written."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.browser.chromium import Watched, draw, settled
from tests.browser.conftest import Visit
from tests.browser.number_mode import number_settled, write
from tests.browser.strokes import DIGITS, TEN
from tests.browser.test_page_drawing import drag, ink, said

pytestmark = pytest.mark.browser

WELCOME = "The number appears here as you write."


@pytest.fixture
def at_numbers(visit: Callable[..., Visit], address: str) -> Visit:
    return visit(url=f"{address}#number")


@pytest.fixture
def sheet(at_numbers: Visit) -> Page:
    return at_numbers.page


def printed(page: Page) -> str:
    """The number as the page prints it, without what is for screen readers only."""
    return "".join(page.locator("#figures .numeral").all_text_contents())


def mode_is(page: Page, mode: str) -> None:
    pads = {"digit": "#pad", "number": "#number-pad"}
    expect(page.get_by_role("radio", name=mode.capitalize())).to_be_checked()
    for name, pad in pads.items():
        expect(page.locator(pad)).to_be_visible() if name == mode else expect(page.locator(pad)).to_be_hidden()


def test_the_switch_and_the_address(page: Page, address: str):
    mode_is(page, "digit")
    page.get_by_text("Number", exact=True).click()
    mode_is(page, "number")
    expect(page).to_have_url(re.compile(r"#number$"))
    expect(page).to_have_title("Tenfold – write a number")
    page.reload()
    mode_is(page, "number")
    page.go_back()
    mode_is(page, "digit")
    expect(page).to_have_url(f"{address}/")
    page.go_forward()
    mode_is(page, "number")
    page.get_by_text("Digit", exact=True).click()
    mode_is(page, "digit")
    expect(page).to_have_title("Tenfold – draw a digit")


def test_the_switch_by_keyboard(page: Page):
    for _ in range(4):  # past the other pages
        page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Digit")).to_be_focused()
    page.keyboard.press("ArrowRight")
    mode_is(page, "number")
    expect(page.get_by_role("radio", name="Number")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    mode_is(page, "digit")


def test_each_mode_keeps_its_own_sheet(page: Page):
    draw(page, DIGITS[7])
    assert settled(page) == "ok"
    page.get_by_text("Number", exact=True).click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_attribute("aria-disabled", "true")
    write(page, "26")
    number_settled(page)
    page.keyboard.press("Escape")
    page.get_by_text("Digit", exact=True).click()
    expect(undo).to_have_attribute("aria-disabled", "false")
    expect(page.locator("#digit")).to_have_text("7")
    assert ink(page) > 0


def test_2026_is_written_and_read(at_numbers: Visit):
    page = at_numbers.page
    assert said(page) == WELCOME
    write(page, "2026")
    assert number_settled(page) == "ok"
    assert printed(page) == "2026"
    assert said(page).startswith("This is 2026.")
    expect(page.locator("#number-sure")).to_have_text(re.compile(r"^(over )?\d\d\.\d\s%\ssure$"))
    expect(page.locator("#model")).to_have_text(re.compile(r"^Read by reader@\w{8}\.$"))
    digits = page.get_by_role("list", name="2026, digit by digit").get_by_role("listitem")
    assert [digit.split(":")[0] for digit in digits.locator(".unseen").all_text_contents()] == list("2026")
    assert all(50 < int(value) <= 99 for value in digits.locator(".value").all_text_contents())
    assert {request.url.rsplit("/", 2)[-2:][1] for request in at_numbers.questions} == {"read"}
    name, data = at_numbers.handed_over()
    assert name == "drawing.png"
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.size == (1680, 560)
    assert picture.getextrema() == ((0, 255),) * 3  # black on white, whatever the screen's colours


@pytest.mark.parametrize("text", ["7", "38", "6253"])
def test_other_numbers(sheet: Page, text: str):
    write(sheet, text)
    assert number_settled(sheet) == "ok"
    assert printed(sheet) == text


def test_an_upright_bar_may_be_a_slash(sheet: Page):
    write(sheet, "90417")
    number_settled(sheet)
    # Read right; and if anything of it is doubtful, that is the bar.
    assert printed(sheet) in ("90417", "9041?7")


def test_undo_clear_and_recognise(at_numbers: Visit):
    page = at_numbers.page
    pad = page.locator("#number-pad")
    write(page, "26")
    number_settled(page)
    expect(pad).to_have_attribute("aria-label", "Writing area, 2 strokes")
    page.get_by_role("button", name="Undo").click()
    expect(pad).to_have_attribute("aria-label", "Writing area, one stroke")
    number_settled(page)
    assert printed(page) == "2"
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#reply")).to_have_attribute("data-status", "waiting")
    assert said(page) == WELCOME
    expect(page.get_by_text("Write a number", exact=True)).to_be_visible()
    page.keyboard.press("Control+z")
    expect(pad).to_have_attribute("aria-label", "Writing area, one stroke")
    number_settled(page)
    asked = len(at_numbers.questions)
    with page.expect_response("**/v1/read"):
        page.get_by_role("button", name="Recognise").click()
    with page.expect_response("**/v1/read"):
        pad.focus()
        page.keyboard.press("Enter")
    assert len(at_numbers.questions) == asked + 2


def test_a_blank_sheet_is_empty(sheet: Page):
    sheet.get_by_role("button", name="Recognise").click()
    assert number_settled(sheet) == "empty"
    assert said(sheet) == "Nothing is written here yet. Write a number with a bold line; a dot is not enough."
    assert printed(sheet) == ""
    expect(sheet.locator("#listing")).to_be_hidden()


def test_one_question_at_a_time(at_numbers: Visit):
    page = at_numbers.page
    asked = Watched(page)
    write(page, "2026")
    assert number_settled(page) == "ok"
    assert printed(page) == "2026"
    assert asked.most == 1


def test_a_finger_writes_and_the_page_stays(visit: Callable[..., Visit], address: str):
    options = {"width": 320, "height": 640, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    phone = visit(url=f"{address}#number", **options).page
    frame = phone.locator("#number-pad").bounding_box()
    for place, digit in enumerate((7, 2)):
        for stroke in DIGITS[digit]:
            left = frame["x"] + frame["height"] * (0.1 + 0.7 * place)
            drag(phone, [(left + 0.8 * frame["height"] * x, frame["y"] + frame["height"] * y) for x, y in stroke])
    assert number_settled(phone) == "ok"
    assert printed(phone) == "72"
    assert phone.evaluate("scrollY") == 0


def test_several_digits_go_on_to_number_mode(page: Page):
    draw(page, TEN)
    assert settled(page) == "several_digits"
    page.get_by_role("button", name="Read it as a number").click()
    mode_is(page, "number")
    assert number_settled(page) in ("ok", "uncertain")
    assert len(printed(page).replace("?", "")) == 2
    page.keyboard.press("Control+z")
    assert said(page) == WELCOME


def test_everything_is_reached_by_tab(sheet: Page):
    names = []
    for _ in range(15):
        sheet.keyboard.press("Tab")
        names.append(sheet.evaluate("document.activeElement.id || document.activeElement.value || 'page'"))
        outline = "getComputedStyle(document.activeElement.closest('.sheet') ?? document.activeElement).outlineStyle"
        assert sheet.evaluate(outline) == "solid"
    others = ["page"] * 3
    ways = ["number", "number-pad", "undo", "clear", "recognise", "width", "field-kind", "choose"]
    assert names == [*others, *ways, *others, "page"]


FIELDS = {
    "zip code": "zip", "amount": "amount", "date": "date", "card number (Luhn)": "luhn",
    "so many digits": "digits:4", "any number": None,
}  # fmt: skip


def test_the_field_goes_along_as_a_query(sheet: Page):
    write(sheet, "2026")
    number_settled(sheet)
    for label, field in FIELDS.items():
        with sheet.expect_request("**/v1/read*") as asked:
            sheet.get_by_label("Field").select_option(label=label)
        assert asked.value.url.partition("?field=")[2] == (quote(field) if field else "")
        expect(sheet.locator("#field-own")).to_be_visible(visible=field == "digits:4")
    number_settled(sheet)
    assert printed(sheet) == "2026"


def test_a_field_of_ones_own(sheet: Page):
    write(sheet, "2026")
    number_settled(sheet)
    sheet.get_by_label("Field").select_option(label="own pattern")
    own = sheet.get_by_label("Pattern, a regular expression")
    expect(own).to_be_focused()
    own.fill(r"20\d\d")
    with sheet.expect_request("**/v1/read?field=*") as asked:
        own.press("Enter")
    assert unquote(asked.value.url).endswith(r"?field=regex:20\d\d")
    sheet.get_by_label("Field").select_option(label="so many digits")
    sheet.get_by_label("How many digits").fill("2-6")
    with sheet.expect_request("**/v1/read?field=*") as asked:
        sheet.keyboard.press("Tab")
    assert unquote(asked.value.url).endswith("?field=digits:2-6")
    sheet.get_by_label("Field").select_option(label="own pattern")
    expect(own).to_have_value(r"20\d\d")  # each kind remembers what was written
    number_settled(sheet)
    assert printed(sheet) == "2026"


def test_a_field_helps_to_read(sheet: Page):
    sheet.get_by_label("Field").select_option(label="so many digits")
    expect(sheet.get_by_label("How many digits")).to_have_value("4")
    write(sheet, "2026")
    assert number_settled(sheet) == "ok"
    assert printed(sheet) == "2026"


def test_a_field_that_is_none_is_said_in_words(at_numbers: Visit):
    page = at_numbers.page
    at_numbers.expects_refusals = True
    write(page, "26")
    number_settled(page)
    page.get_by_label("Field").select_option(label="own pattern")
    own = page.get_by_label("Pattern, a regular expression")
    own.fill("2(")
    own.press("Enter")
    expect(page.locator("#reply")).to_have_attribute("data-status", "bad_field")
    assert "is no regular expression" in said(page)
    assert "Give digits:4" in said(page)
    own.fill(r"2\d")
    own.press("Enter")
    expect(page.locator("#reply")).to_have_attribute("data-status", "ok")
    assert printed(page) == "26"
