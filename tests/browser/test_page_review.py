"""The page for reviewing: corrections with their pictures, decided by keys and buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.browser.chromium import draw, settled
from tests.browser.conftest import Visit
from tests.browser.number_mode import number_settled, write
from tests.browser.strokes import DIGITS, TEN, Polyline
from tests.browser.test_page_looks import CONTRASTS, keep

pytestmark = pytest.mark.browser

EMPTY = "Nothing waits for review. When somebody says that an answer was wrong, it appears here."


@pytest.fixture(autouse=True)
def nothing_waits(keeping: str) -> None:
    """What other tests left is decided."""
    for one in listed(keeping):
        decide(keeping, one["id"], accept=False)


@pytest.fixture
def seen(visit: Callable[..., Visit], keeping: str) -> Visit:
    return visit(url=keeping)


def listed(address: str, state: str = "waiting") -> list[dict[str, Any]]:
    answer = httpx.get(f"{address}/v1/feedback", params={"state": state, "most": 1000}).raise_for_status()
    return answer.json()["corrections"]


def one_of(address: str, id: str, state: str) -> dict[str, Any]:
    (found,) = [one for one in listed(address, state) if one["id"] == id]
    return found


def decide(address: str, id: str, accept: bool) -> None:
    verdict = {"accept": accept, "said": one_of(address, id, "waiting")["value"]}
    httpx.post(f"{address}/v1/feedback/{id}/review", json=verdict).raise_for_status()


def corrected(address: str, strokes: list[Polyline], path: str = "predict", **said: Any) -> str:
    """Let something be read and corrected; gives the correction's id."""
    ink = [{"x": [x for x, _ in stroke], "y": [y for _, y in stroke]} for stroke in strokes]
    answer = httpx.post(f"{address}/v1/{path}", json={"strokes": ink}).raise_for_status().json()
    told = httpx.post(f"{address}/v1/feedback", json={"id": answer["id"], **said}).raise_for_status()
    return str(told.json()["id"])


def at_review(page: Page, address: str, state: str = "") -> None:
    page.goto(f"{address}/review{state}")
    page.wait_for_selector("#item:not([hidden]), #nothing:not([hidden])")


def shows(page: Page, said: str) -> None:
    expect(page.get_by_role("heading", level=2).first).to_have_text(f"said to be {said}")


def news(page: Page, text: str) -> None:
    expect(page.get_by_role("status")).to_have_text(text)


def counts(page: Page) -> list[int]:
    """How many wait, are accepted, are rejected."""
    return [int(number) for number in re.findall(r"\d+", page.locator("#counts").text_content() or "")]


def test_from_the_drawing_to_the_decision(seen: Visit, keeping: str):
    page = seen.page
    draw(page, DIGITS[7])
    assert settled(page) == "ok"
    page.get_by_role("button", name="It is a 1", exact=True).click()
    expect(page.locator("#sentence")).to_contain_text("Thank you")
    page.get_by_role("link", name="Review corrections").click()
    shows(page, "1")
    expect(page.locator("#was")).to_have_text(re.compile(r"^Tenfold read 7 \((over )?\d\d\.\d\s%\)\.$"))
    expect(page.get_by_role("list", name="Why it is to be looked at")).to_contain_text("Tenfold was sure")
    expect(page.locator("#from")).to_have_text(
        re.compile(r"^Sent on \d+ \w+ \d{4}, \d\d:\d\d by client [0-9a-f]{8}; read by digit@[0-9a-f]{8}\.$")
    )
    picture = page.get_by_role("img", name="The picture that is said to be a 1")
    expect(picture).to_be_visible()
    assert picture.get_attribute("src").startswith("blob:")
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 28
    assert picture.evaluate("one => getComputedStyle(one).imageRendering") == "pixelated"
    waiting, accepted, rejected = counts(page)
    assert waiting == 1
    page.keyboard.press("Enter")
    news(page, "Accepted as a 1.")
    expect(page.get_by_text(EMPTY)).to_be_visible()
    assert counts(page) == [0, accepted + 1, rejected]
    page.get_by_role("link", name="Back to the page").click()
    expect(page.get_by_text("Draw a digit", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("keys", "text", "state", "final"),
    [
        (["a"], "Accepted as a 4.", "accepted", "4"),
        (["r"], "Rejected.", "rejected", None),
        (["Delete"], "Rejected.", "rejected", None),
        (["8"], "Accepted as an 8.", "accepted", "8"),
        (["n"], "Accepted as no digit.", "accepted", ""),
    ],
)
def test_decided_by_a_key(seen: Visit, keeping: str, keys: list[str], text: str, state: str, final: str | None):
    id = corrected(keeping, DIGITS[9], digit=4)
    at_review(seen.page, keeping)
    shows(seen.page, "4")
    for key in keys:
        seen.page.keyboard.press(key)
    news(seen.page, text)
    expect(seen.page.get_by_text(EMPTY)).to_be_visible()
    assert one_of(keeping, id, state)["final"] == final


@pytest.mark.parametrize(
    ("button", "text"),
    [
        ("Accept: 4", "Accepted as a 4."),
        ("Reject", "Rejected."),
        ("Accept as a 5", "Accepted as a 5."),
        ("Accept as no digit", "Accepted as no digit."),
    ],
)
def test_decided_by_a_button(seen: Visit, keeping: str, button: str, text: str):
    corrected(keeping, DIGITS[9], digit=4)
    at_review(seen.page, keeping)
    seen.page.get_by_role("button", name=button, exact=True).click()
    news(seen.page, text)
    expect(seen.page.get_by_text(EMPTY)).to_be_visible()


def test_the_worst_comes_first_and_moving_decides_nothing(seen: Visit, keeping: str):
    page = seen.page
    corrected(keeping, DIGITS[2], digit=2)  # nothing speaks against it
    corrected(keeping, DIGITS[7], digit=1)  # Tenfold was sure that it is another
    at_review(page, keeping)
    shows(page, "1")
    expect(page.locator("#place")).to_have_text("1 of 2")
    for forth, back in (("j", "k"), ("ArrowRight", "ArrowLeft"), ("ArrowDown", "ArrowUp")):
        page.keyboard.press(forth)
        shows(page, "2")
        page.keyboard.press(forth)  # there is none behind it
        shows(page, "2")
        page.keyboard.press(back)
        shows(page, "1")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#place")).to_have_text("2 of 2")
    page.get_by_role("button", name="Previous").click()
    shows(page, "1")
    assert counts(page)[0] == len(listed(keeping)) == 2
    page.keyboard.press("r")
    news(page, "Rejected.")
    shows(page, "2")


def test_enter_after_a_pressed_button_is_about_the_next_one(seen: Visit, keeping: str):
    page = seen.page
    first, second = (corrected(keeping, DIGITS[7], digit=1), corrected(keeping, DIGITS[2], digit=2))
    at_review(page, keeping)
    page.get_by_role("button", name="Reject").click()
    news(page, "Rejected.")
    shows(page, "2")
    page.keyboard.press("Enter")
    news(page, "Accepted as a 2.")
    assert one_of(keeping, first, "rejected")
    assert one_of(keeping, second, "accepted")


def test_a_key_held_down_decides_once(seen: Visit, keeping: str):
    page = seen.page
    corrected(keeping, DIGITS[7], digit=1)
    corrected(keeping, DIGITS[2], digit=2)
    at_review(page, keeping)
    for _ in range(5):
        page.keyboard.down("a")
    page.keyboard.up("a")
    news(page, "Accepted as a 1.")
    shows(page, "2")
    assert len(listed(keeping)) == 1


def test_two_reviewers(visit: Callable[..., Visit], keeping: str):
    corrected(keeping, DIGITS[7], digit=1)
    corrected(keeping, DIGITS[2], digit=2)
    one, other = visit(url=f"{keeping}/review"), visit(url=f"{keeping}/review")
    other.expects_refusals = True
    for tab in (one, other):
        shows(tab.page, "1")
    one.page.keyboard.press("Enter")
    news(one.page, "Accepted as a 1.")
    other.page.keyboard.press("r")
    news(other.page, "Somebody else has reviewed it meanwhile; here is the next.")
    shows(other.page, "2")
    assert counts(other.page) == [1, len(listed(keeping, "accepted")), len(listed(keeping, "rejected"))]


def test_a_number(seen: Visit, keeping: str):
    page = seen.page
    page.goto(f"{keeping}#number")
    write(page, "2026")
    assert number_settled(page) == "ok"
    page.get_by_role("textbox", name="What the number is").fill("2028")
    page.keyboard.press("Enter")
    expect(page.locator("#number-sentence")).to_contain_text("Thank you")
    at_review(page, keeping)
    shows(page, "2028")
    expect(page.locator("#was")).to_contain_text("Tenfold read 2026")
    expect(page.get_by_role("img", name="said to be 2028")).to_be_visible()
    expect(page.get_by_role("button", name="Accept as a 5")).to_be_hidden()
    page.keyboard.type("2020n")  # a digit begins to write it, and nothing else is a key then
    field = page.get_by_role("textbox", name="What the number is")
    expect(field).to_have_value("2020n")
    seen.expects_refusals = True
    page.keyboard.press("Enter")
    news(page, "This was not accepted: give digits only, as many as there are.")
    field.fill("2020")
    page.keyboard.press("Enter")
    news(page, "Accepted as 2020.")
    expect(page.get_by_text(EMPTY)).to_be_visible()


def test_what_is_no_number(seen: Visit, keeping: str):
    corrected(keeping, TEN, path="read", value="")
    at_review(seen.page, keeping)
    shows(seen.page, "no number")
    seen.page.get_by_role("button", name="no number", exact=True).click()
    news(seen.page, "Accepted as no number.")


def test_a_decision_is_changed(seen: Visit, keeping: str):
    page = seen.page
    id = corrected(keeping, DIGITS[9], digit=4)
    decide(keeping, id, accept=True)
    at_review(page, keeping)
    expect(page.get_by_text(EMPTY)).to_be_visible()
    page.get_by_text("Accepted", exact=True).click()
    expect(page).to_have_url(re.compile(r"/review#accepted$"))
    shows(page, "4")
    expect(page.locator("#decided")).to_have_text("Accepted as a 4.")
    page.keyboard.press("9")
    news(page, "Accepted as a 9.")
    shows(page, "4")  # it stays among the accepted
    expect(page.locator("#decided")).to_have_text("Accepted as a 9.")
    assert one_of(keeping, id, "accepted")["final"] == "9"
    page.keyboard.press("r")
    news(page, "Rejected.")
    assert one_of(keeping, id, "rejected")["final"] is None
    page.get_by_text("Rejected", exact=True).first.click()
    expect(page.locator("#decided")).to_have_text("Rejected.")
    expect(page.get_by_role("button", name="Reject", exact=True)).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Accept: 4").click()
    news(page, "Accepted as a 4.")
    page.go_back()
    expect(page.get_by_role("radio", name="Accepted")).to_be_checked()
    shows(page, "4")


def test_the_states_by_keyboard(seen: Visit, keeping: str):
    page = seen.page
    at_review(page, keeping)
    expect(page.get_by_text(EMPTY)).to_be_visible()
    page.get_by_role("radio", name="Waiting").focus()
    for state in ("Accepted", "Rejected", "Waiting"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("radio", name=state)).to_be_checked()
        expect(page.get_by_role("radio", name=state)).to_be_focused()
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("radio", name=state)).to_be_focused()


def test_the_keys_are_shown(seen: Visit, keeping: str):
    page = seen.page
    id = corrected(keeping, DIGITS[9], digit=4)
    at_review(page, keeping)
    shows(page, "4")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("r")  # not meant while they are read
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    assert one_of(keeping, id, "waiting")


def test_a_picture_that_is_not_kept(visit: Callable[..., Visit], address: str):
    corrected(address, DIGITS[9], digit=4)
    page = visit(url=f"{address}/review").page
    shows(page, "4")
    expect(page.get_by_text("The picture is not kept.", exact=True)).to_be_visible()
    expect(page.get_by_text("TENFOLD_KEEP_PICTURES_DAYS")).to_be_visible()
    expect(page.locator("#picture")).to_be_hidden()
    expect(page.get_by_text("No picture is kept.", exact=True)).to_be_visible()
    page.keyboard.press("r")
    news(page, "Rejected.")


def test_a_server_in_trouble(seen: Visit, keeping: str):
    seen.expects_refusals = True
    page = seen.page
    corrected(keeping, DIGITS[9], digit=4)
    error = {"error": {"code": "store_unavailable", "message": "No.", "hint": ""}}
    page.route("**/v1/feedback?*", lambda route: route.fulfill(status=503, json=error))
    page.route("**/v1/feedback/*/review", lambda route: route.abort())
    at_review(page, keeping)
    expect(page.get_by_text("The corrections cannot be reached at the moment. Try again later.")).to_be_visible()
    page.unroute("**/v1/feedback?*")
    page.get_by_role("button", name="Try again").click()
    shows(page, "4")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("Tenfold does not answer.")
    shows(page, "4")  # nothing is lost
    page.unroute_all()
    page.keyboard.press("a")
    news(page, "Accepted as a 4.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_legible(visit: Callable[..., Visit], keeping: str, scheme: str):
    corrected(keeping, DIGITS[9], digit=4)
    page = visit(url=f"{keeping}/review", color_scheme=scheme).page
    shows(page, "4")
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 20
    assert [(text, ratio) for text, ratio in contrasts if ratio < 4.5] == []


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (768, 1024), (1280, 800), (1920, 1080)])
def test_it_fits_the_screen(visit: Callable[..., Visit], keeping: str, width: int, height: int):
    corrected(keeping, DIGITS[9], digit=4)
    corrected(keeping, TEN, path="read", value="1234567890123456789012345678901234567890")
    page = visit(url=f"{keeping}/review", width=width, height=height, has_touch=width < 1000).page
    for place in range(2):
        expect(page.locator("#picture")).to_be_visible()
        keep(page, f"review-{width}-{{}}-{place}")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for button in page.locator("main button:visible, main input:visible, .switch label").all():
            box = button.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["height"] >= (40 if width < 1000 else 32)
        if width >= 1280:
            assert page.evaluate("document.documentElement.scrollHeight") <= height
        page.keyboard.press("j")
