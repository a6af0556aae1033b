"""Rows of writing are found where they stand, each by itself, on any page; and nothing else is found."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.imaging.pages import Draft, around, blank, in_picture, overlap, row_ink, turned

from tenfold.imaging.line_picture import LINE_HEIGHT, LONGEST, WRITING
from tenfold.imaging.lines import Sheet, cut_line, find_lines
from tenfold.types import Box, Pixels

IDENTITY = np.array([[1.0, 0, 0], [0, 1, 0]])


def found_on(pixels: Pixels) -> Sheet:
    sheet = find_lines(pixels)
    assert sheet is not None
    return sheet


def stands(pixels: Pixels, boxes: list[Box], least: float = 0.85) -> Sheet:
    """The lines on a page are these, in any order."""
    sheet = found_on(pixels)
    found = [in_picture(sheet, line) for line in sheet.lines]
    assert len(found) == len(boxes)
    for box in boxes:
        assert max(overlap(box, one) for one in found) >= least, (box, found)
    return sheet


def four_rows() -> Draft:
    page = blank(400, 600)
    for text, left, top in (("2047", 40, 30), ("395", 350, 34), ("86", 60, 150), ("70528", 300, 305)):
        page.write(text, left, top)
    return page


# ---- where they stand ------------------------------------------------------------------------------


def test_rows_come_from_top_to_bottom_and_from_left_to_right() -> None:
    page = four_rows()
    sheet = stands(page.on_paper(), page.boxes, 0.97)
    for line, box in zip(sheet.lines, page.boxes, strict=True):
        assert overlap(in_picture(sheet, line), box) >= 0.97


@pytest.mark.parametrize("height", [10, 13, 20, 40, 100, 250, 400])
def test_digits_of_any_size(height: int) -> None:
    page = blank(2 * height + 20, 7 * height + 60)
    page.write("20485", height // 2 + 5, height // 2 + 10, height)
    (line,) = stands(page.on_paper(), page.boxes, 0.9).lines
    assert not line.cut
    assert line.slope == 0


@pytest.mark.parametrize(("tone", "dark"), [(245, 30), (245, 205), (150, 60), (30, 220), (60, 110), (5, 250)])
def test_dark_on_light_and_light_on_dark_faint_and_strong(tone: int, dark: int) -> None:
    page = four_rows()
    stands(page.on_paper(tone, dark), page.boxes, 0.9)


def test_colour_is_enough() -> None:
    page = four_rows()
    paper, pen = np.array([90, 160, 90.0]), np.array([200, 95, 70.0])  # of equal lightness
    colour = paper + page.ink[..., None] * (pen - paper)
    stands(np.rint(colour).astype(np.uint8), page.boxes, 0.9)


def test_pencil_beside_marker() -> None:
    page = blank(300, 500)
    page.write("2047", 40, 30, depth=1.0)
    page.write("395", 60, 180, depth=0.35)
    stands(page.on_paper(), page.boxes, 0.9)


@pytest.mark.parametrize("degrees", [-15, -9, -4, -1, 1, 4, 9, 15])
def test_a_page_that_was_turned(degrees: float) -> None:
    page = four_rows()
    pixels, turn = turned(page.on_paper(), degrees)
    sheet = stands(pixels, [around(box, turn) for box in page.boxes], 0.75)
    if abs(degrees) > 10:
        return
    # Set straight, each is as wide for its height as it was written.
    for line in sheet.lines:
        cut = cut_line(sheet, line)
        rows, places = np.nonzero(cut.pixels > 90)
        assert np.ptp(rows) + 1 <= WRITING + 6
        here = in_picture(sheet, line)
        there = page.boxes[int(np.argmax([overlap(around(box, turn), here) for box in page.boxes]))]
        assert (np.ptp(places) + 1) / WRITING == pytest.approx(there.width / there.height, rel=0.25)


@pytest.mark.parametrize("degrees", [-15, -8, -3, 3, 8, 15])
def test_ruled_paper_that_was_turned(degrees: float) -> None:
    page = four_rows()
    for y in range(74, 400, 40):
        page.rule((0, y), (599, y))
    pixels, turn = turned(page.on_paper(), degrees)
    sheet = found_on(pixels)
    # Here the page itself is levelled: compared is where the middle of each row is.
    found = [in_picture(sheet, line) for line in sheet.lines]
    assert len(found) == len(page.boxes)
    for box in page.boxes:
        x, y = turn @ (box.x + box.width / 2, box.y + box.height / 2, 1)
        assert min(np.hypot(one.x + one.width / 2 - x, one.y + one.height / 2 - y) for one in found) < 8


def test_a_page_larger_than_is_looked_at_keeps_its_places() -> None:
    page = blank(3200, 2400)
    page.write("2047", 300, 400, 90)
    page.write("395", 1500, 2600, 120)
    sheet = stands(page.on_paper(), page.boxes, 0.95)
    assert max(sheet.mask.shape) < 3200


# ---- what belongs together -------------------------------------------------------------------------


def test_columns_stay_apart() -> None:
    page = blank(420, 640)
    for row in range(5):
        for column in range(3):
            page.write(str(203 + 37 * (3 * row + column)), 40 + 210 * column, 30 + 75 * row, 36)
    sheet = stands(page.on_paper(), page.boxes, 0.95)
    for line, box in zip(sheet.lines, page.boxes, strict=True):
        assert overlap(in_picture(sheet, line), box) >= 0.95


@pytest.mark.parametrize("gap", [4, 12, 40])
def test_cells_of_a_table_stay_apart_even_where_the_writing_all_but_touches_the_rule(gap: int) -> None:
    page = blank(330, 700)
    right = 30
    rules = [right - 10]
    for column in range(3):
        boxes = [page.write(str(204 + 111 * column + 37 * row), right, 40 + 100 * row) for row in range(3)]
        right = max(box.x + box.width for box in boxes) + 2 * gap
        rules.append(right - gap)
    for x in rules:
        page.rule((x, 15), (x, 315))
    for y in (15, 115, 215, 315):
        page.rule((rules[0], y), (rules[-1], y))
    stands(page.on_paper(), page.boxes, 0.9)


def test_a_comb_of_boxes_holds_one_number() -> None:
    page = blank(130, 480)
    for place in range(6):
        page.rule((20 + 70 * place, 20), (20 + 70 * place, 105))
    for y in (20, 105):
        page.rule((20, y), (370, y))
    for place, digit in enumerate("80352"):
        page.write(digit, 42 + 70 * place, 38, 50)
    (line,) = found_on(page.on_paper()).lines
    whole = Box(page.boxes[0].x, 38, page.boxes[-1].x + page.boxes[-1].width - page.boxes[0].x, 50)
    assert overlap(line.box, whole) > 0.9


@pytest.mark.parametrize("apart", [8, 16, 24, 40, 90])
def test_small_figures_beside_large_ones_are_not_torn_apart(apart: int) -> None:
    page = blank(220, 900)
    large = page.write("2048", 40, 60, 90)
    small = page.write("507", large.x + large.width + apart, 62, 34)
    sheet = found_on(page.on_paper())
    # In one line or in two, but all of the small ones in the same.
    boxes = [in_picture(sheet, line) for line in sheet.lines]
    assert len(boxes) <= 2
    assert any(box.x <= small.x + 4 and box.x + box.width >= small.x + small.width - 4 for box in boxes)


@pytest.mark.parametrize("mark", [".", ",", "-"])
def test_a_small_mark_belongs_to_its_number(mark: str) -> None:
    page = blank(150, 420)
    first = page.write("20", 40, 50)
    x = first.x + first.width + 14
    top, wide, tall = {".": (84, 6, 6), ",": (82, 6, 14), "-": (68, 18, 5)}[mark]
    page.ink[top : top + tall, x : x + wide] = 1
    last = page.write("48", x + wide + 14, 50)
    (line,) = found_on(page.on_paper()).lines
    assert line.box.x <= first.x
    assert line.box.x + line.box.width >= last.x + last.width
    assert line.mask[top - line.box.y + 2, x + wide // 2 - line.box.x] == 1


@pytest.mark.parametrize(("sag", "below"), [(0, 6), (3, 8), (-3, 14)])
def test_an_underline_is_none_of_it(sag: int, below: int) -> None:
    page = blank(160, 420)
    box = page.write("20485", 60, 50)
    foot = box.y + box.height + below
    ends = np.array([(45, foot), (45 + box.width // 2, foot + sag), (box.x + box.width + 20, foot)], np.int32)
    layer = np.zeros(page.ink.shape, np.uint8)
    cv2.polylines(layer, [ends.reshape(-1, 1, 2)], False, 255, 3, cv2.LINE_AA)
    page.ink = np.maximum(page.ink, layer.astype(np.float32) / 255)
    stands(page.on_paper(), page.boxes, 0.9)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("wide", [12, 60])
def test_a_dark_gutter_is_no_writing(side: str, wide: int) -> None:
    page = four_rows()
    bordered = {"left": (0, 0, wide, 0), "right": (0, 0, 0, wide), "top": (wide, 0, 0, 0), "bottom": (0, wide, 0, 0)}
    pixels = cv2.copyMakeBorder(page.on_paper(), *bordered[side], cv2.BORDER_CONSTANT, value=12)
    down, right = bordered[side][0], bordered[side][2]
    boxes = [Box(box.x + right, box.y + down, box.width, box.height) for box in page.boxes]
    stands(pixels, boxes, 0.9)


def test_a_sheet_on_a_table() -> None:
    page = four_rows()
    pixels = cv2.copyMakeBorder(page.on_paper(), 50, 40, 60, 70, cv2.BORDER_CONSTANT, value=35)
    stands(pixels, [Box(box.x + 60, box.y + 50, box.width, box.height) for box in page.boxes], 0.9)


def test_light_that_falls_off_and_a_shadow() -> None:
    page = four_rows()
    rows, places = np.mgrid[0:1:400j, 0:1:600j]
    light = 1 - 0.6 * (rows + places) / 2
    light = np.where(rows + places < 0.7, light * 0.7, light)
    stands(np.rint(page.on_paper(tone=235) * light).astype(np.uint8), page.boxes, 0.9)


def test_dust_is_no_writing() -> None:
    page = four_rows()
    rng = np.random.default_rng(3)
    pixels = page.on_paper()
    for x, y in rng.integers(0, (600, 400), (40, 2)):
        # What lies nearer may be a full stop.
        if all(not (b.x - 40 < x < b.x + b.width + 40 and b.y - 20 < y < b.y + b.height + 20) for b in page.boxes):
            pixels[y : y + 2, x : x + 2] = 90
    stands(pixels, page.boxes, 0.9)


def test_what_the_edge_cuts_off_is_known() -> None:
    page = blank(200, 400)
    page.write("2048", 60, 80)
    whole = page.on_paper()
    (line,) = found_on(whole[:, page.boxes[0].x + 8 :]).lines
    assert line.cut
    (line,) = found_on(whole).lines
    assert not line.cut


# ---- cut out ---------------------------------------------------------------------------------------


def test_a_line_is_cut_out_without_its_neighbours() -> None:
    page = blank(200, 420)
    page.write("20485", 60, 40)
    page.write("39672", 60, 95)
    sheet = found_on(page.on_paper(grain=0))
    alone = blank(200, 420)
    alone.write("20485", 60, 40)
    other = found_on(alone.on_paper(grain=0))
    cut, expected = cut_line(sheet, sheet.lines[0]).pixels, cut_line(other, other.lines[0]).pixels
    assert cut.shape == expected.shape
    assert np.abs(cut.astype(int) - expected).mean() < 1


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_a_pixel_of_a_cut_line_has_its_place_in_the_picture(scale: int) -> None:
    page = blank(200 * scale, 420 * scale)
    box = page.write("20485", 60 * scale, 80 * scale, 40 * scale)
    sheet = found_on(page.on_paper(grain=0))
    cut = cut_line(sheet, sheet.lines[0])
    rows, places = np.nonzero(cut.pixels > 128)
    whole = np.vstack([sheet.back, [0, 0, 1]]) @ np.vstack([cut.back, [0, 0, 1]])
    x, y = (whole @ np.stack([places, rows, np.ones(len(rows))]))[:2]
    slack = 2.5 * scale
    assert x.min() == pytest.approx(box.x, abs=slack)
    assert x.max() == pytest.approx(box.x + box.width, abs=slack)
    assert y.min() == pytest.approx(box.y, abs=slack)
    assert y.max() == pytest.approx(box.y + box.height, abs=slack)


# ---- anything --------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 7, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (40, 40), (600, 900), (30, 40, 3)])
def test_a_bare_page_has_no_lines(level: int, shape: tuple[int, ...]) -> None:
    sheet = find_lines(np.full(shape, level, np.uint8))
    assert sheet is None or sheet.lines == ()


shapes = st.one_of(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.tuples(st.integers(1, 3), st.integers(1, 3000)),
    st.tuples(st.integers(1, 3000), st.integers(1, 3)),
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3)),
)


def checked(pixels: Pixels) -> None:
    sheet = find_lines(pixels)
    if sheet is None:
        return
    height, width = sheet.mask.shape
    assert sheet.strength.shape == sheet.mask.shape
    assert set(np.unique(sheet.mask)) <= {0, 1}
    for line in sheet.lines:
        box = line.box
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= width
        assert box.y + box.height <= height
        assert line.mask.shape == (box.height, box.width)
        assert line.mask.any()
        assert abs(line.slope) <= 0.4
        cut = cut_line(sheet, line).pixels
        assert cut.shape[0] == LINE_HEIGHT
        assert cut.shape[1] % 4 == 0
        assert 4 <= cut.shape[1] <= LONGEST


@given(pixels=shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape)))
@settings(max_examples=120)
def test_any_picture_has_lines_in_shape_or_none(pixels: Pixels) -> None:
    checked(pixels)


NOISE: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "even": lambda rng: rng.integers(0, 256, (500, 700)),
    "black and white": lambda rng: 255 * rng.integers(0, 2, (300, 400)),
    "checks": lambda _: 255 * (np.indices((301, 401)).sum(axis=0) % 2),
    "stripes": lambda _: 255 * (np.indices((300, 400))[1] // 3 % 2),
    "grid": lambda _: 255 * ((np.indices((400, 400)) % 20 < 2).any(axis=0)),
    "spots": lambda rng: np.where(rng.random((600, 800)) < 0.004, 0, 255),
    "one pixel": lambda _: np.pad(np.zeros((1, 1)), 50, constant_values=255),
    "a slope": lambda _: np.tile(np.linspace(0, 255, 900), (300, 1)),
}


@pytest.mark.parametrize("kind", NOISE)
def test_noise_and_patterns_do_no_harm(kind: str) -> None:
    checked(np.asarray(NOISE[kind](np.random.default_rng(0)), np.uint8))


@given(height=st.integers(10, 90), text=st.text("0123456789", min_size=1, max_size=6), seed=st.integers(0, 99))
@settings(max_examples=40)
def test_one_row_alone_is_one_line(height: int, text: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    row = row_ink(text, height).astype(np.float32) / 255
    margins = [(int(a), int(b)) for a, b in rng.integers(height // 2 + 4, 2 * height + 8, (2, 2))]
    ink = np.pad(row, margins)
    pixels = np.rint(245 - 215 * ink).astype(np.uint8)
    box = Box(margins[1][0], margins[0][0], row.shape[1], row.shape[0])
    sheet = found_on(pixels)
    assert len(sheet.lines) == 1
    assert overlap(in_picture(sheet, sheet.lines[0]), box) > 0.8
