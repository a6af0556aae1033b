"""The digit network's opinion: what it is shown of a line, and what comes of two opinions."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.reading.second import NONE, Opinion, SecondOpinion, agree, cuttings, standing_apart
from tenfold.types import Pixels


def line() -> Pixels:
    """A 4 and a 7 in a line of 32 pixels, the 7's bar over the 4's foot."""
    canvas = np.zeros((32, 64), np.uint8)
    for strokes in ([(10, 4), (6, 18), (22, 18)], [(18, 8), (18, 27)], [(30, 5), (46, 5), (36, 27)]):
        cv2.polylines(canvas, [np.array(strokes, np.int32).reshape(-1, 1, 2)], False, 255, 2, cv2.LINE_AA)
    return canvas


def shares(*likely: tuple[int, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    row = np.zeros(10)
    for digit, share in likely:
        row[digit] = share
    return row


def test_each_digit_is_cut_out_and_read() -> None:
    made = cuttings(line(), [(0, 26), (26, 64)])
    assert [cut.shape for cut in made if cut is not None] == [(28, 28), (28, 28)]
    four, seven = SecondOpinion().of(made)
    assert (four.probabilities.argmax(), seven.probabilities.argmax()) == (4, 7)
    assert four.counts
    assert seven.counts


def test_a_piece_that_reaches_over_the_border_stays_whole() -> None:
    # Cut at column 34 the 7 would lose the beginning of its bar.
    _, seven = SecondOpinion().of(cuttings(line(), [(0, 33), (33, 64)]))
    assert seven.probabilities.argmax() == 7


def test_where_there_is_no_ink_there_is_no_opinion() -> None:
    made = cuttings(line(), [(0, 26), (56, 64)])
    assert made[1] is None
    opinions = SecondOpinion().of(made)
    assert opinions[1] is NONE
    assert SecondOpinion().of([None]) == [NONE]


def test_two_opinions_that_agree_are_surer_than_one() -> None:
    reader, digit = shares((3, 0.8), (5, 0.2)), shares((3, 0.9), (8, 0.1)).astype(np.float32)
    both = agree(reader, Opinion(digit, 1.0))
    assert both.sum() == pytest.approx(1)
    assert both[3] > 0.99


def test_the_surer_opinion_wins() -> None:
    both = agree(shares((3, 0.55), (5, 0.45)), Opinion(shares((5, 0.98), (3, 0.02)).astype(np.float32), 1.0))
    assert both.argmax() == 5


def test_an_opinion_of_what_is_no_digit_does_not_count() -> None:
    reader = shares((3, 0.6), (5, 0.4))
    assert agree(reader, Opinion(shares((5, 1.0)).astype(np.float32), 0.2)) == pytest.approx(reader)


def test_pieces_that_stand_apart_are_counted() -> None:
    assert [(first < last) for first, last in standing_apart(line())] == [True, True]


def test_marks_and_broken_strokes_do_not_stand_apart() -> None:
    dotted = line()
    dotted[24:29, 58:63] = 255
    assert standing_apart(dotted) == []
    assert standing_apart(np.zeros((32, 64), np.uint8)) == []


def test_a_speck_is_no_piece() -> None:
    spotted = line()
    spotted[28, 60] = 255
    assert len(standing_apart(spotted)) == 2
