"""A server with a token: asked for once, remembered in the tab, and sent along with everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.chromium import draw, serving, settled
from tests.browser.conftest import Visit
from tests.browser.strokes import DIGITS
from tests.browser.test_page_drawing import said
from tests.browser.test_page_looks import CONTRASTS, keep

pytestmark = pytest.mark.browser

TOKEN = "open-sesame-0123456789"
BEARER = f"Bearer {TOKEN}"
WRONG = "That is not the token of this server. Look whether it was copied whole, and try again."


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("guarded")
    settings = {"TENFOLD_DATABASE": f"sqlite:///{folder / 'kept.db'}", "TENFOLD_KEEP_PICTURES_DAYS": "1"}
    with serving(TENFOLD_TOKEN=TOKEN, **settings) as (address, _):
        yield address


@pytest.fixture
def seen(visit: Callable[..., Visit], guarded: str) -> Visit:
    visit = visit(url=guarded)
    visit.expects_refusals = True
    return visit


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Token")


def enter(page: Page, token: str) -> None:
    field = dialog(page).get_by_label("Token", exact=True)
    field.wait_for()  # however busy the machine is
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    field.fill(token)
    field.press("Enter")


def test_it_is_asked_for_once_and_remembered(seen: Visit, guarded: str):
    page = seen.page
    expect(dialog(page)).to_be_hidden()
    draw(page, DIGITS[7])
    expect(dialog(page)).to_contain_text("a password that whoever runs it gave out")
    enter(page, "another-token-that-is-wrong")
    expect(dialog(page).get_by_role("alert")).to_have_text(WRONG)
    enter(page, "pässwörd")  # cannot be one
    expect(dialog(page).get_by_role("alert")).to_have_text(WRONG)
    enter(page, TOKEN)
    expect(dialog(page)).to_be_hidden()
    expect(page.locator("#digit")).to_have_text("7")
    before = len(seen.requests)
    page.get_by_role("button", name="It is a 1", exact=True).click()
    expect(page.locator("#sentence")).to_contain_text("Thank you: noted as a 1.")
    page.reload()
    draw(page, DIGITS[3])
    assert settled(page) == "ok"
    page.goto(f"{guarded}#number")
    page.goto(f"{guarded}/review")
    expect(page.get_by_role("img", name="The picture that is said to be a 1")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Accepted as a 1.")
    expect(dialog(page)).to_have_count(0)
    asked = [request for request in seen.requests[before:] if "/v1/" in request.url]
    assert {request.url.split("/v1/")[1].split("?")[0].rsplit("/", 1)[-1] for request in asked} == {
        "feedback", "predict", "picture", "review",
    }  # fmt: skip
    assert {request.headers.get("authorization") for request in asked} == {BEARER}
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert TOKEN not in page.content()


def test_it_is_not_asked_for_under_a_moving_pen(seen: Visit):
    page = seen.page
    with page.expect_response("**/v1/predict"):
        draw(page, DIGITS[7], lift=False)
    page.wait_for_timeout(300)
    expect(dialog(page)).to_be_hidden()
    page.mouse.up()
    enter(page, TOKEN)
    assert settled(page) == "ok"
    expect(page.locator("#pad")).to_have_attribute("aria-label", "Drawing area, one stroke")


def test_who_has_none_is_not_asked_again_and_again(seen: Visit):
    page = seen.page
    draw(page, DIGITS[7])
    dialog(page).get_by_role("button", name="Not now").click()
    assert settled(page) == "locked"
    assert said(page) == "This server answers those who bring its token. Press Recognise to enter it."
    page.keyboard.press("Escape")
    with page.expect_response("**/v1/predict"):
        draw(page, DIGITS[1])
    assert settled(page) == "locked"
    expect(dialog(page)).to_be_hidden()
    page.get_by_role("button", name="Recognise").click()
    enter(page, TOKEN)
    expect(page.locator("#digit")).to_have_text("1")


def test_escape_closes_the_dialog_and_keeps_the_drawing(seen: Visit):
    page = seen.page
    draw(page, DIGITS[7])
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    assert settled(page) == "locked"
    expect(page.locator("#pad")).to_have_attribute("aria-label", "Drawing area, one stroke")


def test_the_review_asks_too(visit: Callable[..., Visit], guarded: str):
    strokes = [{"x": [x for x, _ in stroke], "y": [y for _, y in stroke]} for stroke in DIGITS[9]]
    with httpx.Client(base_url=guarded, headers={"authorization": BEARER}) as asking:
        answer = asking.post("/v1/predict", json={"strokes": strokes}).raise_for_status().json()
        asking.post("/v1/feedback", json={"id": answer["id"], "digit": 4}).raise_for_status()
    seen = visit(url=f"{guarded}/review")
    seen.expects_refusals = True
    page = seen.page
    dialog(page).get_by_role("button", name="Not now").click()
    expect(page.get_by_text("The review is open to those who bring the token of this server.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    enter(page, TOKEN)
    expect(page.get_by_role("img", name="The picture that is said to be a 4")).to_be_visible()


def test_where_no_token_would_help_none_is_asked_for(visit: Callable[..., Visit], guarded: str):
    seen = visit(url=guarded)
    seen.expects_refusals = True
    page = seen.page
    message = "Corrections are reviewed over the network with a token only."
    error = {"error": {"code": "unauthorized", "message": message, "hint": "Set TENFOLD_TOKEN."}}
    page.route("**/v1/feedback?*", lambda route: route.fulfill(status=401, json=error))
    page.goto(f"{guarded}/review")
    expect(page.get_by_text(f"{message} Set TENFOLD_TOKEN.")).to_be_visible()
    expect(dialog(page)).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_dialog_fits_and_is_legible(visit: Callable[..., Visit], guarded: str, width: int):
    seen = visit(url=guarded, width=width, height=640)
    seen.expects_refusals = True
    page = seen.page
    draw(page, DIGITS[7])
    enter(page, "wrong")
    expect(dialog(page).get_by_role("alert")).to_have_text(WRONG)
    keep(page, f"token-{width}-{{}}")
    box = dialog(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 640
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert [(text, ratio) for text, ratio in page.evaluate(CONTRASTS) if ratio < 4.5] == []
