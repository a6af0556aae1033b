"""Undo, Clear, Recognise and the keys that do the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.chromium import draw, settled
from tests.browser.conftest import Visit
from tests.browser.strokes import DIGITS

pytestmark = pytest.mark.browser


def sheet_says(page: Page, what: str) -> None:
    expect(page.locator("#pad")).to_have_attribute("aria-label", f"Drawing area, {what}")


def status_is(page: Page, status: str) -> None:
    expect(page.locator("#answer")).to_have_attribute("data-status", status)


def test_undo_takes_back_a_stroke_at_a_time(page: Page):
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_attribute("aria-disabled", "true")
    draw(page, DIGITS[4])
    sheet_says(page, "2 strokes")
    undo.click()
    sheet_says(page, "one stroke")
    undo.click()
    sheet_says(page, "nothing drawn yet")
    status_is(page, "waiting")
    expect(undo).to_have_attribute("aria-disabled", "true")
    undo.click(force=True)  # nothing left: nothing happens
    sheet_says(page, "nothing drawn yet")


def test_undo_changes_the_answer(page: Page):
    draw(page, [*DIGITS[1], *[[(0.2, 0.8), (0.5, 0.8), (0.8, 0.8)], [(0.2, 0.2), (0.8, 0.6), (0.3, 0.9)]]])
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("1")


@pytest.mark.parametrize("way", ["button", "key"])
def test_clear_and_its_undo(page: Page, way: str):
    draw(page, DIGITS[4])
    assert settled(page) == "ok"
    if way == "button":
        page.get_by_role("button", name="Clear").click()
    else:
        page.keyboard.press("Escape")
    sheet_says(page, "nothing drawn yet")
    status_is(page, "waiting")
    expect(page.get_by_text("Draw a digit", exact=True)).to_be_visible()
    page.keyboard.press("Control+z")
    sheet_says(page, "2 strokes")
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("4")


@pytest.mark.parametrize("keys", ["Control+z", "Meta+z"])
def test_undo_by_key(page: Page, keys: str):
    draw(page, DIGITS[5])
    page.keyboard.press(keys)
    sheet_says(page, "one stroke")


def test_escape_under_a_moving_pen(page: Page):
    draw(page, DIGITS[7], lift=False)
    page.keyboard.press("Escape")
    page.mouse.move(300, 300)
    page.mouse.up()
    sheet_says(page, "nothing drawn yet")
    draw(page, DIGITS[3])
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("3")


def test_enter_recognises(visit: Callable[..., Visit]):
    seen = visit()
    page = seen.page
    draw(page, DIGITS[9])
    assert settled(page) == "ok"
    asked = len(seen.questions)
    with page.expect_response("**/v1/predict"):
        page.keyboard.press("Enter")
    assert len(seen.questions) == asked + 1


def test_enter_on_a_button_presses_that_button(visit: Callable[..., Visit]):
    seen = visit()
    page = seen.page
    draw(page, DIGITS[9])
    assert settled(page) == "ok"
    asked = len(seen.questions)
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Enter")
    sheet_says(page, "nothing drawn yet")
    status_is(page, "waiting")
    assert len(seen.questions) == asked


def test_a_button_pressed_before_does_not_keep_enter(page: Page):
    page.get_by_role("button", name="Clear").click()
    draw(page, DIGITS[9])
    assert settled(page) == "ok"
    with page.expect_response("**/v1/predict"):
        page.keyboard.press("Enter")
    sheet_says(page, "one stroke")


def test_recognise_on_the_pen_slider_too(page: Page):
    page.get_by_role("slider", name="Pen").focus()
    with page.expect_response("**/v1/predict"):
        page.keyboard.press("Enter")
    assert settled(page) == "empty"


def test_everything_is_reached_by_tab(page: Page):
    names = []
    for _ in range(15):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.value || document.activeElement.textContent"
            )
        )
        # The frame drawn round the sheet belongs to the section around the canvas.
        outline = "getComputedStyle(document.activeElement.closest('.sheet') ?? document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid"
    rooms = ["Inside", "Learn", "Literature"]
    sheet = ["digit", "pad", "undo", "clear", "recognise", "width", "choose", "hand"]
    assert names == [*rooms, *sheet, *rooms, "Use it from a program"]
