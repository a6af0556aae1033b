"""What the network is given must be the digit, whatever it was written on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.imaging.papers import STROKES, ink, on, papers

from tenfold.imaging.normalize import FINE, FIT, SIDE, THINNEST, VERSION, normalize, stroke_width
from tenfold.imaging.rules import erase_lines
from tenfold.types import Picture

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
PAPERS = list(papers(2))


def saw(pixels: np.ndarray) -> np.ndarray:
    answer = normalize(Picture(np.ascontiguousarray(pixels)))
    assert not answer.empty, answer.reason
    return answer.pixels.astype(np.float64) / 255


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two pictures at the best of nine shifts: centring moves by whole pixels."""
    shifts = [np.roll(other, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return max(float(np.corrcoef(one.ravel(), moved.ravel())[0, 1]) for moved in shifts)


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("paper", PAPERS)
def test_the_paper_leaves_no_trace(digit: int, paper: str) -> None:
    pictures = papers(digit)
    assert likeness(saw(pictures["black on white"]), saw(pictures[paper])) > 0.93


@pytest.mark.parametrize("digit", STROKES)
def test_shade_on_a_strip_leaves_no_trace(digit: int) -> None:
    # Half as large, such a strip would be too narrow for shade and rules to be told from ink.
    paper = np.full((80, 448, 3), 235, np.uint8)
    drawn = cv2.resize(on(ink(digit), WHITE, BLACK), (72, 72), interpolation=cv2.INTER_AREA)
    paper[4:76, 180:252] = np.minimum(drawn, 235)
    shaded = (paper * np.linspace(1, 0.45, 448)[None, :, None]).astype(np.uint8)
    assert likeness(saw(paper), saw(shaded)) > 0.93


@pytest.mark.parametrize("row", [0, 139, 278])
def test_rules_go_wherever_they_are(row: int) -> None:
    plain = on(ink(7), WHITE, BLACK)
    ruled = plain.copy()
    for y in (40, 100, 220, row):
        ruled[y : y + 2] = np.minimum(ruled[y : y + 2], 110)
    assert likeness(saw(plain), saw(ruled)) > 0.93


@pytest.mark.parametrize("digit", STROKES)
def test_ink_is_bright_fits_twenty_and_has_its_mass_in_the_middle(digit: int) -> None:
    seen = saw(on(ink(digit), (255, 255, 255), (0, 0, 0)))
    rows, columns = np.nonzero(seen > 0.1)
    assert seen.shape == (SIDE, SIDE)
    assert seen.max() > 0.95
    assert seen[0].max() == seen[:, 0].max() == 0
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (FIT - 1, FIT)
    middle = np.array([(seen.sum(1 - axis) * np.arange(SIDE)).sum() / seen.sum() for axis in (0, 1)])
    assert np.abs(middle - SIDE / 2).max() <= 0.51


def test_aspect_ratio_is_kept() -> None:
    one = saw(on(ink(1, 10, [[(50, 15), (50, 85)]]), (255, 255, 255), (0, 0, 0)))
    rows, columns = np.nonzero(one > 0.3)
    assert np.ptp(rows) + 1 >= FIT - 1
    assert np.ptp(columns) + 1 <= 5


def test_a_thin_pen_and_a_marker_come_out_alike() -> None:
    widths = {
        pen: stroke_width(saw(on(ink(7, pen), (255, 255, 255), (0, 0, 0))).astype(np.float32)) for pen in (1, 3, 12, 40)
    }
    assert min(widths.values()) > 0.75 * THINNEST
    assert max(widths.values()) < 2.6 * min(widths.values())


@pytest.mark.parametrize(("width", "length"), [(4, 60), (9, 60), (15, 80)])
def test_stroke_width_is_measured(width: int, length: int) -> None:
    bar = np.zeros((length + 20, 60), np.float32)
    bar[10 : 10 + length, 20 : 20 + width] = 1
    assert stroke_width(bar) == pytest.approx(width, rel=0.2)


def test_large_pictures_are_measured_in_their_own_pixels() -> None:
    picture = on(ink(5), (255, 255, 255), (0, 0, 0))
    big = cv2.resize(picture, (1680, 1680), interpolation=cv2.INTER_LINEAR)
    small, large = (normalize(Picture(p)).box for p in (picture, big))
    assert small is not None
    assert large is not None
    for name in ("x", "y", "width", "height"):
        assert getattr(large, name) == pytest.approx(6 * getattr(small, name), abs=2 * 1680 / 448 + 6)
    assert FINE > FIT


BLANKS = {
    "white": np.full((200, 200), 255, np.uint8),
    "black": np.zeros((200, 200), np.uint8),
    "one pixel": np.array([[7]], np.uint8),
    "a line of 10,000 pixels": np.random.default_rng(0).integers(0, 256, (1, 10_000)).astype(np.uint8),
    "a gradient": np.tile(np.linspace(0, 255, 280).astype(np.uint8), (280, 1)),
    "half in the shade": np.where(np.add.outer(np.arange(280), np.arange(280)) < 250, 120, 240).astype(np.uint8),
    "grain": np.clip(np.random.default_rng(1).normal(200, 12, (280, 280)), 0, 255).astype(np.uint8),
    "noise": np.random.default_rng(2).integers(0, 256, (280, 280)).astype(np.uint8),
}


@pytest.mark.parametrize("name", BLANKS)
def test_a_blank_is_empty(name: str) -> None:
    answer = normalize(Picture(BLANKS[name]))
    assert answer.empty
    assert answer.reason.endswith(".")
    assert answer.pixels.shape == (28, 28)
    assert not answer.pixels.any()


def test_textured_paper_is_empty() -> None:
    for spread in (1, 2, 4, 10):
        grain = cv2.GaussianBlur(np.random.default_rng(spread).normal(0, 1, (280, 280)), (0, 0), spread)
        assert normalize(Picture(np.clip(220 + 6 * grain / grain.std(), 0, 255).astype(np.uint8))).empty, spread


def test_one_rough_bar_is_one_line() -> None:
    """Its ragged edges look like lines of their own; three lines would be ruled paper, which a bar alone is not."""
    mask = np.zeros((280, 280), np.uint8)
    mask[60:71] = 1
    mask[63:68:2, ::9] = 0
    mask[58:60, ::3] = 1
    starts = np.array([60, 64, 66, 69], np.float32)
    _, lines, _ = erase_lines(mask, starts, 0.0)
    assert lines <= 1
    apart = np.zeros((280, 280), np.uint8)
    apart[[40, 80, 120]] = 1
    erased, lines, thickest = erase_lines(apart, np.array([40, 80, 120], np.float32), 0.0)
    assert (lines, thickest, int(erased.sum())) == (3, 1, 0)


def test_ruled_paper_and_an_empty_box_are_empty() -> None:
    ruled, box = (np.full((280, 280), 255, np.uint8) for _ in range(2))
    for y in range(20, 280, 40):
        cv2.line(ruled, (0, y), (279, y), 90, 1)
    cv2.rectangle(box, (10, 10), (270, 270), 0, 3)
    assert normalize(Picture(ruled)).empty
    assert normalize(Picture(box)).empty


@pytest.mark.parametrize("pen", [4, 8, 14, 24])
def test_the_sides_of_a_frame_are_no_rules(pen: int) -> None:
    picture = on(ink(1, pen, [[(50, 20), (50, 80)]]), WHITE, BLACK)
    framed = cv2.rectangle(picture.copy(), (6, 6), (273, 273), BLACK, 3)
    assert likeness(saw(picture), saw(framed)) > 0.97


GOLDEN = Path(__file__).parent.parent / "golden" / "normalized.npz"


def test_the_normalisation_has_not_changed_unnoticed() -> None:
    """Whatever moves these pictures is a new version: raise VERSION, train again, and write them anew.

    Write them with ``python -m tests.imaging.test_normalize``.
    """
    stored = np.load(GOLDEN)
    assert str(stored["version"]) == VERSION
    fresh = golden()
    assert stored["seen"].shape == fresh.shape
    difference = np.abs(stored["seen"].astype(int) - fresh.astype(int))
    assert difference.mean() < 0.5
    assert (difference.max(axis=(1, 2)) > 40).sum() == 0


def golden() -> np.ndarray:
    pictures = [picture for digit in STROKES for pen in (3, 14, 34) for picture in papers(digit, pen).values()]
    return np.stack([normalize(Picture(picture)).pixels for picture in pictures])


def test_squared_paper_with_nothing_on_it_is_empty() -> None:
    paper = np.full((192, 192), 255, np.uint8)
    paper[::19] = 68
    paper[:, ::10] = 190
    assert normalize(Picture(paper)).empty


@pytest.mark.parametrize("radius", [2, 6, 12])
def test_a_dot_is_empty(radius: int) -> None:
    picture = np.full((280, 280), 255, np.uint8)
    cv2.circle(picture, (140, 90), radius, 0, -1, cv2.LINE_AA)
    answer = normalize(Picture(picture))
    assert answer.empty
    assert "dot" in answer.reason


def test_two_digits_are_offered_as_parts_left_to_right() -> None:
    seven, two = (on(ink(digit), (255, 255, 255), (0, 0, 0)) for digit in (7, 2))
    answer = normalize(Picture(np.hstack([seven, two])))
    assert len(answer.parts) == 2
    assert likeness(answer.parts[0] / 255, saw(seven)) > 0.97
    assert likeness(answer.parts[1] / 255, saw(two)) > 0.97


def test_the_loose_bar_of_a_five_is_no_digit_of_its_own() -> None:
    loose = [[(42, 18), (68, 18)], STROKES[5][0][2:]]
    assert len(normalize(Picture(on(ink(5, 10, loose), (255, 255, 255), (0, 0, 0)))).parts) == 0


def test_a_tight_crop_keeps_its_bars() -> None:
    drawn = on(ink(7, 6), (255, 255, 255), (0, 0, 0))
    rows, columns = np.nonzero(drawn[..., 0] < 128)
    tight = drawn[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert likeness(saw(drawn), saw(tight)) > 0.93


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    np.savez_compressed(GOLDEN, version=VERSION, seen=golden())
