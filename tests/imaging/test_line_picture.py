"""Every line comes out in one form: 32 pixels high, straight, not too long, and its pixels know their place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.imaging.pages import row_ink

from tenfold.imaging.line_picture import LINE_HEIGHT, LONGEST, MARGIN, WRITING, LinePicture, line_picture
from tenfold.types import Box, Pixels


def cut(ink: Pixels, box: Box | None = None, slope: float = 0.0) -> LinePicture:
    box = box or Box(0, 0, ink.shape[1], ink.shape[0])
    return line_picture(ink, (ink > 40).astype(np.uint8), box, slope)


def in_form(made: LinePicture) -> None:
    assert made.pixels.dtype == np.uint8
    assert made.pixels.shape[0] == LINE_HEIGHT
    assert made.pixels.shape[1] % 4 == 0
    assert 4 <= made.pixels.shape[1] <= LONGEST
    assert made.back.shape == (2, 3)
    assert np.isfinite(made.back).all()


def likeness(one: Pixels, other: Pixels) -> float:
    wide = max(one.shape[1], other.shape[1])
    a, b = (np.pad(p.astype(float), ((0, 0), (0, wide - p.shape[1]))).ravel() for p in (one, other))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_the_writing_fills_its_height_and_has_a_margin() -> None:
    made = cut(row_ink("20485", 60))
    rows, places = np.nonzero(made.pixels > 100)
    assert abs(np.ptp(rows) + 1 - WRITING) <= 2
    assert abs((rows.min() + rows.max()) / 2 - (LINE_HEIGHT - 1) / 2) <= 1
    assert abs(places.min() - MARGIN) <= 3
    assert abs(made.pixels.shape[1] - 1 - places.max() - MARGIN) <= 3
    assert made.pixels.max() >= 250
    assert made.pixels[:, :3].max() == 0


@pytest.mark.parametrize(("height", "least"), [(16, 0.75), (24, 0.85), (60, 0.93), (150, 0.95), (400, 0.95)])
def test_the_same_writing_is_the_same_at_any_size(height: int, least: float) -> None:
    reference = cut(row_ink("20485", 96)).pixels
    made = cut(row_ink("20485", height)).pixels
    assert abs(made.shape[1] - reference.shape[1]) <= 4
    assert likeness(made, cv2.resize(reference, made.shape[::-1], interpolation=cv2.INTER_AREA)) > least


@pytest.mark.parametrize("depth", [0.15, 0.4, 1.0])
def test_faint_ink_is_as_bright_as_strong(depth: float) -> None:
    ink = row_ink("20485", 60)
    faint = np.rint(ink * depth).astype(np.uint8)
    made = line_picture(faint, (ink > 100).astype(np.uint8), Box(0, 0, ink.shape[1], ink.shape[0]))
    assert likeness(made.pixels, cut(ink).pixels) > 0.98
    assert made.pixels.max() >= 240


def test_a_thin_pen_does_not_vanish() -> None:
    thin = cut(row_ink("20485", 320, pen=2)).pixels
    assert thin.max() > 150
    stroke = (thin > 100).sum() / (row_ink("20485", 320, pen=2) > 100).sum()
    assert stroke * (320 / WRITING) ** 2 > 4


@pytest.mark.parametrize("slope", [-0.12, -0.05, 0.05, 0.12])
@pytest.mark.parametrize("text", ["2048", "7000000001", "0000100000"])
def test_nothing_is_cut_off_a_line_taken_for_sloping(text: str, slope: float) -> None:
    # Digits of different heights make a level line look as if it sloped; all of them must still fit in.
    made = cut(row_ink(text, 16), slope=slope).pixels
    assert made[[0, 1, -2, -1]].max() < 120
    rows, _ = np.nonzero(made > 100)
    assert np.ptp(rows) + 1 >= WRITING - 3


@pytest.mark.parametrize("degrees", [-18, -8, 8, 18])
def test_a_sloping_line_is_set_straight(degrees: float) -> None:
    ink = row_ink("2048520485", 60)
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    turn[1, 2] += 200
    page = cv2.warpAffine(ink, turn, (width, height + 400))
    box = Box(*cv2.boundingRect(page))
    made = cut(np.asarray(page, np.uint8), box, float(np.tan(np.radians(degrees)))).pixels
    rows, _ = np.nonzero(made > 100)
    assert np.ptp(rows) + 1 <= WRITING + 5


@given(
    height=st.integers(10, 400),
    width=st.integers(1, 3000),
    left=st.integers(-0, 30),
    top=st.integers(0, 30),
    slope=st.floats(-0.4, 0.4),
)
@settings(max_examples=120)
def test_any_size_and_slope_keep_the_form(height: int, width: int, left: int, top: int, slope: float) -> None:
    width = min(width, 400_000 // height)
    page = np.zeros((height + top + 5, width + left + 3), np.uint8)
    box = Box(left, top, width, height)
    page[top : top + height, left : left + width] = 200
    made = line_picture(page, (page > 0).astype(np.uint8), box, slope)
    in_form(made)
    # The middle of the box is the middle of the line.
    middle = made.back @ ((made.pixels.shape[1] - 1) / 2, (LINE_HEIGHT - 1) / 2, 1)
    assert middle == pytest.approx([left + (width - 1) / 2, top + (height - 1) / 2], abs=1e-6)


shapes = st.one_of(
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    st.tuples(st.integers(1, 2), st.integers(1, 2000)),
    st.tuples(st.integers(1, 2000), st.integers(1, 2)),
)


@given(ink=shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape)), slope=st.sampled_from([0.0, 0.3, -0.3]))
@settings(max_examples=80)
def test_any_picture_keeps_the_form(ink: Pixels, slope: float) -> None:
    in_form(cut(ink, slope=slope))


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (32, 32), (3, 5000)])
@pytest.mark.parametrize("level", [0, 1, 41, 255])
def test_constant_pictures_keep_the_form(shape: tuple[int, int], level: int) -> None:
    made = cut(np.full(shape, level, np.uint8))
    in_form(made)
    if level == 0:
        assert not made.pixels.any()


def test_what_is_longer_than_any_number_is_pressed_together() -> None:
    made = cut(row_ink("20485" * 30, 20))
    in_form(made)
    assert made.pixels.shape[1] == LONGEST
    _, places = np.nonzero(made.pixels > 60)
    assert places.min() >= MARGIN - 2
    assert places.max() <= LONGEST - MARGIN + 2


def test_a_pixel_has_its_place_on_the_page() -> None:
    page = np.zeros((300, 500), np.uint8)
    ink = row_ink("204", 48)
    box = Box(130, 90, ink.shape[1], ink.shape[0])
    page[90 : 90 + 48, 130 : 130 + ink.shape[1]] = ink
    made = cut(page, box)
    rows, places = np.nonzero(made.pixels > 128)
    x, y = made.back @ np.stack([places, rows, np.ones(len(rows))])
    assert x.min() == pytest.approx(box.x, abs=3)
    assert x.max() == pytest.approx(box.x + box.width - 1, abs=3)
    assert y.min() == pytest.approx(box.y, abs=3)
    assert y.max() == pytest.approx(box.y + box.height - 1, abs=3)
