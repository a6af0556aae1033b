"""Synthetic ink: every glyph can be drawn, and what is no digit is no digit by construction."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from tenfold.data.clutter import NO_DIGITS, Rng, no_digit
from tenfold.data.glyphs import DIGITS, LETTERS, MARKS
from tenfold.data.synth import (
    CANVAS,
    draw,
    normalized,
    path,
    scrawl,
    spots,
    struck_out,
    together,
    written_digit,
)
from tenfold.imaging.normalize import VERSION, normalize
from tenfold.models.onnx import load_onnx
from tenfold.types import Picture, Pixels

GLYPHS = [glyph for kind in (DIGITS, LETTERS, MARKS) for glyphs in kind.values() for glyph in glyphs]


@pytest.mark.parametrize("glyph", GLYPHS)
def test_every_glyph_is_drawn_in_the_box(glyph: str) -> None:
    strokes = path(glyph)
    picture = draw(strokes, np.random.default_rng(0), pen=0.08)
    assert all(np.isfinite(line).all() and line.shape[1] == 2 for line in strokes)
    assert picture.shape == (CANVAS, CANVAS)
    assert picture.max() == 255
    assert not picture[[0, -1]].any()
    assert not picture[:, [0, -1]].any()


def test_curves_pass_through_their_points() -> None:
    (line,) = path("0,0 50,20 100,100")
    for point in ((0, 0), (0.5, 0.2), (1, 1)):
        assert np.abs(line - np.float32(point)).max(axis=1).min() < 1e-6


def test_a_corner_is_straight_to_its_neighbour() -> None:
    (line,) = path("0,0! 0,100! 100,100!")
    assert set(np.round(line[:9, 0], 6)) == {0.0}


def test_hands_differ_and_seeds_repeat() -> None:
    strokes = path(DIGITS[3][0])
    hands = [np.concatenate(scrawl(strokes, np.random.default_rng(seed))) for seed in (1, 1, 2)]
    assert np.array_equal(hands[0], hands[1])
    assert not np.allclose(hands[0], hands[2])


def test_an_angular_hand_goes_straight_from_point_to_point() -> None:
    glyph = "0,0 50,20 100,0"
    curved, straight = (np.concatenate(path(glyph, angular=angular)) for angular in (False, True))
    bend = np.abs(straight[:, 1] - 0.2 * (1 - np.abs(2 * straight[:, 0] - 1)))
    assert bend.max() < 1e-6
    assert not np.allclose(curved, straight)


def test_spots_lie_a_step_apart_on_the_line() -> None:
    line = np.array([[0, 0], [0.3, 0], [0.3, 0.4]], np.float32)
    places = np.array([spot[0] for spot in spots(line, 0.1)])
    assert places[[0, 3, 7]] == pytest.approx(np.array([[0, 0], [0.3, 0], [0.3, 0.4]]), abs=1e-6)
    assert np.hypot(*np.diff(places, axis=0).T) == pytest.approx(0.1, abs=1e-6)


@pytest.mark.parametrize("share", ["ANGULAR", "SPOTTED", "COARSE"])
def test_what_is_written_in_an_unusual_way_can_be_read(share: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"tenfold.data.synth.{share}", 1.0)
    rng = np.random.default_rng(1)
    labels = np.arange(200) % 10
    written = [written_digit(digit, rng) for digit in labels.tolist()]
    assert all(picture.shape[0] == picture.shape[1] <= CANVAS for picture in written)
    if share == "SPOTTED":
        pieces = [cv2.connectedComponents((picture > 200).astype(np.uint8))[0] for picture in written]
        assert np.mean(np.array(pieces) > 5) > 0.3
    if share == "COARSE":
        assert max(len(picture) for picture in written) <= 28
    pictures = np.stack([normalize(Picture(picture)).pixels for picture in written])
    answers = load_onnx("digit", VERSION).predict_proba(pictures.astype(np.float32) / np.float32(255))
    assert (answers.argmax(axis=1) == labels).mean() > 0.9


def test_all_ten_digits_can_be_written() -> None:
    rng = np.random.default_rng(0)
    for digit in range(10):
        assert not normalize(Picture(written_digit(digit, rng))).empty


def test_several_digits_are_wider_than_one() -> None:
    rng = np.random.default_rng(0)
    row = together([[written_digit(digit, rng) for digit in (8, 0, 3)]], rng)
    box = normalize(Picture(row)).box
    assert box is not None
    assert box.width > 1.2 * box.height


def test_struck_out_has_more_ink_and_is_wider() -> None:
    rng = np.random.default_rng(5)
    digit = written_digit(1, rng)
    columns = np.flatnonzero(struck_out(digit, rng).max(axis=0) > 100)
    assert np.ptp(columns) > 40


@pytest.mark.parametrize("make", [make for _, make in NO_DIGITS], ids=lambda make: make.__name__.strip("_"))
def test_every_kind_of_no_digit_leaves_ink_and_never_the_same_twice(make: Callable[[Rng], Pixels]) -> None:
    rng = np.random.default_rng(0)
    pictures = list(normalized(lambda: make(rng), 6))
    assert len({picture.tobytes() for picture in pictures}) == 6


def test_no_digits_come_in_every_kind_and_never_blank() -> None:
    rng = np.random.default_rng(0)
    pictures = list(normalized(lambda: no_digit(rng), 60))
    assert len(pictures) == 60
    assert all(picture.shape == (28, 28) and picture.any() for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == 60
