"""The page of the literature: a table to sort, a plot, and classifiers that read one drawing side by side."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.chromium import draw, serving
from tests.browser.conftest import Visit
from tests.browser.strokes import DIGITS
from tests.browser.test_page_looks import CONTRASTS, keep

from tenfold.models.load import LITERATURE

pytestmark = pytest.mark.browser

OURS = {"digit", "tiny", "cascade", "ensemble", "report", "lenet-5"}
SHIPPED = OURS | {path.stem for path in LITERATURE.glob("*.json")}
ALL = 36


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serves-here")


@pytest.fixture(scope="module")
def library(folder: Path) -> Iterator[str]:
    """The address of a server in a folder in which nothing was trained."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with serving(TENFOLD_DATABASE="none") as (address, _):
            yield address


@pytest.fixture
def page(visit: Callable[..., Visit], library: str) -> Page:
    page = visit(url=f"{library}/literature").page
    page.wait_for_selector("body[data-ready]")
    return page


def column(page: Page, number: int) -> list[str]:
    return [text.split("\n")[0] for text in page.locator(f"#rows tr > :nth-child({number})").all_inner_texts()]


def test_the_table_sorts(page: Page):
    names = column(page, 2)
    assert len(names) == ALL
    errors = [float(text) for text in column(page, 4)]
    assert errors == sorted(errors)
    expect(page.locator("[aria-sort]")).to_have_text("Error, %")
    page.get_by_role("button", name="Published, %").press("Enter")
    published = column(page, 5)
    given = [float(text) for text in published if text]
    assert given == sorted(given)
    assert published[len(given) :] == [""] * (ALL - len(given))  # what nobody published stands last
    page.get_by_role("button", name="Published, %").click()
    assert [float(text) for text in column(page, 5)[: len(given)]] == given[::-1]
    expect(page.locator("[aria-sort=descending]")).to_have_text("Published, %")
    page.locator("#family").select_option("trees")
    assert set(column(page, 2)) == {"j48", "random-tree", "random-forest"}
    expect(page.locator(".point")).to_have_count(3)


def test_all_that_are_here_read_the_drawing(page: Page):
    voices = page.locator("#voices li")
    expect(voices).to_have_count(len(SHIPPED))
    assert set(page.locator("#voices code").all_inner_texts()) == SHIPPED
    draw(page, DIGITS[7])
    expect(page.locator("#said")).to_contain_text("say", timeout=60_000)
    assert re.match(r"All \d+ say: a 7\.|\d+ of \d+ say: a 7;", page.locator("#said").inner_text())
    expect(voices.filter(has_text="linear").locator(".digit-said")).to_have_text("7")
    expect(voices.filter(has_text="linear").locator(".ten :nth-child(8)")).to_have_class("best")

    page.get_by_role("button", name="None").click()
    expect(voices).to_have_count(0)
    page.get_by_role("checkbox", name="Ask linear").check()
    expect(page.locator("#said")).to_have_text("It says: a 7.")
    point = page.locator('[data-point="tiny"]')  # on the plot as in the table
    point.focus()
    page.keyboard.press("Space")
    expect(point).to_have_attribute("aria-checked", "true")
    expect(page.locator("#said")).to_have_text("All 2 say: a 7.")
    expect(page.get_by_role("checkbox", name="Ask tiny")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.locator("#said")).to_have_text("Their answers appear here as you draw.")
    expect(voices.first.locator(".digit-said")).to_have_text("")


def test_one_that_is_brought_answers(page: Page, folder: Path):
    row = page.locator("#rows tr", has=page.get_by_role("checkbox", name="Ask random-tree"))
    expect(row).to_contain_text("not yet")
    command = page.locator("#bring-command").inner_text()
    assert command.startswith("tenfold train ")
    assert "random-tree" in command.split(",")
    assert not SHIPPED & set(command.removeprefix("tenfold train ").split(","))
    page.get_by_role("button", name="None").click()
    page.get_by_role("checkbox", name="Ask random-tree").check()
    page.locator("#pad").scroll_into_view_if_needed()
    draw(page, DIGITS[3])
    expect(page.locator("#said")).to_contain_text("None of those chosen is here")
    expect(page.locator(".voice.absent")).to_contain_text("not here")

    made = folder / "runs" / "random-tree"  # as its training leaves it
    made.mkdir(parents=True)
    for ending in ("npz", "json"):
        shutil.copy(LITERATURE / f"j48.{ending}", made / f"random-tree.{ending}")
    text = (made / "random-tree.json").read_text("utf-8").replace('"name": "j48"', '"name": "random-tree"')
    (made / "random-tree.json").write_text(text, "utf-8")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#copied")).to_have_text("1 more are here now.")
    expect(row).to_contain_text("trained here")
    expect(page.locator("#said")).to_contain_text("It says")
    shutil.rmtree(made)


def test_a_table_that_is_too_wide_says_so_and_is_moved_by_keys(page: Page):
    table, hint = page.get_by_role("region", name="Table of the classifiers"), page.get_by_text("The table goes on to")
    page.set_viewport_size({"width": 390, "height": 800})
    expect(hint).to_be_visible()
    table.focus()
    expect(table).to_be_focused()
    expect(table).to_have_accessible_description(re.compile("goes on to the right"))
    page.keyboard.press("ArrowRight")
    expect(page.locator("#scroll")).not_to_have_js_property("scrollLeft", 0)
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(hint).to_be_hidden()
    expect(table).not_to_have_attribute("tabindex", re.compile(".*"))
    expect(table).to_have_accessible_description("")


@pytest.mark.parametrize(("width", "height"), [(320, 640), (768, 1024), (1280, 800), (1920, 1080)])
def test_it_fits_the_screen(visit: Callable[..., Visit], library: str, width: int, height: int):
    page = visit(width=width, height=height, url=f"{library}/literature", has_touch=width < 1000).page
    page.wait_for_selector("body[data-ready]")
    draw(page, DIGITS[5])
    expect(page.locator("#said")).to_contain_text("say", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        faint = [(text, ratio) for text, ratio in page.evaluate(CONTRASTS) if ratio < 4.5]
        assert faint == [], scheme
    keep(page, f"literature-{width}-{{}}")
