"""The page that looks inside: maps as ONNX Runtime has them, arithmetic that adds up, keys, and every width."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Response, expect
from tests.browser.chromium import draw, settled
from tests.browser.conftest import Visit
from tests.browser.strokes import DIGITS
from tests.browser.test_page_looks import CONTRASTS, keep
from tests.browser.test_web_network import steps

from tenfold.models.onnx import WEIGHTS, read_card
from tenfold.predictors.base import softmax
from tenfold.types import Floats

pytestmark = pytest.mark.browser

NETWORKS = ("report", "lenet-5", "digit")
# Milliseconds a network may take to come, on a machine that has much else to do.
PATIENCE = 30_000
# Numbers are shown with three decimals.
ROUNDING = 0.0006
# Colours that are mixed come as shares of 1.
MIXED = CONTRASTS.replace(
    "colour.match(/[\\d.]+/g).map(Number)",
    'colour.match(/[\\d.]+/g).map((part) => part * (colour.startsWith("color(") ? 255 : 1))',
)

# Red and blue in the middle of the chosen number's cell; read from a copy: Chromium warns of canvases that are read.
COLOUR = """stage => {
  const marks = [".spot", ".frame"].map((name) => stage.querySelector(name)).filter((mark) => !mark.hidden);
  const { left, top, width, height } = marks[0].style;
  const context = document.createElement("canvas").getContext("2d");
  const middle = (from, size) => -Math.floor(parseFloat(from) + parseFloat(size) / 2);
  context.drawImage(stage.querySelector("canvas"), middle(left, width), middle(top, height));
  const [red, , blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, blue];
}"""


# All that a canvas shows, from a copy as well.
PAINTED = """canvas => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy.toDataURL();
}"""


@pytest.fixture
def inside(visit: Callable[..., Visit], address: str) -> Callable[..., Page]:
    """Opens the page with a network, draws a digit and waits until it is read."""

    def open_page(name: str = "report", digit: int = 4, **options: Any) -> Page:
        page = visit(url=f"{address}/inside#{name}", **options).page
        page.wait_for_selector('#layers[aria-busy="false"]')
        with page.expect_response("**/v1/predict"):
            draw(page, DIGITS[digit])
        expect(page.locator("#verdict")).to_contain_text("This network reads", timeout=PATIENCE)
        return page

    return open_page


def stage(page: Page, title: str) -> Locator:
    return page.locator(".layer", has=page.get_by_role("heading", name=title, exact=True)).locator(".stage")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def terms(page: Page) -> list[tuple[str, float]]:
    """The numbers of the line under the arithmetic, each with what it is."""
    found = page.locator(".line .term")
    return [
        (one.locator("small").inner_text(), number(one.locator("b").inner_text()))
        for one in (found.nth(at) for at in range(found.count()))
    ]


def grid(page: Page, title: str) -> Floats:
    """The numbers under a heading, row by row."""
    table = page.locator(".grid", has=page.get_by_text(title, exact=True))
    rows = table.locator("tbody").inner_text().split("\n")
    return np.array([[number(cell) for cell in row.split("\t")] for row in rows])


def pick(page: Page, title: str, map: int = 0, down: float = 0.5, along: float = 0.5) -> tuple[int, int, int]:
    """Choose a map by keys and a place on it by mouse; gives map, row and column, counted from 0."""
    one = stage(page, title)
    one.focus()
    page.keyboard.press("Home")
    for _ in range(map):
        page.keyboard.press("PageDown")
    tile = one.locator(".frame").bounding_box()
    assert tile is not None
    page.mouse.click(tile["x"] + along * tile["width"], tile["y"] + down * tile["height"])
    where = r"[^,:]*(?:, (?:map|unit|number) (\d+))?(?:, row (\d+), column (\d+))?: "
    found = re.match(where, page.locator(".how").inner_text())
    assert found is not None
    chosen, row, column = (int(part or 1) - 1 for part in found.groups())
    assert chosen == map
    return chosen, row, column


@pytest.mark.train
@pytest.mark.parametrize("name", NETWORKS)
def test_the_maps_are_those_of_onnx_runtime(visit: Callable[..., Visit], address: str, name: str):
    """A number of every layer, its colour and all probabilities are those ONNX Runtime makes of the same 28x28."""
    page = visit(url=f"{address}/inside#{name}").page
    page.wait_for_selector('#layers[aria-busy="false"]')
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response))
    draw(page, DIGITS[4])
    expect(page.locator("#verdict")).to_contain_text("This network reads a 4", timeout=PATIENCE)
    saw = np.array(answers[-1].json()["saw"], np.float32).reshape(28, 28) / np.float32(255)
    made = {"image": saw[None], **steps((WEIGHTS / f"{name}.onnx").read_bytes(), saw)}
    layers = page.locator(".layer")
    titles = layers.locator("h2").all_inner_texts()
    assert len(titles) == len(set(titles)) > 9
    for place, title in enumerate(titles[:-1]):
        tensor = made[layers.nth(place).get_attribute("data-tensor")]
        maps = tensor.reshape(-1, *((1, 1) if tensor.ndim == 2 else tensor.shape[-2:]))
        chosen = pick(page, title, map=min(2, len(maps) - 1), down=0.45, along=0.55)
        shown = next(value for what, value in terms(page) if what.startswith("in the "))
        assert shown == pytest.approx(maps[chosen], abs=ROUNDING, rel=1e-4), title
        if abs(shown) > 0.1 * np.abs(maps).max():
            red, blue = layers.nth(place).locator(".stage").evaluate(COLOUR)
            assert (blue > red) == (shown > 0), title
    card = read_card(WEIGHTS / f"{name}.json")
    logits = made["logits"] if "logits" in made else np.log(made["probabilities"])
    expected = softmax(logits / np.float32(card.temperature))[0]
    given = [one.get_attribute("title").replace("\u202f%", "") for one in page.locator("#bars li").all()]
    for text, share in zip(given, expected, strict=True):
        if not text.startswith(("over", "under")):
            assert float(text) == pytest.approx(100 * share, abs=0.06)


# -- the arithmetic -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "title", "side", "below"),
    [("report", "Conv 1", 3, 1), ("report", "Conv 2", 3, 32), ("lenet-5", "Conv 2", 5, 3), ("digit", "Conv 3", 3, 40)],
)
def test_a_convolution_adds_up(inside: Callable[..., Page], name: str, title: str, side: int, below: int):
    page = inside(name)
    pick(page, title, map=0, down=0.4)
    chips = page.locator(".chip")
    assert chips.count() == (below if below > 1 else 0)
    for chosen in range(min(2, chips.count()) or 1):
        if below > 1:
            chips.nth(chosen).click()
            expect(chips.nth(chosen)).to_have_attribute("aria-pressed", "true")
        patch, kernel, products = (grid(page, heading) for heading in ("Patch", "Kernel", "Products"))
        assert patch.shape == kernel.shape == products.shape == (side, side)
        np.testing.assert_allclose(
            products, patch * kernel, atol=ROUNDING * (1 + np.abs(patch).max() + np.abs(kernel).max())
        )
        line = terms(page)
        assert products.sum() == pytest.approx(line[0][1], abs=ROUNDING * side**2)
        parts, whole = line[: 2 + (below > 1)], next(value for what, value in line if what == "in the map")
        assert sum(value for _, value in parts) == pytest.approx(whole, abs=4 * ROUNDING)
    if name != "lenet-5":
        assert line[-1] == (line[-1][0], pytest.approx(max(0, whole), abs=ROUNDING))
    if below > 1:
        each = [number(text.split("\n")[-1]) for text in chips.all_inner_texts()]
        bias = next(value for what, value in line if what == "bias")
        assert sum(each) + bias == pytest.approx(whole, abs=ROUNDING * (below + 2))


@pytest.mark.parametrize(("name", "largest"), [("report", True), ("lenet-5", False)])
def test_a_pool_shows_its_patch(inside: Callable[..., Page], name: str, largest: bool):
    page = inside(name)
    pick(page, "Pool 1", map=1)
    patch = grid(page, "Patch")
    assert patch.shape == (2, 2)
    assert terms(page)[-1][1] == pytest.approx(patch.max() if largest else patch.mean(), abs=2 * ROUNDING)
    if largest:
        assert number(page.locator(".grid .best").inner_text()) == patch.max()


def test_a_unit_shows_what_counts_most(inside: Callable[..., Page]):
    page = inside("report")
    pick(page, "Dense 1", map=3)
    rows = [row.split("\t") for row in page.locator(".terms").inner_text().split("\n") if "Pool 1, map" in row]
    assert len(rows) == 10
    values = np.array([[number(cell) for cell in row[-3:]] for row in rows])
    np.testing.assert_allclose(values[:, 0] * values[:, 1], values[:, 2], atol=ROUNDING * 5)
    assert list(np.abs(values[:, 2])) == sorted(np.abs(values[:, 2]), reverse=True)
    line = dict(terms(page))
    assert values[:, 2].sum() == pytest.approx(line["these"], abs=11 * ROUNDING)
    assert line["these"] + line["the other 9,206"] + line["bias"] == pytest.approx(
        line["in the unit"], abs=4 * ROUNDING
    )
    assert line["activation 3"] == pytest.approx(max(0, line["in the unit"]), abs=ROUNDING)


def test_the_shares_are_powers_over_their_sum(inside: Callable[..., Page]):
    page = inside("digit")
    stage(page, "Probabilities").locator("li").nth(4).click()
    power, whole, share = (value for _, value in terms(page))
    assert share == pytest.approx(power / whole, abs=2 * ROUNDING)
    assert page.locator(".how").inner_text().startswith("Digit 4: ")
    assert page.locator(".terms tr").count() == 11


def test_the_numbers_follow_the_pen(inside: Callable[..., Page]):
    page = inside("lenet-5")
    pick(page, "Conv 1", down=0.5, along=0.5)
    before = terms(page)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#verdict")).to_have_text("Draw a digit: every layer follows your pen.")
    assert terms(page) != before
    assert set(grid(page, "Patch").ravel()) == {-0.1}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#verdict")).to_contain_text("This network reads a 4", timeout=PATIENCE)
    assert terms(page) == before
    draw(page, DIGITS[0][:1], lift=False)
    page.wait_for_function("() => /^\\d+ frames? a second$/.test(document.querySelector('#rate').textContent)")
    page.mouse.up()


def test_while_the_pen_moves_nobody_is_asked(visit: Callable[..., Visit], address: str):
    seen = visit(url=f"{address}/inside#digit")
    page = seen.page
    page.wait_for_selector('#layers[aria-busy="false"]')
    below = stage(page, "Conv 6").locator("canvas")
    blank = below.evaluate(PAINTED)
    draw(page, DIGITS[7], lift=False)
    expect(page.locator("#bars .best .name")).to_have_text("7", timeout=PATIENCE)
    assert seen.questions == []
    # What is far out of sight is painted when it comes in sight.
    assert below.evaluate(PAINTED) == blank
    below.evaluate("canvas => canvas.scrollIntoView()")
    shown = [below.element_handle(), blank]
    page.wait_for_function(f"([canvas, blank]) => ({PAINTED})(canvas) !== blank", arg=shown)
    with page.expect_response("**/v1/predict"):
        page.mouse.up()
    expect(page.locator("#verdict")).to_contain_text("This network reads a 7", timeout=PATIENCE)
    assert len(seen.questions) == 1


# -- by keys, and for those who do not see it -------------------------------------------------------------------


def test_keys_lead_through_layers_maps_and_cells(inside: Callable[..., Page]):
    page = inside("report")
    news = page.locator("#news")
    page.locator("#width").focus()
    page.keyboard.press("Tab")
    expect(stage(page, "Input")).to_be_focused()
    expect(news).to_have_text("Input, row 1, column 1: bare ground, 0.")
    page.keyboard.press("Tab")
    expect(stage(page, "Conv 1")).to_be_focused()
    for key, where in [
        ("ArrowDown", "map 1, row 2, column 1"),
        ("ArrowRight", "map 1, row 2, column 2"),
        ("PageDown", "map 2, row 2, column 2"),
        ("ArrowLeft", "map 2, row 2, column 1"),
        ("ArrowLeft", "map 2, row 2, column 1"),
        ("End", "map 32, row 2, column 1"),
        ("PageDown", "map 32, row 2, column 1"),
        ("ArrowUp", "map 32, row 1, column 1"),
        ("Home", "map 1, row 1, column 1"),
    ]:
        page.keyboard.press(key)
        expect(news).to_contain_text(f"Conv 1, {where}: 9 products add up to")
    page.keyboard.press("Escape")
    expect(page.locator("#pad")).to_have_attribute("aria-label", "Drawing area, nothing drawn yet")
    stage(page, "Dense 1").focus()
    page.keyboard.press("ArrowRight")
    expect(news).to_contain_text("Dense 1, unit 2: 9,216 products add up to")
    stage(page, "Probabilities").focus()
    page.keyboard.press("ArrowRight")
    expect(news).to_contain_text("Digit 1: ")


def test_layers_have_names_shapes_and_parameters(inside: Callable[..., Page]):
    page = inside("report")
    label = "Conv 2: 64 maps of 24 by 24, 18,496 parameters; kernels of 3 by 3"
    expect(page.get_by_role("application", name=label)).to_be_visible()
    expect(page.get_by_role("region", name="Pool 1")).to_contain_text("64 maps of 12 × 12")
    for name in ("report", "lenet-5"):
        page.locator("#network").select_option(name)
        expect(page.locator("#about")).to_contain_text({"report": "2,380,938", "lenet-5": "60,850"}[name])
        sizes = page.locator(".layer .size").all_inner_texts()
        counted = sum(int(found[1].replace(",", "")) for text in sizes if (found := re.search(r"([\d,]+) param", text)))
        assert counted == read_card(WEIGHTS / f"{name}.json").parameters


# -- around it --------------------------------------------------------------------------------------------------


def test_the_network_stands_in_the_address(inside: Callable[..., Page]):
    page = inside("report")
    page.locator("#network").select_option("lenet-5")
    expect(page).to_have_url(re.compile("/inside#lenet-5$"))
    expect(page.get_by_role("heading", name="Coefficient 1")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#bars .best .name")).to_have_text("4")  # the drawing stays
    page.go_back()
    expect(page.get_by_role("heading", name="Coefficient 1")).to_have_count(0)
    expect(page.locator("#network")).to_have_value("report")


def test_a_drawing_goes_along_and_back(page: Page):
    draw(page, DIGITS[7])
    assert settled(page) == "ok"
    page.get_by_role("link", name="Inside").first.click()
    expect(page.locator("#verdict")).to_contain_text("reads a 7", timeout=PATIENCE)
    page.get_by_role("link", name="Draw").click()
    expect(page.locator("#digit")).to_have_text("7")
    page.reload()
    expect(page.locator("#pad")).to_have_attribute("aria-label", "Drawing area, nothing drawn yet")


def test_what_is_no_digit_is_said(visit: Callable[..., Visit], address: str):
    page = visit(url=f"{address}/inside#lenet-5").page
    page.wait_for_selector('#layers[aria-busy="false"]')
    draw(page, [[(0.1, 0.1 + 0.08 * row), (0.9, 0.14 + 0.08 * row)] for row in range(10)])
    expect(page.locator("#verdict")).to_contain_text("A network that knows digits alone reads", timeout=PATIENCE)


def test_a_network_that_cannot_be_fetched(visit: Callable[..., Visit], address: str):
    seen = visit()
    seen.expects_refusals = True
    page = seen.page
    error = {"error": {"code": "busy", "message": "Every place is taken.", "hint": ""}}
    page.route("**/weights*", lambda route: route.fulfill(status=503, json=error))
    page.goto(f"{address}/inside")
    expect(page.get_by_role("alert")).to_contain_text("The network cannot be fetched: Every place is taken.")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Conv 1", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(320, 640), (1280, 800), (1920, 1080)])
def test_it_fits_the_screen(inside: Callable[..., Page], width: int, height: int):
    page = inside("lenet-5", width=width, height=height, has_touch=width < 1000)
    for title in ("Conv 2", "Dense 1", "Pool 1"):
        pick(page, title)
        assert page.evaluate("document.documentElement.scrollWidth") == width, title
        glass = page.locator(".glass").bounding_box()
        assert glass["x"] >= 0
        assert glass["x"] + glass["width"] <= width
        inner = page.locator(".glass :is(table, canvas, .chip, .term)").evaluate_all(
            "all => Math.max(...all.map((one) => one.getBoundingClientRect().right))"
        )
        assert inner <= glass["x"] + glass["width"], title
    pick(page, "Conv 2")
    keep(page, f"inside-{width}-{{}}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_legible(inside: Callable[..., Page], scheme: str):
    page = inside("lenet-5", color_scheme=scheme)
    for title in ("Conv 2", "Dense 1"):
        pick(page, title)
        contrasts = page.evaluate(MIXED)
        assert len(contrasts) > 80
        assert [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < 4.5] == []
