"""Rules go, the strokes on them and across them stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.imaging.pages import row_ink

from tenfold.imaging.page_rules import MOST_SKEW, SLENDER, skew_of, without_page_rules
from tenfold.types import Pixels

SHAPE = (400, 600)


def written(*rows: tuple[str, int, int, int]) -> Pixels:
    """A mask of rows: text, left, top, height."""
    mask = np.zeros(SHAPE, np.uint8)
    for text, left, top, height in rows:
        ink = (row_ink(text, height) > 100).astype(np.uint8)
        mask[top : top + ink.shape[0], left : left + ink.shape[1]] |= ink
    return mask


def line(first: tuple[int, int], last: tuple[int, int], thick: int) -> Pixels:
    mask = np.zeros(SHAPE, np.uint8)
    cv2.line(mask, first, last, 1, thick)
    return mask


WRITING = written(("20485", 60, 60, 50), ("3967", 320, 200, 70), ("80", 100, 300, 40))
NOTHING = np.zeros(SHAPE, np.uint8)


def kept_and_left(writing: Pixels, rules: Pixels) -> tuple[float, float]:
    """The share of the writing beside the rules that is kept, and of the rules beside the writing that is left."""
    found = without_page_rules(writing | rules)
    assert not (found.mask & found.erased).any()
    assert np.array_equal(found.mask | found.erased, writing | rules)
    alone = writing & (1 - rules)
    near = np.asarray(cv2.dilate(writing, np.ones((9, 9), np.uint8)), np.uint8)
    bare = rules & (1 - near)
    shares = ((found.mask & part).sum() / max(1, part.sum()) for part in (alone, bare))
    kept, left = (float(share) for share in shares)
    return kept, left


@pytest.mark.parametrize("thick", [1, 2, 4, 6])
@pytest.mark.parametrize("y", [58, 85, 108, 113, 120, 235, 272])
def test_a_level_rule_anywhere(y: int, thick: int) -> None:
    kept, left = kept_and_left(WRITING, line((0, y), (599, y), thick))
    assert kept > 0.97
    # Where feet of digits stand on a thick rule, a little of it stays under them.
    assert left < (0.06 if thick == 6 else 0.02)


@pytest.mark.parametrize("thick", [1, 2, 4])
@pytest.mark.parametrize("x", [20, 250, 300, 590])
def test_an_upright_rule_beside_the_writing(x: int, thick: int) -> None:
    kept, left = kept_and_left(WRITING, line((x, 0), (x, 399), thick))
    assert kept > 0.99
    assert left < 0.02


@pytest.mark.parametrize("fall", [-6, -3, 3, 6])
def test_a_rule_a_little_out_of_true(fall: int) -> None:
    kept, left = kept_and_left(WRITING, line((0, 150), (599, 150 + fall), 2))
    assert kept > 0.99
    assert left < 0.05


def test_a_stroke_across_a_rule_stays_whole() -> None:
    writing = line((300, 100), (300, 180), 5) | line((200, 180), (240, 100), 5)
    rule = line((0, 140), (599, 140), 3)
    found = without_page_rules(writing | rule)
    _, _, stats, _ = cv2.connectedComponentsWithStats(found.mask)
    assert sum(area > 10 for area in stats[1:, 4]) == 2
    assert (found.mask & writing).sum() > 0.98 * writing.sum()
    # What remains of the rule is a stub at each crossing.
    assert (found.mask & rule & (1 - writing)).sum() < 60


@pytest.mark.parametrize("gap", [3, 4, 6, 10])
@pytest.mark.parametrize("thick", [2, 4, 6])
def test_a_rule_just_below_the_writing_goes_all_the_way(gap: int, thick: int) -> None:
    writing = written(("20485", 60, 60, 50))
    top = 110 + gap
    rule = np.zeros(SHAPE, np.uint8)
    rule[top : top + thick, 20:500] = 1
    found = without_page_rules(writing | rule)
    # But for a crumb at its end.
    assert (found.mask ^ writing).sum() <= 2 * thick
    assert (found.mask & writing).sum() == writing.sum()


def test_a_table_and_its_uprights() -> None:
    rules = NOTHING.copy()
    for x in (30, 300, 560):
        rules |= line((x, 20), (x, 380), 2)
    for y in (20, 150, 290, 380):
        rules |= line((30, y), (560, y), 2)
    kept, left = kept_and_left(WRITING & (1 - np.asarray(cv2.dilate(rules, np.ones((7, 7), np.uint8)))), rules)
    assert kept > 0.99
    assert left < 0.02
    found = without_page_rules(WRITING | rules)
    places = sorted(x + width / 2 for x, _, width, height in found.upright.tolist() if height > 300)
    assert places == pytest.approx([30, 300, 560], abs=3)


@pytest.mark.parametrize("thick", [2, 4, 6])
def test_a_comb_of_stout_lines(thick: int) -> None:
    comb = NOTHING.copy()
    for place in range(6):
        comb |= line((40 + 70 * place, 100), (40 + 70 * place, 185), thick)
    for y in (100, 185):
        comb |= line((40, y), (390, y), thick)
    digits = NOTHING.copy()
    for place, digit in enumerate("81352"):
        digits |= written((digit, 62 + 70 * place, 118, 48))
    kept, left = kept_and_left(digits, comb)
    assert kept > 0.99
    assert left < 0.02


@pytest.mark.parametrize("text", ["1111", "17", "444", "7777"])
@pytest.mark.parametrize("height", [30, 60, 110])
def test_writing_alone_stays_as_it_is(text: str, height: int) -> None:
    writing = written((text, 60, 60, height))
    found = without_page_rules(writing)
    assert (found.mask & writing).sum() >= 0.995 * writing.sum()


@pytest.mark.parametrize("height", [40, 55, 80])
@pytest.mark.parametrize("margin", [6, 20])
@pytest.mark.parametrize("thick", [1, 2, 3])
def test_a_thin_one_on_a_small_crop_is_no_rule(height: int, margin: int, thick: int) -> None:
    mask = np.zeros((height + 2 * margin, 90), np.uint8)
    mask[margin : margin + height, 40 : 40 + thick] = 1
    assert np.array_equal(without_page_rules(mask).mask, mask)
    # From edge to edge it is the border of a cell, of which a crumb may stay.
    mask[:, 70 : 70 + thick] = 1
    if len(mask) >= SLENDER * thick:
        assert without_page_rules(mask).mask[:, 70:].sum() <= thick


@pytest.mark.parametrize("height", [30, 60, 110])
def test_ones_between_two_rules_stay(height: int) -> None:
    writing = written(("1111", 60, 60, height))
    rules = line((0, 60 - 8), (599, 60 - 8), 2) | line((0, 60 + height + 8), (599, 60 + height + 8), 2)
    kept, left = kept_and_left(writing, rules)
    assert kept > 0.99
    assert left < 0.02


# ---- how it lies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [-15, -11, -6, -2, -1, 1, 2, 6, 11, 15])
@pytest.mark.parametrize("size", [(400, 600), (1500, 1100)])
def test_parallel_rules_say_how_the_page_lies(degrees: float, size: tuple[int, int]) -> None:
    height, width = size
    page = np.zeros(size, np.uint8)
    for y in range(-height, 2 * height, height // 9):
        fall = np.tan(np.radians(degrees)) * width
        cv2.line(page, (0, y), (width, round(y + fall)), 1, 2)
    assert skew_of(page) == pytest.approx(degrees, abs=0.4)


def test_what_lies_level_or_steep_or_every_way_is_left_alone() -> None:
    level, steep, every = (np.zeros((500, 700), np.uint8) for _ in range(3))
    rng = np.random.default_rng(1)
    for y in range(20, 500, 40):
        cv2.line(level, (0, y), (699, y), 1, 2)
        cv2.line(steep, (0, y), (699, y + round(700 * np.tan(np.radians(MOST_SKEW + 4)))), 1, 2)
        fall = round(700 * np.tan(np.radians(rng.uniform(-15, 15))))
        cv2.line(every, (0, y), (699, y + fall), 1, 2)
    assert skew_of(level) == skew_of(steep) == skew_of(every) == 0
    assert skew_of(WRITING) == 0
    assert skew_of(np.zeros((500, 700), np.uint8)) == 0
    assert skew_of(level[:100]) == 0


@given(
    mask=st.tuples(st.integers(1, 300), st.integers(1, 300)).flatmap(
        lambda shape: arrays.arrays(np.uint8, shape, elements=st.integers(0, 1))
    )
)
@settings(max_examples=60)
def test_any_mask_is_parted_in_two(mask: Pixels) -> None:
    assert abs(skew_of(mask)) <= MOST_SKEW
    found = without_page_rules(mask)
    assert np.array_equal(found.mask + found.erased, mask)
    assert found.upright.shape == (len(found.upright), 4)
