"""What number mode makes of each answer, whatever the reader: answers are put in the server's mouth."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit
from tests.browser.number_mode import answering, number, number_settled, write
from tests.browser.test_page_drawing import said

pytestmark = pytest.mark.browser


@pytest.fixture
def sheet(visit: Callable[..., Visit], address: str) -> Page:
    return visit(url=f"{address}#number").page


def numerals(page: Page) -> list[str]:
    return page.locator("#figures .numeral").all_text_contents()


def test_a_doubtful_digit_is_marked_and_others_are_listed(sheet: Page):
    doubtful = number(
        "20?6", "2026", 0.62, (100, 90, 800, 300), sure=[0.9996, 0.98, 0.66, 1.0],
        others={"2086": 0.31, "226": 0.02, "2028": 0.0001},
    )  # fmt: skip
    answering(sheet, "uncertain", [doubtful])
    write(sheet, "26")
    assert number_settled(sheet) == "uncertain"
    assert numerals(sheet) == ["2", "0", "2?", "6"]
    expect(sheet.locator("#figures .doubtful")).to_have_count(1)
    # Never rounded up to certainty.
    assert sheet.locator("#figures .value").all_text_contents() == ["99", "98", "66", "99"]
    assert sheet.locator("#figures .unseen").all_text_contents() == [
        "2: over 99.9\u202f%", "0: 98.0\u202f%", "2: 66.0\u202f%, doubtful", "6: over 99.9\u202f%",
    ]  # fmt: skip
    expect(sheet.locator("#number-sure")).to_have_text("62.0\u202f% sure")
    assert said(sheet) == "Is this 2026? Write what is marked ? a little more clearly."
    assert sheet.locator("#others li").all_text_contents() == ["2086 31.0\u202f%", "226 2.0\u202f%"]


def test_separators_stand_between_the_digits(sheet: Page):
    amount = number("$1,250.?0", "125000", 0.8, (100, 90, 800, 300), others={"125060": 0.1})
    answering(sheet, "ok", [amount])
    write(sheet, "26")
    number_settled(sheet)
    assert numerals(sheet) == ["$", "1", ",", "2", "5", "0", ".", "0?", "0"]
    expect(sheet.locator("#figures .value")).to_have_count(6)
    assert said(sheet).startswith("Is this $1,250.00?")
    expect(sheet.locator("#others li")).to_have_text("$1,250.60 10.0\u202f%")


def test_several_numbers_are_told_apart(sheet: Page):
    numbers = [number("12", "12", 0.99, (90, 90, 200, 200)), number("7", "7", 0.9, (500, 90, 99, 200))]
    answering(sheet, "ok", numbers)
    write(sheet, "26")
    assert number_settled(sheet) == "ok"
    expect(sheet.locator(".figure")).to_have_count(2)
    assert said(sheet) == "These are 2 numbers: 12 and 7."
    expect(sheet.locator("#number-sure")).to_have_text("")


def test_what_is_said_of_the_check_digit_is_passed_on(sheet: Page):
    note = "The check digit is wrong: a digit was misread or miswritten."
    answering(sheet, "ok", [number("79927398710", "79927398710", 0.9, (9, 90, 800, 99), note=note)])
    write(sheet, "26")
    number_settled(sheet)
    assert said(sheet) == f"This is 79927398710. {note}"


def test_every_status_has_its_own_sentence_and_sign(sheet: Page):
    sentences, signs = set(), set()
    for status in ("empty", "not_a_digit"):
        answering(sheet, status)
        write(sheet, "2")
        assert number_settled(sheet) == status
        sentences.add(said(sheet))
        signs.add(sheet.locator("#figures use").get_attribute("href"))
        sheet.keyboard.press("Escape")
    assert len(sentences) == len(signs) == 2
    assert all(sentence.count(". ") == 1 and sentence.endswith(".") for sentence in sentences)


def test_what_does_not_fit_the_field_is_told_so(sheet: Page):
    sheet.get_by_label("Field").select_option(label="zip code")
    answering(sheet, "not_a_digit")
    write(sheet, "2")
    assert number_settled(sheet) == "not_a_digit"
    assert said(sheet).endswith("Write it as the chosen field has it, or choose “any number”.")


@pytest.mark.parametrize(
    ("http", "status", "sentence"),
    [
        (503, "busy", "Tenfold has too much to do just now. Wait a moment, then press Recognise."),
        (429, "busy", "Tenfold has too much to do just now. Wait a moment, then press Recognise."),
        (500, "failed", "Something went wrong inside Tenfold. Press Recognise to try again."),
    ],
)
def test_a_server_in_trouble(visit: Callable[..., Visit], address: str, http: int, status: str, sentence: str):
    seen = visit(url=f"{address}#number")
    seen.expects_refusals = True
    error = {"error": {"code": status, "message": "No.", "hint": ""}}
    seen.page.route("**/v1/read", lambda route: route.fulfill(status=http, json=error))
    write(seen.page, "7")
    assert number_settled(seen.page) == status
    assert said(seen.page) == sentence
    seen.page.unroute_all()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#figures .numeral")).to_have_text("7")


def test_a_server_that_is_gone(visit: Callable[..., Visit], address: str):
    seen = visit(url=f"{address}#number")
    seen.expects_refusals = True
    seen.page.route("**/v1/read", lambda route: route.abort())
    write(seen.page, "7")
    assert number_settled(seen.page) == "unreachable"
    assert said(seen.page).startswith("Tenfold does not answer.")


def test_a_question_about_what_is_gone_is_given_up(sheet: Page):
    held = []
    sheet.route("**/v1/read", lambda route: held.append(route))
    with sheet.expect_event("requestfailed") as given_up:
        write(sheet, "7")
        sheet.keyboard.press("Escape")
    assert given_up.value.failure == "net::ERR_ABORTED"
    expect(sheet.locator("#reply")).to_have_attribute("data-status", "waiting")
    sheet.unroute("**/v1/read")
    write(sheet, "2")
    assert number_settled(sheet) == "ok"
    assert numerals(sheet) == ["2"]
