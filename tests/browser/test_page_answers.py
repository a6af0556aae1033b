"""What the page makes of each answer, whatever the model: answers are put in the server's mouth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.chromium import draw, serving, settled
from tests.browser.conftest import Visit
from tests.browser.strokes import DIGITS
from tests.browser.test_page_drawing import said

from tenfold.types import STATUSES

pytestmark = pytest.mark.browser

NO_DIGIT = [status for status in STATUSES if status not in ("ok", "uncertain", "unreadable_image")]


def answering(page: Page, status: str, **fields: Any) -> None:
    """Let the server answer this to whatever is asked."""
    answer = {
        "id": "0" * 32, "status": status, "digit": None, "confidence": 0.0, "probabilities": [0.0] * 10,
        "alternatives": [], "reason": "because", "model": "digit@00000000", "saw": [0] * 784, "box": None, **fields,
    }  # fmt: skip
    page.unroute_all()

    def answer_route(route: Route) -> None:
        route.fulfill(json=answer)

    page.route("**/v1/predict", answer_route)


def test_uncertain_asks_with_the_two_best_guesses(page: Page):
    probabilities = [0.0] * 10
    probabilities[4], probabilities[9], probabilities[8] = 0.52, 0.42, 0.06
    guesses = [{"digit": digit, "probability": probabilities[digit]} for digit in (4, 9, 8)]
    answering(page, "uncertain", confidence=0.52, probabilities=probabilities, alternatives=guesses)
    draw(page, DIGITS[9])
    assert settled(page) == "uncertain"
    assert page.locator("#digit").text_content() == "4or9?"
    assert said(page) == "Is this a 4 or a 9? Draw it a little more clearly."
    expect(page.locator("#sure")).to_have_text("4: 52.0\u202f%, 9: 42.0\u202f%")
    expect(page.locator(".best .name")).to_have_text("4")


def test_every_status_has_its_own_sentence_and_sign(page: Page):
    sentences, signs = set(), set()
    for status in NO_DIGIT:
        answering(page, status)
        draw(page, DIGITS[9])
        assert settled(page) == status
        sentences.add(said(page))
        signs.add(page.locator("#digit use").get_attribute("href"))
        expect(page.locator("#sure")).to_have_text("")
        page.keyboard.press("Escape")
    assert len(sentences) == len(signs) == len(NO_DIGIT)
    # Each says what it is, and what to do.
    assert all(sentence.count(". ") == 1 and sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "over 99.9\u202f% sure"),
        (0.9994, "99.9\u202f% sure"),
        (0.994, "99.4\u202f% sure"),
        (0.7, "70.0\u202f% sure"),
    ],
)
def test_confidence_is_never_rounded_up_to_certainty(page: Page, probability: float, text: str):
    probabilities = [0.0] * 10
    probabilities[8], probabilities[3] = probability, 1 - probability
    second = {"digit": 3, "probability": 1 - probability}
    answering(page, "ok", digit=8, confidence=probability, probabilities=probabilities, alternatives=[second])
    draw(page, DIGITS[8])
    assert settled(page) == "ok"
    expect(page.locator("#sure")).to_have_text(text)
    expect(page.locator(".best .value")).to_have_text(str(min(99, round(100 * probability))))
    assert said(page).startswith("This is an 8. ")
    assert ("The next best guess is 3" in said(page)) == (probability < 0.99)


@pytest.mark.parametrize(
    ("http", "status", "sentence"),
    [
        (503, "busy", "Tenfold has too much to do just now. Wait a moment, then press Recognise."),
        (500, "failed", "Something went wrong inside Tenfold. Press Recognise to try again."),
    ],
)
def test_a_server_in_trouble(visit: Callable[..., Visit], http: int, status: str, sentence: str):
    seen = visit()
    seen.expects_refusals = True
    error = {"error": {"code": status, "message": "No.", "hint": ""}}
    seen.page.route("**/v1/predict", lambda route: route.fulfill(status=http, json=error))
    draw(seen.page, DIGITS[1])
    assert settled(seen.page) == status
    assert said(seen.page) == sentence
    seen.page.unroute_all()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#digit")).to_have_text("1")


def test_a_server_that_is_gone(visit: Callable[..., Visit]):
    with serving() as (address, process):
        seen = visit(url=address)
        page = seen.page
        draw(page, DIGITS[1])
        assert settled(page) == "ok"
        process.kill()
        process.wait()
        seen.expects_refusals = True
        page.get_by_role("button", name="Recognise").click()
        expect(page.locator("#answer")).to_have_attribute("data-status", "unreachable")
    assert said(page) == "Tenfold does not answer. Check that “tenfold serve” is still running, then press Recognise."
    expect(page.locator("#pad")).to_have_attribute("aria-label", "Drawing area, one stroke")  # nothing is lost


def test_the_same_answer_is_said_again_when_asked_again(page: Page):
    draw(page, DIGITS[1])
    assert settled(page) == "ok"
    page.evaluate(
        """() => {
             window.changes = 0;
             const region = document.querySelector("[role=status]");
             new MutationObserver((seen) => (window.changes += seen.length)).observe(region, { childList: true });
           }"""
    )
    page.get_by_role("button", name="Recognise").click()
    page.wait_for_function("() => window.changes > 0")
    assert said(page).startswith("This is a 1.")
