"""Composed lines follow from the seed, say what they say in signs of the alphabet, and have the reader's form."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from tenfold.data import line_ink
from tenfold.data.line_ink import Pens
from tenfold.data.line_texts import ALPHABET, DIGIT_NAMES, OTHER, SEPARATORS, any_text
from tenfold.data.lines import LONGEST, ROWS, Line, make_lines, row_of_digits, set_in_a_row
from tenfold.data.paper import on_paper, rules
from tenfold.data.synth import normalized, written_digit
from tenfold.imaging.line_picture import LINE_HEIGHT
from tenfold.types import Box


def some_pens(seed: int = 0) -> Pens:
    """Two synthetic digits of each kind, and no fonts of handwriting."""
    rng = np.random.default_rng(seed)
    labels = np.arange(20) % 10
    pictures = np.stack([next(iter(normalized(lambda d=digit: written_digit(d, rng), 1))) for digit in labels])
    return Pens(pictures, labels)


def some_lines(count: int, seed: int = 0, pens: Pens | None = None) -> list[Line]:
    pens = pens or some_pens()
    pens.forget_bent()
    return list(itertools.islice(make_lines(pens, np.random.default_rng(seed)), count))


@pytest.fixture(scope="module")
def made() -> list[Line]:
    return some_lines(250)


def test_narrow_digits_may_overlap_by_more_than_they_are_wide() -> None:
    bar = np.full((20, 3), 200, np.uint8)
    row = set_in_a_row([bar] * 9, np.full(9, -7), np.random.default_rng(0))
    assert row.min() == 55
    assert (row[:, 0] == 255).all()
    assert (row[:, -1] == 255).all()


def test_the_alphabet_has_each_sign_once() -> None:
    assert ALPHABET == DIGIT_NAMES + SEPARATORS + OTHER
    assert len(set(ALPHABET)) == len(ALPHABET) == 21


def test_lines_have_the_form_of_the_reader(made: list[Line]) -> None:
    for line in made:
        assert line.pixels.dtype == np.uint8
        assert line.pixels.shape[0] == LINE_HEIGHT
        assert line.pixels.shape[1] % 4 == 0
        assert 4 <= line.pixels.shape[1] <= LONGEST
        assert line.pixels.max() > 100
        assert line.text
        assert set(line.text) <= set(ALPHABET)
        # There is a column of the network's answer for each sign, and one between equal ones.
        repeats = sum(one == other for one, other in itertools.pairwise(line.text))
        assert line.pixels.shape[1] // 2 >= len(line.text) + repeats


def test_the_world_is_wide(made: list[Line]) -> None:
    signs = Counter(sign for line in made for sign in line.text)
    assert set(DIGIT_NAMES + ".,-/" + OTHER) <= set(signs)
    assert max(signs[digit] for digit in DIGIT_NAMES) < 3 * min(signs[digit] for digit in DIGIT_NAMES)
    lengths = {len(line.text) for line in made}
    assert set(range(1, 8)) <= lengths
    assert len({line.text for line in made}) > 180
    assert sum(line.text == OTHER for line in made) < 0.25 * len(made)


def test_the_same_seed_makes_the_same_lines() -> None:
    pens = some_pens()
    first, again, other = some_lines(12, 5, pens), some_lines(12, 5, pens), some_lines(12, 6, pens)
    for one, two in zip(first, again, strict=True):
        assert one.text == two.text
        assert np.array_equal(one.pixels, two.pixels)
    assert [line.text for line in first] != [line.text for line in other]


def test_only_bent_digits_that_are_forgotten_leave_no_trace() -> None:
    pens, fresh = some_pens(), some_pens()
    some_lines(5, 1, pens)
    for one, two in zip(some_lines(8, 2, pens), some_lines(8, 2, fresh), strict=True):
        assert np.array_equal(one.pixels, two.pixels)


def test_the_ink_says_what_the_text_says() -> None:
    """Lines in which all digits of one pen are bars and those of another rings are told apart by their ink."""
    bars, rings = np.zeros((10, 28, 28), np.uint8), np.zeros((10, 28, 28), np.uint8)
    bars[:, 4:24, 13:16] = 255
    rings[:, 4:24, 4:24] = 255
    rings[:, 8:20, 8:20] = 0
    labels = np.arange(10)
    rng = np.random.default_rng(3)
    for pictures, low, high in ((bars, 0, 0.35), (rings, 0.6, 2)):
        pens = Pens(pictures, labels)
        shapes = [pens.digit(int(rng.integers(10)), rng).shape for _ in range(30)]
        ratio = np.median([width / height for height, width in shapes])
        assert low < ratio < high


def test_texts_are_what_people_write() -> None:
    rng = np.random.default_rng(4)
    texts = [any_text(rng) for _ in range(3000)]
    assert all(set(text) <= set(ALPHABET) for text in texts)
    assert all(any(sign in DIGIT_NAMES for sign in text) for text in texts)
    assert 0.4 < np.mean([text.isdigit() for text in texts]) < 0.8
    assert any(text.count("/") == 2 for text in texts)
    assert any("$" in text for text in texts)
    assert {len(text) for text in texts if text.isdigit()} >= set(range(1, 12))


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_of_digits_is_what_was_chosen(kind: str) -> None:
    pictures = some_pens().pictures
    labels = np.arange(20) % 10
    pixels, text = row_of_digits(pictures, labels, np.random.default_rng(8), kind)
    again, same = row_of_digits(pictures, labels, np.random.default_rng(8), kind)
    assert text == same
    assert np.array_equal(pixels, again)
    assert len(text) == 5
    assert text.isdigit()
    assert pixels.dtype == np.uint8
    assert pixels.shape[0] == 44
    assert (pixels[:, :6] == 255).all()
    assert (pixels[:, -6:] == 255).all()
    wide, _ = row_of_digits(pictures, labels, np.random.default_rng(8), kind, 9)
    assert wide.shape[1] > pixels.shape[1]


def test_digits_set_apart_have_bare_columns_between_them_and_touching_ones_have_fewer() -> None:
    pictures, labels = some_pens().pictures, np.arange(20) % 10
    bare = {}
    for kind in ROWS:
        pixels, _ = row_of_digits(pictures, labels, np.random.default_rng(8), kind)
        columns = (pixels > 200).all(axis=0)
        runs = int((columns[1:] & ~columns[:-1]).sum())
        bare[kind] = runs
    assert bare["spaced"] >= 5  # four between, and the margin
    assert bare["touching"] < bare["spaced"]


def test_paper_keeps_the_shape_and_the_ink_in_its_place() -> None:
    ink = np.zeros((70, 160), np.float32)
    ink[20:50, 30:120] = 1
    inside = outside = 0.0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        picture, scale = on_paper(ink.copy(), 30, rng)
        assert picture.dtype == np.uint8
        assert picture.shape == (max(3, round(70 * scale)), max(2, round(160 * scale)))
        middle = picture[round(25 * scale) : round(45 * scale), round(40 * scale) : round(110 * scale)]
        edge = np.concatenate([picture[: round(12 * scale)].ravel(), picture[round(58 * scale) :].ravel()])
        inside += abs(float(middle.mean()) - float(edge.mean()))
        outside += float(edge.std())
    assert inside > outside


def test_rules_add_ink_and_take_none() -> None:
    ink = np.zeros((80, 200), np.float32)
    ink[20:60, 40:150] = 0.5
    added = 0
    for seed in range(60):
        before = ink.copy()
        out = rules(before, Box(40, 20, 110, 40), 40, np.random.default_rng(seed))
        assert np.array_equal(before, ink)
        assert out.shape == ink.shape
        assert (out >= ink).all()
        assert out.max() <= 1
        added += bool((out > ink).any())
    assert 15 < added < 55


def test_the_shapes_of_all_separators_are_known() -> None:
    assert set(line_ink._SHAPES) == set(line_ink._WIDTHS) == set(SEPARATORS)
