"""What every corruption must keep; a new one is tested by existing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.comparison.corruptions import CORRUPTIONS, spoil


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Twenty strokes, no two alike: uint8 (20, 28, 28)."""
    drawn = np.zeros((20, 28, 28), np.uint8)
    for picture, (x1, y1, x2, y2) in zip(drawn, np.random.default_rng(3).integers(6, 22, (20, 4)), strict=True):
        cv2.line(picture, (int(x1), int(y1)), (int(x2), int(y2)), 255, 3, cv2.LINE_AA)
    return drawn


@pytest.mark.parametrize("how", CORRUPTIONS)
def test_digits_are_spoilt_the_same_every_time_and_the_given_ones_stay(how: str, pictures: np.ndarray) -> None:
    given = pictures.copy()
    for much in CORRUPTIONS[how].steps:
        spoilt = spoil(pictures, much, how)
        assert (spoilt.shape, spoilt.dtype) == (pictures.shape, pictures.dtype)
        assert (spoilt != pictures).any()
        assert (spoilt == spoil(pictures, much, how)).all()
    assert (pictures == given).all()


@pytest.mark.parametrize("how", CORRUPTIONS)
def test_more_spoils_more(how: str, pictures: np.ndarray) -> None:
    steps = sorted(CORRUPTIONS[how].steps, key=abs)
    least, most = (np.abs(spoil(pictures, much, how).astype(float) - pictures).mean() for much in (steps[0], steps[-1]))
    assert most > least
    assert CORRUPTIONS[how].unit
