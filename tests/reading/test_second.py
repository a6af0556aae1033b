"""The digit network's opinion: what it is shown of a line, and what comes of two opinions."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from tests.imaging.pages import row_ink
from tests.reading.columns import as_line

from tenfold.imaging.line_picture import line_picture
from tenfold.imaging.normalize import fit_ink
from tenfold.reading.second import BLANK, NONE, Opinion, SecondOpinion, a_mark, agree, cuttings
from tenfold.types import Box, Pixels


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
    made = cuttings(as_line(line()), [(0, 26), (26, 64)])
    assert [cut.shape for cut in made if not isinstance(cut, Opinion)] == [(28, 28), (28, 28)]
    four, seven = SecondOpinion().of(made)
    assert (four.probabilities.argmax(), seven.probabilities.argmax()) == (4, 7)
    assert min(four.one_digit, seven.one_digit) > 0.9


def test_a_piece_that_reaches_over_the_border_stays_whole() -> None:
    # Cut at column 34 the 7 would lose the beginning of its bar.
    _, seven = SecondOpinion().of(cuttings(as_line(line()), [(0, 33), (33, 64)]))
    assert seven.probabilities.argmax() == 7


@pytest.mark.parametrize(("height", "angle"), [(20, 0), (60, 0), (96, 0), (60, 14)])
def test_a_digit_is_shown_as_finely_as_the_page_has_it(height: int, angle: int) -> None:
    ink = row_ink("20485", height)
    turned = turned_by(ink, angle)
    mask = (turned > 40).astype(np.uint8)
    made = line_picture(turned, mask, Box(*cv2.boundingRect(mask)), float(np.tan(np.deg2rad(angle))))
    for cut, (left, right) in zip(cuttings(made, spans(made.pixels)), spans(ink), strict=True):
        alone = ink[:, left:right]
        direct = fit_ink(alone, (alone > 40).astype(np.uint8))
        assert not isinstance(cut, Opinion)
        # Turning softens it, and may move its middle over the border of a pixel.
        moved = [np.roll(cut.astype(float), by, (0, 1)) for by in MOVES] if angle else [cut.astype(float)]
        assert min(np.abs(one - direct).mean() for one in moved) < (11 if angle else 2)


MOVES = list(itertools.product((-1, 0, 1), repeat=2))


def turned_by(ink: Pixels, angle: int) -> Pixels:
    """Turned clockwise by so many degrees, with room for it."""
    roomy = np.pad(ink, ink.shape[1] // 4)
    turn = cv2.getRotationMatrix2D((roomy.shape[1] / 2, roomy.shape[0] / 2), -angle, 1)
    return np.asarray(cv2.warpAffine(roomy, turn, roomy.shape[::-1], flags=cv2.INTER_CUBIC), np.uint8)


def spans(line: Pixels) -> list[tuple[int, int]]:
    """From which column to which the pieces of ink reach."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((line > 40).astype(np.uint8))
    return sorted((int(left), int(left + width)) for left, _, width, *_ in stats[1:])


def test_where_there_is_no_ink_there_is_no_opinion() -> None:
    made = cuttings(as_line(line()), [(0, 26), (56, 64)])
    assert made[1] is BLANK
    opinions = SecondOpinion().of(made)
    assert opinions[1] is BLANK
    assert SecondOpinion().of([NONE]) == [NONE]


def touching(overlap: int) -> Pixels:
    """Two zeros, side by side or one over the edge of the other."""
    canvas = np.zeros((32, 64), np.uint8)
    for x in (18, 18 + 18 - overlap):
        cv2.ellipse(canvas, (x, 16), (8, 11), 0, 0, 360, 255, 2, cv2.LINE_AA)
    return canvas


def test_digits_that_barely_touch_are_parted_along_the_seam() -> None:
    # A hair of ink joins them.
    joined = touching(0)
    cv2.line(joined, (24, 16), (28, 16), 255, 1)
    assert cv2.connectedComponents((joined > 80).astype(np.uint8))[0] == 2
    # The seam runs between them though the border it is looked for from runs through the first.
    for border in (24, 27, 30):
        made = cuttings(as_line(joined), [(0, border), (border, 64)])
        one, other = SecondOpinion().of(made)
        assert (one.probabilities.argmax(), other.probabilities.argmax()) == (0, 0)


def test_of_digits_that_run_into_each_other_nothing_is_said() -> None:
    assert cuttings(as_line(touching(7)), [(0, 24), (24, 64)]) == [NONE, NONE]


def test_two_opinions_that_agree_are_surer_than_one() -> None:
    reader, digit = shares((3, 0.8), (5, 0.2)), shares((3, 0.9), (8, 0.1)).astype(np.float32)
    both, fit = agree(reader, Opinion(digit, 1.0))
    assert both.sum() == pytest.approx(1)
    assert both[3] > 0.99
    assert 0.6 < fit < 0.8


def test_the_surer_opinion_wins() -> None:
    both, _ = agree(shares((3, 0.55), (5, 0.45)), Opinion(shares((5, 0.98), (3, 0.02)).astype(np.float32), 1.0))
    assert both.argmax() == 5


def test_no_opinion_changes_nothing() -> None:
    reader = shares((3, 0.6), (5, 0.4))
    both, fit = agree(reader, NONE)
    assert both == pytest.approx(reader)
    assert fit == a_mark(NONE) == 1.0


def test_what_goes_together_badly_fits_badly() -> None:
    three = shares((3, 1.0))
    fits = [
        agree(three, Opinion(shares(likely).astype(np.float32), whether))[1]
        for likely, whether in (((3, 1.0), 1.0), ((3, 1.0), 0.2), ((5, 1.0), 1.0), ((5, 1.0), 0.0))
    ]
    assert fits[0] == pytest.approx(1.0)
    assert fits == sorted(fits, reverse=True)
    assert agree(three, BLANK)[1] < 0.1
    # What the reader takes for a mark had better be no digit.
    assert a_mark(BLANK) == 1.0
    assert a_mark(Opinion(three.astype(np.float32), 1.0)) < 0.5
