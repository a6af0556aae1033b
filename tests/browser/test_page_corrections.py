"""Saying what is right where an answer was wrong, in both modes, and what is said when it cannot be kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.chromium import draw, serving, settled
from tests.browser.conftest import Visit
from tests.browser.number_mode import ROWS, TEXTS, compose, number_settled, save, write
from tests.browser.strokes import DIGITS
from tests.browser.test_page_answers import answering
from tests.browser.test_page_drawing import said
from tests.browser.test_page_looks import CONTRASTS

pytestmark = pytest.mark.browser


@pytest.fixture
def seen(visit: Callable[..., Visit], keeping: str) -> Visit:
    return visit(url=keeping)


@pytest.fixture
def at_numbers(visit: Callable[..., Visit], keeping: str) -> Visit:
    return visit(url=f"{keeping}#number")


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(compose(ROWS)[0], tmp_path_factory.mktemp("pages") / "meters.jpg", quality=92)


def choice(page: Page, what: str) -> Locator:
    """The button that says what it is."""
    return page.get_by_role("button", name=f"It is {what}", exact=True)


def sent(seen: Visit) -> list[dict[str, Any]]:
    """The corrections that were sent."""
    return [json.loads(one.post_data or "") for one in seen.questions if one.url.endswith("/v1/feedback")]


def kept(address: str, answer: str) -> list[dict[str, Any]]:
    """What the server has noted of an answer."""
    listed = httpx.get(f"{address}/v1/feedback", params={"most": 1000}).json()["corrections"]
    return [one for one in listed if one["answer"] == answer]


def thanked(page: Page, what: str, region: str = "#sentence") -> None:
    expect(page.locator(region)).to_contain_text(f"Thank you: noted as {what}.")


def drawn(page: Page, digit: int) -> None:
    draw(page, DIGITS[digit])
    assert settled(page) == "ok"


def test_a_wrong_answer_is_put_right(seen: Visit, keeping: str):
    page = seen.page
    expect(page.locator("#fix")).to_be_hidden()
    drawn(page, 7)
    expect(page.get_by_role("group", name="Wrong? It is")).to_be_visible()
    choice(page, "a 1").click()
    thanked(page, "a 1")
    assert said(page) == "Thank you: noted as a 1. If that was not meant, press another."
    expect(page.locator("#digit")).to_have_text("7")  # the answer itself stays
    expect(choice(page, "a 1")).to_have_attribute("aria-pressed", "true")
    (correction,) = sent(seen)
    assert set(correction) == {"id", "digit"}
    (noted,) = kept(keeping, correction["id"])
    assert (noted["was"], noted["value"], noted["state"]) == ("7", "1", "waiting")


def test_the_last_one_pressed_counts(seen: Visit, keeping: str):
    page = seen.page
    drawn(page, 7)
    choice(page, "a 1").click()
    choice(page, "an 8").click()
    choice(page, "no digit").click()
    thanked(page, "no digit")
    assert [one["digit"] for one in sent(seen)] == [1, 8, None]
    (noted,) = kept(keeping, sent(seen)[0]["id"])
    assert noted["value"] == ""
    expect(page.locator("#fix [aria-pressed=true]")).to_have_text("no digit")


def test_the_line_goes_when_the_drawing_changes(seen: Visit):
    page = seen.page
    line = page.locator("#fix")
    drawn(page, 1)
    expect(line).to_be_visible()
    choice(page, "a 7").click()
    thanked(page, "a 7")
    draw(page, [DIGITS[7][0][:4]], lift=False)
    expect(line).to_be_hidden()
    page.mouse.up()
    expect(line).to_be_visible()
    expect(page.locator("#fix [aria-pressed=true]")).to_have_count(0)  # it is another answer
    page.keyboard.press("Escape")
    expect(line).to_be_hidden()
    page.keyboard.press("Enter")
    assert settled(page) == "empty"
    expect(line).to_be_hidden()  # nobody needs to say that a blank sheet is blank


def test_by_keyboard(seen: Visit):
    page = seen.page
    drawn(page, 9)
    asked = len(seen.questions)
    page.locator("#pad").focus()
    for _ in range(6):  # past "Why?" and the digits before it
        page.keyboard.press("Tab")
    expect(choice(page, "a 4")).to_be_focused()
    page.keyboard.press("Enter")
    thanked(page, "a 4")
    expect(choice(page, "a 4")).to_be_focused()
    assert len(seen.questions) == asked + 1  # and nothing was read again


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_fingers_have_room(visit: Callable[..., Visit], keeping: str, width: int):
    seen = visit(url=keeping, width=width, height=800, has_touch=True)
    page = seen.page
    drawn(page, 3)
    # Beside the sheet the line is inside the answer's page; on a phone it is below the buttons, which stay in reach.
    frame = page.locator(".answer" if width >= 768 else "main").bounding_box()
    assert frame is not None
    for button in page.locator("#fix button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        assert box["y"] + box["height"] <= frame["y"] + frame["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    choice(page, "an 8").tap()
    thanked(page, "an 8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_legible(visit: Callable[..., Visit], keeping: str, scheme: str):
    page = visit(url=keeping, color_scheme=scheme).page
    drawn(page, 2)
    choice(page, "a 3").click()
    thanked(page, "a 3")
    assert [(text, ratio) for text, ratio in page.evaluate(CONTRASTS) if ratio < 4.5] == []


def test_an_answer_that_is_not_kept(seen: Visit):
    seen.expects_refusals = True
    answering(seen.page, "not_a_digit")
    draw(seen.page, DIGITS[7])
    settled(seen.page)
    expect(seen.page.get_by_role("group", name="It is")).to_be_visible()
    choice(seen.page, "a 7").click()
    expect(seen.page.locator("#sentence")).to_contain_text("This answer is no longer kept")
    assert said(seen.page).endswith("Press Recognise, then correct the new answer.")
    expect(seen.page.locator("#fix [aria-pressed=true]")).to_have_count(0)


def test_a_correction_that_was_reviewed_already(seen: Visit, keeping: str):
    seen.expects_refusals = True
    page = seen.page
    drawn(page, 7)
    choice(page, "a 1").click()
    thanked(page, "a 1")
    (noted,) = kept(keeping, sent(seen)[0]["id"])
    httpx.post(
        f"{keeping}/v1/feedback/{noted['id']}/review", json={"accept": True, "said": noted["value"]}
    ).raise_for_status()
    choice(page, "a 2").click()
    expect(page.locator("#sentence")).to_have_text("This has been reviewed already, and stays as it was decided. ")
    expect(choice(page, "a 1")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    ("status", "code", "sentence", "stays"),
    [
        (422, "invalid_input", "This cannot be noted. Give digits only, as many as the number has.", True),
        (429, "busy", "Tenfold has too much to do just now. Wait a moment, then send it again.", True),
        (500, "internal_error", "Something went wrong inside Tenfold; nothing was noted. Send it again.", True),
        (
            503,
            "store_unavailable",
            "Corrections cannot be kept at the moment. Everything else goes on; try it again later.",
            False,
        ),
    ],
)
def test_a_server_in_trouble(seen: Visit, status: int, code: str, sentence: str, stays: bool):
    seen.expects_refusals = True
    page = seen.page
    error = {"error": {"code": code, "message": "No.", "hint": ""}}
    page.route("**/v1/feedback", lambda route: route.fulfill(status=status, json=error))
    drawn(page, 7)
    choice(page, "a 1").click()
    expect(page.locator("#sentence")).to_have_text(sentence)
    expect(page.locator("#fix")).to_be_visible(visible=stays)
    page.unroute_all()
    page.keyboard.press("Escape")
    drawn(page, 7)
    choice(page, "a 1").click()  # the next answer is offered again
    thanked(page, "a 1")


def test_a_server_that_is_gone(seen: Visit):
    seen.expects_refusals = True
    page = seen.page
    drawn(page, 7)
    page.route("**/v1/feedback", lambda route: route.abort())
    choice(page, "a 1").click()
    expect(page.locator("#sentence")).to_contain_text("Tenfold does not answer; nothing was noted.")
    page.unroute_all()
    choice(page, "a 1").click()
    thanked(page, "a 1")


def test_a_server_that_keeps_nothing_says_so_once(visit: Callable[..., Visit]):
    with serving(TENFOLD_DATABASE="none") as (address, _):
        seen = visit(url=address)
        seen.expects_refusals = True
        page = seen.page
        drawn(page, 7)
        choice(page, "a 1").click()
        expect(page.locator("#sentence")).to_have_text("This server keeps no corrections. Everything else goes on.")
        expect(page.locator("#fix")).to_be_hidden()
        page.keyboard.press("Escape")
        drawn(page, 3)
        expect(page.locator("#fix")).to_be_hidden()
        assert said(page).startswith("This is a 3.")
        page.goto(f"{address}/review")
        expect(page.get_by_text("This server keeps no corrections, so there is nothing to review.")).to_be_visible()


def test_a_written_number_is_put_right(at_numbers: Visit, keeping: str):
    page = at_numbers.page
    line = page.locator("#number-fix")
    expect(line).to_be_hidden()
    write(page, "2026")
    assert number_settled(page) == "ok"
    field = page.get_by_role("textbox", name="What the number is")
    expect(field).to_have_value("2026")
    field.fill("202b")
    field.press("Enter")
    region = page.locator("#number-sentence")
    expect(region).to_contain_text("A correction is made of digits only.")
    assert sent(at_numbers) == []
    field.fill("2028")
    assert sent(at_numbers) == []  # not at every key
    field.press("Enter")
    thanked(page, "2028", "#number-sentence")
    (correction,) = sent(at_numbers)
    assert correction["value"] == "2028"
    (noted,) = kept(keeping, correction["id"])
    assert (noted["task"], noted["was"], noted["value"]) == ("number", "2026", "2028")
    field.fill("2020")
    page.get_by_role("button", name="Send correction").click()
    thanked(page, "2020", "#number-sentence")
    assert [one["value"] for one in kept(keeping, correction["id"])] == ["2020"]
    page.get_by_role("button", name="Undo").click()
    number_settled(page)
    expect(field).to_have_value("202")  # of the next answer
    page.keyboard.press("Escape")
    expect(line).to_be_hidden()


def test_a_number_of_a_picture_is_put_right(at_numbers: Visit, keeping: str, photo: Path):
    page = at_numbers.page
    page.locator("#file").set_input_files(photo)
    number_settled(page)
    expect(page.locator("#number-fix")).to_be_hidden()  # they are put right in the list
    entries, inputs = page.locator(".entry"), page.locator("#list input")
    inputs.nth(1).fill("483")
    assert sent(at_numbers) == []
    inputs.nth(1).press("Enter")
    thanked(page, "483", "#number-sentence")
    expect(inputs.nth(2)).to_be_focused()
    expect(entries.nth(1).locator(".more")).to_contain_text(f"Read as {TEXTS[1]}, noted as 483.")
    inputs.nth(2).fill("7 6")
    send = page.get_by_role("button", name="Send correction, number 3")
    expect(entries.nth(2).locator(".more")).to_contain_text("Send correction")
    send.click()
    thanked(page, "76", "#number-sentence")
    expect(inputs.nth(2)).to_be_focused()
    expect(send).to_be_hidden()
    assert [one["value"] for one in sent(at_numbers)] == ["483", "76"]
    assert [kept(keeping, one["id"])[0]["was"] for one in sent(at_numbers)] == TEXTS[1:3]
    inputs.nth(3).press("Enter")  # untouched: nothing to send
    inputs.nth(4).fill("61?2")
    inputs.nth(4).press("Enter")
    expect(page.locator("#number-sentence")).to_contain_text("A correction is made of digits only.")
    inputs.nth(4).fill("")
    page.get_by_role("button", name="Send: no number, number 5").click()
    thanked(page, "no number", "#number-sentence")
    assert [one["value"] for one in sent(at_numbers)] == ["483", "76", ""]


def test_a_list_where_nothing_is_kept(at_numbers: Visit, photo: Path):
    at_numbers.expects_refusals = True
    page = at_numbers.page
    error = {"error": {"code": "no_store", "message": "No.", "hint": ""}}
    page.route("**/v1/feedback", lambda route: route.fulfill(status=503, json=error))
    page.locator("#file").set_input_files(photo)
    number_settled(page)
    inputs = page.locator("#list input")
    inputs.nth(0).fill("1999")
    inputs.nth(0).press("Enter")
    expect(page.locator("#number-sentence")).to_have_text("This server keeps no corrections. Everything else goes on.")
    inputs.nth(1).fill("481")
    inputs.nth(1).press("Enter")
    expect(inputs.nth(2)).to_be_focused()
    expect(page.get_by_role("button", name="Take it back")).to_have_count(2)  # the list itself works on
    expect(page.get_by_role("button", name="Send correction")).to_have_count(0)
    assert len(sent(at_numbers)) == 1
