"""Augmented digits must stay digits, each changed in its own way, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from tests.imaging.papers import ink

from tenfold.data.augment import STRIP, Augmentation, augment

STILL = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def batch() -> np.ndarray:
    one = np.asarray(ink(5, 24)[::10, ::10], np.float32)
    return np.stack([one] * 64)


def test_shape_dtype_and_range(batch: np.ndarray) -> None:
    out = augment(batch, np.random.default_rng(0), Augmentation())
    assert out.shape == (64, 28, 28)
    assert out.dtype == np.float32
    assert out.min() >= 0
    assert out.max() <= 1


def test_the_same_seed_gives_the_same_and_the_input_is_left_alone(batch: np.ndarray) -> None:
    before = batch.copy()
    one, other = (augment(batch, np.random.default_rng(7), Augmentation()) for _ in range(2))
    assert np.array_equal(one, other)
    assert np.array_equal(batch, before)


def test_every_picture_is_changed_in_its_own_way(batch: np.ndarray) -> None:
    out = augment(batch, np.random.default_rng(1), Augmentation()).reshape(64, -1)
    assert len(np.unique(out.round(4), axis=0)) == 64


def test_ink_stays(batch: np.ndarray) -> None:
    out = augment(batch, np.random.default_rng(2), Augmentation())
    share = out.sum((1, 2)) / batch.sum((1, 2))
    assert np.median(share) == pytest.approx(0.9, abs=0.25)
    assert (share > 0.1).all()


def test_without_change_only_lightness_differs(batch: np.ndarray) -> None:
    out = augment(batch, np.random.default_rng(3), STILL)
    for before, after in zip(batch, out, strict=True):
        assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.97


def test_neighbours_in_the_strip_do_not_run_into_each_other() -> None:
    pictures = np.zeros((9, 28, 28), np.float32)
    pictures[::2] = 1
    out = augment(pictures, np.random.default_rng(4), Augmentation(shift=6, noise=0, hide=0, weight=0, soften=0))
    assert out[1::2].max() < 0.01


def test_more_than_a_strip_and_nothing_at_all() -> None:
    many = np.zeros((STRIP + 3, 28, 28), np.float32)
    assert len(augment(many, np.random.default_rng(0), Augmentation())) == STRIP + 3
    assert augment(many[:0], np.random.default_rng(0), Augmentation()).shape == (0, 28, 28)
