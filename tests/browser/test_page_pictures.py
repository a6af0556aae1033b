"""Pictures handed to the page: chosen, photographed, dropped and pasted."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from tests.browser.chromium import draw, serving, settled
from tests.browser.conftest import Visit
from tests.browser.strokes import DIGITS, smooth
from tests.browser.test_page_drawing import said

pytestmark = pytest.mark.browser

STROKES = Path(__file__).parents[2] / "examples" / "strokes"


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two in blue ink in the upper left of a wide sheet, as JPEG."""
    image = Image.new("RGB", (600, 400), (236, 232, 220))
    for stroke in DIGITS[2]:
        points = [(40 + 240 * x, 30 + 240 * y) for x, y in smooth(stroke, 12)]
        ImageDraw.Draw(image).line(points, (30, 40, 120), 16, "curve")
    path = tmp_path_factory.mktemp("pictures") / "two.jpg"
    image.save(path, quality=92)
    return path


def is_the_two(page: Page) -> None:
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("2")
    expect(page.get_by_role("img", name="Your picture, two.jpg")).to_be_visible()
    expect(page.get_by_text("Draw a digit", exact=True)).to_be_hidden()


@pytest.mark.parametrize("button", ["Choose a picture", "Take a photo"])
def test_a_chosen_picture_goes_as_it_is(visit: Callable[..., Visit], photo: Path, button: str):
    seen = visit(has_touch=True)
    with seen.page.expect_file_chooser() as chooser:
        seen.page.get_by_role("button", name=button).click()
    chooser.value.set_files(photo)
    is_the_two(seen.page)
    assert seen.handed_over() == ("two.jpg", photo.read_bytes())


def test_the_camera_is_offered_to_fingers_only(visit: Callable[..., Visit]):
    button = {"name": "Take a photo"}
    expect(visit(has_touch=False).page.get_by_role("button", **button)).to_be_hidden()
    expect(visit(has_touch=True).page.get_by_role("button", **button)).to_be_visible()
    expect(visit().page.locator("#camera")).to_have_attribute("capture", "environment")


def test_the_frame_shows_where_the_digit_was_found(page: Page, photo: Path):
    page.locator("#file").set_input_files(photo)
    is_the_two(page)
    found, shown = page.locator("#found").bounding_box(), page.locator("#photo").bounding_box()
    scale = shown["width"] / 600  # the picture is wider than high and fills the sheet's width
    left, top = shown["x"], shown["y"] + (shown["height"] - 400 * scale) / 2
    # The two spans 0.325 to 0.700 and 0.165 to 0.795 of a side of 240, and the pen is 16 wide.
    assert found["x"] == pytest.approx(left + (40 + 78) * scale, abs=12)
    assert found["y"] == pytest.approx(top + (30 + 40 - 8) * scale, abs=12)
    assert found["width"] == pytest.approx(90 * scale, abs=20)
    assert found["height"] == pytest.approx((151 + 16) * scale, abs=20)


def test_drawing_replaces_a_picture_and_undo_brings_it_back(page: Page, photo: Path):
    page.locator("#file").set_input_files(photo)
    is_the_two(page)
    draw(page, DIGITS[7])
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("7")
    expect(page.locator("#photo")).to_be_hidden()
    expect(page.locator("#found")).to_be_hidden()
    page.keyboard.press("Control+z")
    is_the_two(page)
    page.keyboard.press("Escape")
    expect(page.locator("#photo")).to_be_hidden()
    expect(page.get_by_text("Draw a digit", exact=True)).to_be_visible()


# Files cannot be dragged from outside by Playwright, so the event is made in the page, with a real file in it.
HAND_OVER = """([name, base64, kind]) => {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const init = { bubbles: true, cancelable: true };
  const target = document.querySelector("footer");
  if (kind === "paste") {
    target.dispatchEvent(new ClipboardEvent("paste", { ...init, clipboardData: transfer }));
  } else {
    target.dispatchEvent(new DragEvent("dragover", { ...init, dataTransfer: transfer }));
    window.marked = document.body.classList.contains("dropping");
    target.dispatchEvent(new DragEvent("drop", { ...init, dataTransfer: transfer }));
  }
}"""


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_dropped_or_pasted_anywhere(visit: Callable[..., Visit], photo: Path, kind: str):
    seen = visit()
    seen.page.evaluate(HAND_OVER, ["two.jpg", base64.b64encode(photo.read_bytes()).decode(), kind])
    is_the_two(seen.page)
    assert seen.handed_over() == ("two.jpg", photo.read_bytes())
    if kind == "drop":
        assert seen.page.evaluate("marked")
        assert not seen.page.evaluate("document.body.classList.contains('dropping')")


def test_a_picture_out_of_the_clipboard(visit: Callable[..., Visit], photo: Path):
    file = io.BytesIO()
    Image.open(photo).save(file, "PNG")
    seen = visit(permissions=["clipboard-read", "clipboard-write"])
    seen.page.evaluate(
        """async (base64) => {
             const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
             const item = new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) });
             await navigator.clipboard.write([item]);
           }""",
        base64.b64encode(file.getvalue()).decode(),
    )
    seen.page.keyboard.press("Control+v")
    assert settled(seen.page) == "ok"
    expect(seen.page.locator("#digit")).to_have_text("2")


def test_a_picture_browsers_do_not_show_is_shown_as_it_was_read(page: Page, photo: Path, tmp_path: Path):
    Image.open(photo).save(tmp_path / "two.tiff")
    page.locator("#file").set_input_files(tmp_path / "two.tiff")
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text("2")
    expect(page.get_by_role("img", name="Your picture, two.tiff")).to_be_visible()
    expect(page.locator("#photo-name")).to_be_hidden()
    expect(page.locator("#found")).to_be_visible()


@pytest.mark.parametrize(("file", "digit"), [("seven.json", "7"), ("three.inkml", "3")])
def test_strokes_are_offered_and_read(visit: Callable[..., Visit], file: str, digit: str):
    ink = STROKES / file
    seen = visit()
    page = seen.page
    assert ink.suffix in (page.locator("#file").get_attribute("accept") or "").split(",")
    page.locator("#file").set_input_files(ink)
    assert settled(page) == "ok"
    expect(page.locator("#digit")).to_have_text(digit)
    # What was read is shown, and what was sent is the file.
    expect(page.get_by_role("img", name=f"Your picture, {file}")).to_be_visible()
    expect(page.locator("#photo-name")).to_be_hidden()
    assert seen.handed_over() == (file, ink.read_bytes())
    page.get_by_role("button", name="Why?").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"Why a {digit}?")
    expect(page.get_by_role("dialog").locator(".sentences")).to_contain_text("Most for")


def test_what_is_no_picture_gets_its_own_sentence(visit: Callable[..., Visit], tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear reader")
    seen = visit()
    seen.expects_refusals = True
    seen.page.locator("#file").set_input_files(tmp_path / "letter.txt")
    assert settled(seen.page) == "unreadable_image"
    assert said(seen.page).startswith("This file cannot be opened as a picture. Use a PNG, JPEG,")
    expect(seen.page.locator("#photo-name")).to_have_text("letter.txt")


def test_what_is_too_large_gets_its_own_sentence(visit: Callable[..., Visit], photo: Path):
    with serving(TENFOLD_MAX_BYTES="1000") as (address, _):
        seen = visit(url=address)
        seen.expects_refusals = True
        seen.page.locator("#file").set_input_files(photo)
        assert settled(seen.page) == "too_large"
        assert said(seen.page).startswith("This picture is too large. Crop it to the digit,")


@pytest.mark.parametrize(
    ("ground", "status"), [(Image.new("L", (200, 200), 255), "empty"), (Image.new("L", (200, 200), 40), "empty")]
)
def test_a_picture_of_nothing(page: Page, tmp_path: Path, ground: Image.Image, status: str):
    ground.save(tmp_path / "plain.png")
    page.locator("#file").set_input_files(tmp_path / "plain.png")
    assert settled(page) == status
    assert said(page).startswith("Nothing is written in this picture.")
