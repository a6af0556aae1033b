"""What lies around a digit, under it or beside it is not the digit; what is small is not nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from tests.imaging.papers import SIDE, STROKES, ink, on
from tests.imaging.test_normalize import BLACK, WHITE, likeness, saw

from tenfold.imaging.normalize import normalize
from tenfold.imaging.sheet import without_table
from tenfold.types import Picture

SMALL = {
    0: [[(50, 0), (80, 20), (90, 50), (80, 80), (50, 100), (20, 80), (10, 50), (20, 20), (50, 0)]],
    4: [[(30, 0), (5, 60), (95, 60)], [(70, 30), (65, 100)]],
    8: [[(50, 48), (20, 25), (48, 0), (80, 22), (50, 48), (10, 76), (48, 100), (90, 76), (50, 48)]],
    9: [[(85, 25), (50, 45), (15, 22), (45, 0), (85, 15), (78, 60), (70, 100)]],
}


def on_table(digit: int, table: int, paper: int, degrees: float) -> np.ndarray:
    """A sheet with a digit, turned, on a table with all its edges in sight: uint8 (400, 400)."""
    sheet = np.full((SIDE, SIDE), float(paper))
    drawn = ink(digit)
    sheet = sheet * (1 - drawn) + (30 if paper > 127 else 240) * drawn
    turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), degrees, 0.85)
    turn[:, 2] += (400 - SIDE) / 2
    covered = cv2.warpAffine(np.ones((SIDE, SIDE)), turn, (400, 400))
    placed = cv2.warpAffine(sheet, turn, (400, 400), borderMode=cv2.BORDER_REPLICATE)
    return np.rint(table * (1 - covered) + placed * covered).astype(np.uint8)


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize(("table", "paper"), [(40, 235), (120, 235), (225, 80)])
@pytest.mark.parametrize("degrees", [0, 6, -8])
def test_a_table_around_the_sheet_leaves_no_trace(digit: int, table: int, paper: int, degrees: float) -> None:
    bare = on_table(digit, paper, paper, degrees)
    assert likeness(saw(bare), saw(on_table(digit, table, paper, degrees))) > 0.93


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("colours", [(WHITE, BLACK), (BLACK, WHITE)])
def test_a_picture_without_a_table_stays_as_it_is(digit: int, colours: tuple[tuple[int, ...], ...]) -> None:
    tone = np.ascontiguousarray(on(ink(digit, 40), *colours)[..., 0])
    assert without_table(tone) is tone


@pytest.mark.parametrize("side", [96, 200, 512])
@pytest.mark.parametrize("hole", [0.05, 0.12, 0.2])
@pytest.mark.parametrize("ink_tone", [0, 255])
def test_a_fat_digit_with_a_small_hole_is_no_sheet(side: int, hole: float, ink_tone: int) -> None:
    zero, eight = (np.full((side, side), 255 - ink_tone, np.uint8) for _ in range(2))
    axes = (round(side * hole), round(side * 0.36))
    cv2.ellipse(zero, (side // 2, side // 2), axes, 0, 0, 360, ink_tone, round(side * 0.22), cv2.LINE_AA)
    for centre in (0.36, 0.64):
        place = (side // 2, round(side * centre))
        cv2.circle(eight, place, round(side * 0.11), ink_tone, round(side * 0.16), cv2.LINE_AA)
    assert without_table(zero) is zero
    assert without_table(eight) is eight


@pytest.mark.parametrize(("height", "width"), [(150, 266), (180, 320), (270, 480)])
def test_a_sheet_is_found_in_a_wide_photograph(height: int, width: int) -> None:
    table = np.full((height, width), 120, np.uint8)
    sheet = cv2.resize(on(ink(2), WHITE, BLACK)[..., 0], (height * 3 // 4, height * 3 // 4))
    top, left = height // 8, (width - sheet.shape[1]) // 2
    table[top : top + len(sheet), left : left + len(sheet)] = sheet
    assert likeness(saw(sheet), saw(table)) > 0.93


@pytest.mark.parametrize("digit", STROKES)
def test_an_underline_leaves_no_trace(digit: int) -> None:
    plain = on(ink(digit, 12), WHITE, BLACK)
    underlined = cv2.line(plain.copy(), (80, 266), (205, 260), BLACK, 6)
    assert likeness(saw(plain), saw(underlined)) > 0.97


@pytest.mark.parametrize("digit", STROKES)
def test_a_comb_box_leaves_no_trace(digit: int) -> None:
    plain = on(ink(digit, 12), WHITE, BLACK)
    corners = np.array([(50, 150), (50, 255), (225, 255), (225, 150)], np.int32).reshape(-1, 1, 2)
    boxed = cv2.polylines(plain.copy(), [corners], False, (90, 90, 90), 3)
    assert likeness(saw(plain), saw(boxed)) > 0.97


def test_a_broken_two_keeps_its_base() -> None:
    whole = ink(2, 12)
    broken = whole.copy()
    broken[205:209] = 0  # the pen skipped just above the base
    assert likeness(saw(on(whole, WHITE, BLACK)), saw(on(broken, WHITE, BLACK))) > 0.9


@pytest.mark.parametrize("digit", SMALL)
@pytest.mark.parametrize(("height", "side", "pen"), [(14, 280, 2), (22, 300, 3), (30, 300, 4), (38, 600, 3)])
def test_a_small_digit_is_more_than_a_dot(digit: int, height: int, side: int, pen: int) -> None:
    fine = np.zeros((height * 8 + 64, height * 8 + 64), np.uint8)
    for line in SMALL[digit]:
        points = [(round(x * (height - pen) * 0.08) + 32, round(y * (height - pen) * 0.08) + 32) for x, y in line]
        cv2.polylines(fine, [np.array(points, np.int32).reshape(-1, 1, 2)], False, 255, pen * 8)
    small = cv2.resize(fine, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    page = np.full((side, side), 250, np.uint8)
    page[40 : 40 + len(small), 60 : 60 + len(small)] -= (small * (230 / 255)).astype(np.uint8)
    answer = normalize(Picture(page))
    assert not answer.empty, answer.reason


@pytest.mark.parametrize("radius", [3, 5, 9, 14])
@pytest.mark.parametrize("side", [280, 600])
def test_a_dot_stays_a_dot(radius: int, side: int) -> None:
    page = np.full((side, side), 250, np.uint8)
    cv2.circle(page, (side // 3, side // 2), radius, 20, -1, cv2.LINE_AA)
    assert normalize(Picture(page)).empty


@pytest.mark.parametrize("turn", [0, 10, 30, 45, 75])
@pytest.mark.parametrize("dark", [0.25, 0.45])
def test_a_blank_sheet_half_in_shade_is_blank(turn: int, dark: float) -> None:
    table = np.full((480, 640), 55, np.float32)
    corners = np.array([[-160, -115], [160, -115], [160, 115], [-160, 115]], float)
    cos, sin = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    placed = corners @ np.array([[cos, sin], [-sin, cos]]) + (320, 240)
    cv2.fillPoly(table, [np.rint(placed).astype(np.int32)], (225,), cv2.LINE_AA)
    across = np.arange(640, dtype=np.float32) - 320
    table *= 1 - np.float32(dark) / (1 + np.exp(-across / 40))
    found = normalize(Picture(np.rint(cv2.GaussianBlur(table, (5, 5), 0)).astype(np.uint8)))
    assert found.empty, "the lit half of a sheet was taken for ink"
