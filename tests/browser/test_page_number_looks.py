"""Number mode at every width, in light and dark: nothing cut off, everything legible. Keeps the screenshots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit
from tests.browser.number_mode import DOUBTFUL, ROWS, answering, compose, number, number_settled, save, write
from tests.browser.test_page_looks import CONTRASTS, SIZES, keep

pytestmark = pytest.mark.browser

WRITTEN = number("20?6", "2026", 0.62, (100, 90, 800, 300), sure=[0.99, 0.98, 0.66, 0.99], others={"2086": 0.3})
LONG = number("4539577390123456", "4539577390123456", 0.9, (9, 90, 1500, 90), others={"4539571390123456": 0.05})


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(compose(ROWS)[0], tmp_path_factory.mktemp("pages") / "meters.jpg", quality=92)


def inside(page: Page, width: int, *selectors: str) -> None:
    """Nothing reaches beyond the page's sides, and the room is used."""
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = [frame.bounding_box() for name in selectors for frame in page.locator(name).all()]
    frames = [frame for frame in found if frame]  # without what is hidden
    assert all(frame["x"] >= 0 and frame["x"] + frame["width"] <= width for frame in frames)
    sheet, reply = page.locator("#number-sheet").bounding_box(), page.locator("#reply").bounding_box()
    left, right = min(sheet["x"], reply["x"]), max(one["x"] + one["width"] for one in (sheet, reply))
    assert right - left > 0.85 * width


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_the_screen(visit: Callable[..., Visit], address: str, photo: Path, width: int, height: int):
    page = visit(url=f"{address}#number", width=width, height=height, has_touch=width < 1000).page
    keep(page, f"numbers-{width}-{{}}-empty")
    pad = page.locator("#number-pad").bounding_box()
    assert 1.9 < pad["width"] / pad["height"] < 3.1
    assert pad["height"] > 90
    write(page, "2026")
    assert number_settled(page) == "ok"
    keep(page, f"numbers-{width}-{{}}-written")
    inside(page, width, "#figures .numeral", "#number-sentence", ".tools > *")
    # The answer shows without scrolling.
    figures = page.locator("#figures").bounding_box()
    assert figures["y"] + figures["height"] <= height
    if width >= 1280:
        assert page.evaluate("document.documentElement.scrollHeight") <= height

    answering(page, "ok", DOUBTFUL)
    page.locator("#file").set_input_files(photo)
    number_settled(page)
    page.wait_for_function("() => document.querySelector('#number-photo').naturalWidth > 0")
    page.locator("#list input").nth(1).focus()
    keep(page, f"numbers-{width}-{{}}-picture")
    inside(page, width, ".entry > :not([hidden])", "#copy", "#download", "#number-photo")
    if width >= 1280:
        assert page.evaluate("document.documentElement.scrollHeight") <= height


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_a_long_number_stays_on_its_page(visit: Callable[..., Visit], address: str, width: int):
    page = visit(url=f"{address}#number", width=width).page
    answering(page, "ok", [LONG])
    write(page, "26")
    number_settled(page)
    inside(page, width, "#figures .numeral", "#number-sentence", "#others li")


def test_a_long_list_scrolls_beside_its_picture(visit: Callable[..., Visit], address: str, photo: Path):
    page = visit(url=f"{address}#number").page
    many = [number(str(10 + place), str(10 + place), 0.99, (9, 9 + place, 40, 40)) for place in range(40)]
    answering(page, "ok", many)
    page.locator("#file").set_input_files(photo)
    number_settled(page)
    assert page.evaluate("document.documentElement.scrollHeight") <= 800
    expect(page.get_by_role("button", name="Download CSV")).to_be_in_viewport()
    page.locator("#boxes rect").last.click()
    expect(page.locator("#list input").last).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("holds", ["nothing", "writing", "picture"])
def test_every_text_is_legible(visit: Callable[..., Visit], address: str, photo: Path, scheme: str, holds: str):
    page = visit(url=f"{address}#number", color_scheme=scheme, has_touch=True).page
    answering(page, "uncertain", [WRITTEN] if holds == "writing" else DOUBTFUL)
    if holds == "writing":
        write(page, "26")
        number_settled(page)
    elif holds == "picture":
        page.locator("#file").set_input_files(photo)
        number_settled(page)
        page.locator("#list input").nth(0).fill("1")
        page.locator("#list input").nth(1).focus()
    # What stands on the picture has a ground of its own colour around each letter.
    contrasts = page.evaluate(CONTRASTS.replace('".unseen, noscript"', '".unseen, noscript, #boxes"'))
    assert len(contrasts) > 10
    assert [(text, ratio) for text, ratio in contrasts if ratio < 4.5] == []


def test_landmarks_and_names(visit: Callable[..., Visit], address: str):
    page = visit(url=f"{address}#number", has_touch=True).page
    expect(page.get_by_role("heading", level=1, name="Tenfold")).to_be_visible()
    for region in ("Your number", "Answer", "Tools"):
        expect(page.get_by_role("region", name=region)).to_be_visible()
    expect(page.get_by_role("region")).to_have_count(3)
    expect(page.get_by_role("group", name="What to read")).to_be_visible()
    expect(page.get_by_role("status")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("img", name="Writing area, nothing written yet")).to_be_visible()
    expect(page.get_by_role("combobox", name="Field")).to_be_visible()


def test_fingers_have_room(visit: Callable[..., Visit], address: str, photo: Path):
    options = {"width": 320, "height": 640, "has_touch": True, "is_mobile": True}
    page = visit(url=f"{address}#number", **options).page
    answering(page, "ok", DOUBTFUL)
    page.locator("#file").set_input_files(photo)
    number_settled(page)
    for name in ("#list input", ".offer", "#copy", "#download", "#field-kind", ".switch label"):
        for one in page.locator(name).all():
            assert one.bounding_box()["height"] >= 40, name
