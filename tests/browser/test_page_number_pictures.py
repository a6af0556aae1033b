"""A picture in number mode: handed over, annotated, listed, corrected, and taken away."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from tests.browser.chromium import serving
from tests.browser.conftest import Visit
from tests.browser.number_mode import (
    DOUBTFUL,
    ROWS,
    TEXTS,
    Written,
    answering,
    compose,
    number,
    number_settled,
    save,
    write,
)
from tests.browser.strokes import DIGITS
from tests.browser.test_page_drawing import said
from tests.browser.test_page_pictures import HAND_OVER

from tenfold import Strokes
from tenfold.imaging.draw import draw_sheet

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def sheet_of_numbers() -> tuple[Image.Image, list[Written]]:
    return compose(ROWS)


@pytest.fixture(scope="session")
def photo(sheet_of_numbers: tuple[Image.Image, list[Written]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(sheet_of_numbers[0], tmp_path_factory.mktemp("pages") / "meters.jpg", quality=92)


@pytest.fixture
def seen(visit: Callable[..., Visit], address: str) -> Visit:
    return visit(url=f"{address}#number")


@pytest.fixture
def sheet(seen: Visit) -> Page:
    return seen.page


# How large the picture is that shows, and how many of its pixels are dark.
DARK = """() => {
  const photo = document.getElementById("number-photo");
  const [width, height] = [photo.naturalWidth, photo.naturalHeight];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(photo, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, dark: data.filter((value, place) => place % 4 === 0 && value < 128).length };
}"""


def inputs(page: Page) -> Locator:
    return page.locator("#list input")


def listed(page: Page) -> list[str]:
    return [one.input_value() for one in inputs(page).all()]


def hand_over(page: Page, photo: Path) -> None:
    page.locator("#file").set_input_files(photo)
    assert number_settled(page) in ("ok", "uncertain")
    page.wait_for_function("() => document.querySelector('#number-photo').naturalWidth > 0")


def states(page: Page) -> list[str | None]:
    return [box.get_attribute("data-state") for box in page.locator("#boxes .box").all()]


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_page_dropped_or_pasted_comes_back_annotated(seen: Visit, photo: Path, kind: str):
    page = seen.page
    page.evaluate(HAND_OVER, ["meters.jpg", base64.b64encode(photo.read_bytes()).decode(), kind])
    assert number_settled(page) == "ok"
    assert listed(page) == TEXTS
    assert seen.handed_over() == ("meters.jpg", photo.read_bytes())
    expect(page.get_by_role("img", name="Your picture, meters.jpg")).to_be_visible()
    expect(page.get_by_text("Write a number", exact=True)).to_be_hidden()
    expect(page.locator("#boxes .box")).to_have_count(len(TEXTS))
    assert said(page).startswith("5 numbers.")


def test_a_chosen_page_too(sheet: Page, photo: Path):
    with sheet.expect_file_chooser() as chooser:
        sheet.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files(photo)
    assert number_settled(sheet) == "ok"
    assert listed(sheet) == TEXTS


def lies_around(page: Page, places: list[Written], width: int) -> None:
    """Each box lies around the ink of its number, as it shows on the screen."""
    shown = page.locator("#number-photo").bounding_box()
    scale = shown["width"] / width
    for place, rect in zip(places, page.locator("#boxes rect").all(), strict=True):
        box = rect.bounding_box()
        found = [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]
        expected = [place.left, place.top, place.right, place.bottom]
        origin = [shown["x"], shown["y"]] * 2
        off = [(one - start) / scale - other for one, start, other in zip(found, origin, expected, strict=True)]
        assert all(-30 < value <= 8 for value in off[:2]), (place, off)
        assert all(-8 <= value < 30 for value in off[2:]), (place, off)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_boxes_lie_around_the_numbers(
    visit: Callable[..., Visit],
    address: str,
    photo: Path,
    sheet_of_numbers: tuple[Image.Image, list[Written]],
    width: int,
):
    page = visit(url=f"{address}#number", width=width).page
    hand_over(page, photo)
    lies_around(page, sheet_of_numbers[1], 1000)
    page.set_viewport_size({"width": 700, "height": 900})
    lies_around(page, sheet_of_numbers[1], 1000)


def test_a_photo_taken_with_the_camera_on_its_side(
    sheet: Page, sheet_of_numbers: tuple[Image.Image, list[Written]], tmp_path: Path
):
    image, places = sheet_of_numbers
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter clockwise
    lying = image.transpose(Image.Transpose.ROTATE_90)
    hand_over(sheet, save(lying, tmp_path / "lying.jpg", quality=92, exif=exif))
    assert listed(sheet) == TEXTS
    lies_around(sheet, places, 1000)


def test_entry_and_box_light_up_together(sheet: Page, photo: Path):
    hand_over(sheet, photo)
    boxes, entries = sheet.locator("#boxes .box"), sheet.locator(".entry")
    inputs(sheet).nth(2).focus()
    expect(boxes.nth(2)).to_have_class("box lit")
    expect(boxes.nth(2).locator(".label")).to_have_text(TEXTS[2])
    expect(boxes.nth(2).locator(".label")).to_be_visible()
    inputs(sheet).nth(3).focus()
    expect(boxes.nth(2)).to_have_class("box")
    entries.nth(0).hover()
    expect(boxes.nth(0)).to_have_class("box lit")
    boxes.nth(1).locator("rect").hover()
    expect(entries.nth(1)).to_have_class("entry lit")
    expect(entries.nth(0)).to_have_class("entry")
    boxes.nth(4).locator("rect").click()
    expect(inputs(sheet).nth(4)).to_be_focused()
    expect(entries.nth(4)).to_have_class("entry lit")


def test_doubtful_numbers_are_amber_marked_and_have_offers(sheet: Page, photo: Path):
    answering(sheet, "ok", DOUBTFUL)
    hand_over(sheet, photo)
    assert listed(sheet) == ["2026", "4?8", "?5"]
    assert states(sheet) == ["sure", "doubtful", "doubtful"]
    marks = sheet.locator("#boxes .mark")
    assert marks.all_text_contents() == ["", "?", "?"]
    strokes = [rect.evaluate("rect => getComputedStyle(rect).stroke") for rect in sheet.locator("#boxes rect").all()]
    assert strokes[0] != strokes[1] == strokes[2]
    assert said(sheet) == "3 numbers. 2 of them are doubtful. Compare what is marked ? with the picture."
    offers = [entry.locator(".offer").all_text_contents() for entry in sheet.locator(".entry").all()]
    assert offers == [
        [],
        ["43871.0\u202f%", "47820.0\u202f%"],
        ["7560.0\u202f%", "1530.0\u202f%", "355.0\u202f%"],
    ]
    sheet.locator(".entry").nth(2).get_by_role("button", name="15").click()
    assert listed(sheet) == ["2026", "4?8", "15"]
    expect(inputs(sheet).nth(2)).to_be_focused()
    assert states(sheet) == ["sure", "doubtful", "corrected"]
    assert said(sheet).startswith("3 numbers. One of them is doubtful.")


def test_the_box_of_a_doubtful_number_leads_to_its_doubtful_digit(sheet: Page, photo: Path):
    answering(sheet, "ok", DOUBTFUL)
    hand_over(sheet, photo)
    sheet.locator("#boxes rect").nth(1).click()
    sheet.keyboard.type("3")
    assert listed(sheet)[1] == "438"
    expect(sheet.locator(".entry").nth(1).locator(".surety")).to_have_text("corrected")


def test_the_list_by_keyboard(seen: Visit, photo: Path):
    page = seen.page
    hand_over(page, photo)
    asked = len(seen.questions)
    inputs(page).nth(0).focus()
    page.keyboard.press("Enter")
    expect(inputs(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(inputs(page).nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(inputs(page).nth(1)).to_be_focused()
    page.keyboard.type("99")
    assert listed(page)[1] == "99"
    page.keyboard.press("Control+z")  # the input's own undo, not the sheet's
    expect(page.locator("#page")).to_be_visible()
    inputs(page).nth(1).fill("12345")
    page.keyboard.press("Escape")  # takes the correction back, and nothing else
    assert listed(page) == TEXTS
    assert len(seen.questions) == asked


def test_corrections_stay_with_the_picture(sheet: Page, photo: Path):
    hand_over(sheet, photo)
    inputs(sheet).nth(1).fill("481")
    with sheet.expect_response("**/v1/read"):
        sheet.get_by_role("button", name="Recognise").click()
    number_settled(sheet)
    corrected = [*TEXTS[:1], "481", *TEXTS[2:]]
    assert listed(sheet) == corrected
    sheet.get_by_role("button", name="Clear").click()
    expect(sheet.locator("#page")).to_be_hidden()
    expect(sheet.locator("#listing")).to_be_hidden()
    expect(sheet.get_by_text("Write a number", exact=True)).to_be_visible()
    sheet.get_by_role("button", name="Undo").click()
    number_settled(sheet)
    assert listed(sheet) == corrected
    sheet.locator(".entry").nth(1).get_by_role("button", name="Take it back").click()
    assert listed(sheet) == TEXTS


def test_copy_all(visit: Callable[..., Visit], address: str, photo: Path):
    page = visit(url=f"{address}#number", permissions=["clipboard-read", "clipboard-write"]).page
    hand_over(page, photo)
    inputs(page).nth(0).fill("1999")
    page.get_by_role("button", name="Copy all").click()
    expect(page.get_by_text("5 numbers copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "\n".join(["1999", *TEXTS[1:]])


def downloaded(page: Page) -> tuple[str, list[dict[str, Any]]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(download.value.path()).read_text("utf-8")
    return download.value.suggested_filename, list(csv.DictReader(io.StringIO(text)))


def test_download_csv(sheet: Page, photo: Path):
    hand_over(sheet, photo)
    inputs(sheet).nth(1).fill("$4,181")
    name, rows = downloaded(sheet)
    assert name == "meters.csv"
    assert [row["text"] for row in rows] == [TEXTS[0], "$4,181", *TEXTS[2:]]
    assert [row["read"] for row in rows] == TEXTS
    assert rows[1]["value"] == "4181"
    assert {row["file"] for row in rows} == {"meters.jpg"}
    assert all(0.5 < float(row["confidence"]) <= 1 for row in rows)
    assert all(int(row[side]) > 0 for row in rows for side in ("x", "y", "width", "height"))


def test_csv_of_doubtful_numbers_and_awkward_names(sheet: Page, photo: Path, tmp_path: Path):
    note = 'Read as "1", without the check digit.'
    answering(sheet, "ok", [number("1?", "12", 0.5, (9, 9, 90, 90), others={"17": 0.25}, note=note)])
    hand_over(sheet, save(Image.open(photo), tmp_path / "a,b.2.jpg"))
    name, (row,) = downloaded(sheet)
    assert name == "a,b.2.csv"
    assert (row["file"], row["text"], row["value"], row["note"]) == ("a,b.2.jpg", "1?", "12", note)
    assert row["alternatives"] == "17:0.2500"


def test_a_picture_turned_to_be_read_has_upright_pieces(sheet: Page, photo: Path):
    answering(sheet, "ok", [number("2026", "2026", 0.9, (100, 90, 60, 240))], turned=90)
    hand_over(sheet, photo)
    width, height = sheet.locator(".piece").evaluate("piece => [piece.width, piece.height]")
    assert width > 2 * height


def test_writing_takes_the_place_of_a_picture_after_clear(sheet: Page, photo: Path):
    hand_over(sheet, photo)
    sheet.keyboard.press("Escape")
    write(sheet, "38")
    assert number_settled(sheet) == "ok"
    expect(sheet.locator("#figures .numeral")).to_have_text(["3", "8"])
    expect(sheet.locator("#listing")).to_be_hidden()


def test_a_picture_browsers_do_not_show_is_shown_as_it_was_read(sheet: Page, photo: Path, tmp_path: Path):
    sheet.locator("#file").set_input_files(save(Image.open(photo), tmp_path / "meters.tiff"))
    assert number_settled(sheet) == "ok"
    assert listed(sheet) == TEXTS
    expect(sheet.locator("#boxes .box")).to_have_count(len(TEXTS))
    expect(sheet.get_by_role("img", name="Your picture, meters.tiff")).to_be_visible()
    expect(sheet.locator("#number-photo-name")).to_be_hidden()
    expect(sheet.locator(".piece").first).to_be_visible()


def test_where_it_cannot_be_shown_there_are_its_name_list_and_boxes(
    visit: Callable[..., Visit], photo: Path, address: str, tmp_path: Path
):
    seen = visit(url=f"{address}#number")
    seen.expects_refusals = True
    seen.page.route("**/v1/picture*", lambda route: route.fulfill(status=503, json={"error": {}}))
    seen.page.locator("#file").set_input_files(save(Image.open(photo), tmp_path / "meters.tiff"))
    assert number_settled(seen.page) == "ok"
    assert listed(seen.page) == TEXTS
    expect(seen.page.locator("#number-photo-name")).to_have_text("meters.tiff")
    expect(seen.page.locator("#boxes .box")).to_have_count(len(TEXTS))
    expect(seen.page.locator(".piece").first).to_be_hidden()


@pytest.mark.parametrize("count", [2, 60])
def test_rows_of_strokes_are_read_as_a_page_of_numbers(sheet: Page, tmp_path: Path, count: int):
    """However many rows there are: those that have to be drawn small are shown with the finer pen, too."""
    numbers = [("2086", "9350")[row % 2] for row in range(count)]
    ink = [
        {"x": [x + 0.75 * place for x, _ in line], "y": [y + 0.8 * row for _, y in line]}
        for row, number in enumerate(numbers)
        for place, digit in enumerate(number)
        for line in DIGITS[int(digit)]
    ]
    (tmp_path / "meters.json").write_text(json.dumps({"strokes": ink}))
    sheet.locator("#file").set_input_files(tmp_path / "meters.json")
    assert number_settled(sheet) == "ok"
    assert listed(sheet) == numbers
    expect(sheet.get_by_role("img", name="Your picture, meters.json")).to_be_visible()
    expect(sheet.locator(".piece").first).to_be_visible()
    # What is shown is what was read, pixel by pixel.
    drawn = draw_sheet(Strokes.of(ink))
    shown = sheet.evaluate(DARK)
    assert [shown["width"], shown["height"], shown["dark"]] == [*drawn.shape[::-1], int((drawn < 128).sum())]


def test_a_picture_of_nothing(sheet: Page, tmp_path: Path):
    plain = save(Image.new("L", (600, 300), 250), tmp_path / "plain.png")
    sheet.locator("#file").set_input_files(plain)
    assert number_settled(sheet) == "empty"
    assert said(sheet).startswith("Nothing is written in this picture.")
    expect(sheet.locator("#listing")).to_be_hidden()
    expect(sheet.locator("#boxes .box")).to_have_count(0)


def test_what_is_no_picture_gets_its_own_sentence(seen: Visit, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear reader")
    seen.expects_refusals = True
    seen.page.locator("#file").set_input_files(tmp_path / "letter.txt")
    assert number_settled(seen.page) == "unreadable_image"
    assert said(seen.page).startswith("This file cannot be opened as a picture. Use a PNG, JPEG,")
    expect(seen.page.locator("#number-photo-name")).to_have_text("letter.txt")


def test_what_is_too_large_gets_its_own_sentence(visit: Callable[..., Visit], photo: Path):
    with serving(TENFOLD_MAX_BYTES="1000") as (address, _):
        seen = visit(url=f"{address}#number")
        seen.expects_refusals = True
        seen.page.locator("#file").set_input_files(photo)
        assert number_settled(seen.page) == "too_large"
        assert said(seen.page).startswith("This picture is too large. Crop it to the numbers,")


def test_while_a_picture_is_read_the_page_says_so(sheet: Page, photo: Path):
    held = []
    sheet.route("**/v1/read", lambda route: held.append(route))
    sheet.locator("#file").set_input_files(photo)
    expect(sheet.locator("#reply")).to_have_attribute("data-status", "reading")
    assert said(sheet) == "Reading your picture …"
    held[0].continue_()
    assert number_settled(sheet) == "ok"
    assert listed(sheet) == TEXTS
