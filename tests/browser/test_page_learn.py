"""The tour at /learn: every step has something to move, and a network is trained, drawn at and tested."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.chromium import draw, serving
from tests.browser.conftest import Visit
from tests.browser.strokes import DIGITS
from tests.browser.test_page_looks import CONTRASTS, keep

pytestmark = pytest.mark.browser

STEPS = (
    "data split scaling one-hot convolution padding pooling dropout flatten softmax training testing".split()  # noqa: SIM905 - a list of words
)
LONG = 120_000


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server without MNIST."""
    cache = str(tmp_path_factory.mktemp("no-mnist"))
    with serving(TENFOLD_CACHE_DIR=cache, TENFOLD_DATABASE="none") as (address, _):
        yield address


def at_step(page: Page, address: str, step: str = "data") -> Page:
    page.goto(f"{address}/learn#{step}")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(f"#{step}")).to_be_visible()
    return page


@pytest.fixture
def tour(visit: Callable[..., Visit], school: str) -> Callable[[str], Page]:
    page = visit(url=f"{school}/learn").page
    return lambda step: at_step(page, school, step)


def said(page: Page, step: str) -> str:
    return page.locator(f"#{step}-said").text_content() or ""


def slide(page: Page, name: str, value: int) -> None:
    page.locator(name).fill(str(value))


def numbers(text: str) -> list[float]:
    return [float(one.replace(",", "").replace("\u2212", "-")) for one in re.findall(r"[\u2212]?[\d,]*\.?\d+", text)]


@pytest.mark.parametrize(("width", "height"), [(320, 640), (768, 1024), (1280, 800), (1920, 1080)])
def test_every_step_fits_the_screen(visit: Callable[..., Visit], school: str, width: int, height: int):
    page = visit(width=width, height=height, url=f"{school}/learn", has_touch=width < 1000).page
    page.wait_for_selector("body[data-ready]")
    draw(page, DIGITS[4])
    for step in STEPS:
        at_step(page, school, step)
        assert page.evaluate("document.documentElement.scrollWidth") == width, step
        if width == 320:
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                faint = [(text, ratio) for text, ratio in page.evaluate(CONTRASTS) if ratio < 4.5]
                assert faint == [], (step, scheme)
        if step in ("data", "convolution", "softmax"):
            keep(page, f"learn-{step}-{width}-{{}}")


def test_the_steps_by_button_link_and_address(tour: Callable[[str], Page]):
    page = tour("data")
    expect(page.locator("#before")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_title("Tenfold – split")
    expect(page.locator("#split")).to_be_focused()
    expect(page.locator("#data")).to_be_hidden()
    page.get_by_role("link", name="Softmax").press("Enter")
    expect(page.locator("#place")).to_have_text("10 of 12")
    expect(page.locator("[aria-current=step]")).to_have_text("Softmax")
    page.go_back()
    expect(page.locator("#split")).to_be_visible()


def test_samples_are_taken_along_and_split(tour: Callable[[str], Page]):
    page = tour("data")
    page.get_by_role("radio", name="8").check()
    samples = page.locator("#data-samples button")
    expect(samples).to_have_count(20)
    samples.nth(3).click()
    expect(samples.nth(3)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#seen-words")).to_have_text("A sample: an 8.")
    tour("one-hot")
    assert "an 8 is 0 0 0 0 0 0 0 0 1 0." in said(page, "one-hot")
    slide(page, "#one-hot-digit", 0)
    assert "a 0 is 1 0 0 0 0 0 0 0 0 0." in said(page, "one-hot")
    expect(page.locator("#one-hot-cells .lit")).to_have_text("1")

    tour("split")
    slide(page, "#split-validation", 20)
    slide(page, "#split-test", 10)
    assert numbers(said(page, "split"))[1:4] == [49_000, 14_000, 7_000]
    assert "4 of each digit validate" in said(page, "split")
    page.get_by_label("of each digit its share").uncheck()
    assert " to " in said(page, "split").partition("samples, ")[2]


def test_what_is_drawn_goes_through_the_layers(tour: Callable[[str], Page]):
    page = tour("scaling")
    draw(page, DIGITS[1])
    expect(page.locator("#seen-words")).to_have_text("Your digit, centred and scaled to 28 by 28.")
    page.locator("#scaling-grid").focus()
    frame = page.locator("#scaling-grid").bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    before = numbers(said(page, "scaling"))
    assert before[2] > 100  # ink: a 1 goes through the middle
    assert before[5] == pytest.approx(before[2] / 255, abs=0.0006)
    page.keyboard.press("ArrowRight")
    assert numbers(said(page, "scaling"))[:2] == [before[0], before[1] + 1]

    tour("convolution")
    for place, value in enumerate((0, 0, 0, 0, 2, 0, 0, 0, 0)):
        page.locator("#convolution-kernel input").nth(place).fill(str(value))
    expect(page.locator("#convolution-preset")).to_have_value("your own")
    pixel = numbers(page.locator("#convolution-patch td").nth(4).inner_text())[0]
    products = [numbers(text)[0] for text in page.locator("#convolution-products td").all_inner_texts()]
    assert products == pytest.approx([0, 0, 0, 0, 2 * pixel, 0, 0, 0, 0], abs=0.011)
    place = page.locator("#convolution-given").get_attribute("aria-label")
    page.locator("#convolution-made").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("#convolution-given").get_attribute("aria-label") != place  # both frames move together
    page.locator("#convolution-preset").select_option("blur")
    assert numbers(page.locator("#convolution-kernel input").nth(0).input_value()) == [0.11]

    tour("padding")
    for padding, stride, side in ((False, 1, 26), (True, 1, 28), (True, 2, 14), (False, 2, 13), (False, 4, 7)):
        page.get_by_label("padding of one pixel").set_checked(padding)
        slide(page, "#padding-stride", stride)
        assert f"a picture of {side} by {side}." in said(page, "padding")
        expect(page.locator("#padding-made-words")).to_have_text(f"{side} by {side}")

    tour("pooling")
    *four, largest = numbers(said(page, "pooling"))[:5]
    assert largest == max(four) > 0
    page.get_by_label("the mean").check()
    *four, mean = numbers(said(page, "pooling"))[:5]
    assert mean == pytest.approx(sum(four) / 4, abs=0.01)


def test_dropout_flatten_and_softmax(tour: Callable[[str], Page]):
    page = tour("dropout")
    slide(page, "#dropout-rate", 50)
    silent, whole, louder = numbers(said(page, "dropout"))[:3]
    assert (whole, louder) == (169, 2)
    assert 50 < silent < 120
    page.get_by_role("button", name="Draw lots again").click()
    assert numbers(said(page, "dropout"))[0] != silent
    page.get_by_label("in use, not learning").check()
    assert said(page, "dropout").startswith("Nobody is silent")

    tour("flatten")
    slide(page, "#flatten-place", 11)
    assert "Row 1, column 2 of map 1 is number (1 · 3 + 2) · 2 + 1 = 11" in said(page, "flatten")
    lit = page.locator("#flatten-second .lit").inner_text()
    assert page.locator("#flatten-row .lit").inner_text() == lit
    expect(page.locator("#flatten-first .lit")).to_have_count(0)

    tour("softmax")

    def chances() -> list[float]:
        return [numbers(text)[0] for text in page.locator("#softmax-scores .value").all_inner_texts()]

    plain = chances()
    assert sum(plain) == pytest.approx(100, abs=0.6)
    slide(page, "#softmax-temperature", 10)
    assert max(chances()) < max(plain)
    assert chances().index(max(chances())) == plain.index(max(plain))
    slide(page, "#softmax-temperature", 0)
    page.get_by_label("Score of 7").fill("10")
    assert chances()[7] > 99


def test_a_network_is_trained_drawn_at_and_tested(tour: Callable[[str], Page]):
    page = tour("testing")
    expect(page.get_by_text("Nothing is trained yet.")).to_be_visible()
    tour("training")
    expect(page.get_by_text("tenfold data fetch mnist")).to_be_visible()
    page.locator("#training-epochs").select_option("100")
    # Stopped before the server has said a word, it is stopped as soon as it has.
    held: list[Route] = []
    page.route("**/v1/lessons", lambda route: held.append(route), times=1)
    with page.expect_request("**/v1/lessons"):
        page.get_by_role("button", name="Train").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#training-said")).to_have_text("Stopping …")
    held[0].continue_()
    expect(page.locator("#training-kernels canvas")).to_have_count(8, timeout=LONG)
    expect(page.locator("#training-said")).to_contain_text("Draw at it, or go on to testing.", timeout=LONG)
    assert said(page, "training").startswith("Stopped")
    page.locator("#training-epochs").select_option("10")
    slide(page, "#training-dropout", 0)
    page.locator("#training-rate").select_option("0.01")
    page.get_by_role("button", name="Train").click()
    expect(page.locator("#training-said")).to_contain_text("Done", timeout=LONG)
    assert re.search(
        r"learning \d+\.\d %, validation \d+\.\d %", page.locator("#training-accuracy").get_attribute("aria-label")
    )
    marks = [float(text) for text in page.locator("#training-loss text").all_text_contents()[:5]]
    assert np.diff(marks) == pytest.approx([marks[-1] / 4] * 4, abs=0.011)
    draw(page, DIGITS[0])
    expect(page.locator("#training-bars .best b")).to_have_text(re.compile(r"\d"))
    keep(page, "learn-training-{}")

    tour("convolution")
    page.locator("#convolution-preset").select_option("learned, 3")
    tour("testing")
    right, n, wrong = numbers(page.locator(".verdict-of-test").inner_text())[:3]
    assert n == 30
    assert right == pytest.approx(100 * (1 - wrong / n), abs=0.01)
    assert wrong < 20
    cells = [int(text) for text in page.locator("#testing-confusion td").all_inner_texts() if text != "·"]
    assert sum(cells) == 30
    # A mistake taken in hand is read in this page as it was read where it was tested.
    for number in range(int(wrong)):
        item = page.locator("#testing-mistakes li").nth(number)
        said_then = item.locator("span").inner_text()[-1]
        item.locator("button").click()
        assert page.locator("#training-bars .best b").text_content() == said_then


def test_one_place_for_all(visit: Callable[..., Visit], school: str):
    seen = visit(url=f"{school}/learn#training")
    seen.expects_refusals = True
    seen.page.wait_for_selector("body[data-ready]")
    lesson = {"data": "samples", "epochs": 100}
    with httpx.stream("POST", f"{school}/v1/lessons", json=lesson, timeout=60, trust_env=False):
        seen.page.get_by_role("button", name="Train").click()
        expect(seen.page.locator("#training-said")).to_contain_text("Somebody else's network is being trained")
    expect(seen.page.locator("#training-begin")).to_have_attribute("aria-disabled", "false")


def test_a_server_that_goes_away(visit: Callable[..., Visit], tmp_path: Path):
    with serving(TENFOLD_CACHE_DIR=str(tmp_path), TENFOLD_DATABASE="none") as (address, process):
        seen = visit(url=f"{address}/learn#training")
        page = seen.page
        page.wait_for_selector("body[data-ready]")
        page.locator("#training-epochs").select_option("100")
        page.get_by_role("button", name="Train").click()
        expect(page.locator("#training-kernels canvas")).to_have_count(8, timeout=LONG)
        seen.expects_refusals = True
        process.kill()
        process.wait()
        expect(page.locator("#training-said")).to_contain_text("The training was cut off", timeout=LONG)
        page.get_by_role("button", name="Train").click()
        expect(page.locator("#training-said")).to_contain_text("Is “tenfold serve” still running?", timeout=LONG)
