"""The nearest are the nearest, votes weigh what they should, and slanted digits come upright."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.neighbors import KNeighborsClassifier

from tenfold.literature.neighbors import Neighbors, UprightNeighbors, principal_directions
from tenfold.predictors.deskew import deskew
from tenfold.predictors.neighbors import Search, levels, values, vote

pytestmark = pytest.mark.train
Digits = tuple[np.ndarray, np.ndarray]


@pytest.mark.parametrize("count", [40, 300, 3001])
@pytest.mark.parametrize("far", [0.0, 100.0])
def test_the_search_is_exact(count: int, far: float) -> None:
    """Beside all distances, in float64; directions that hold little of the variance, so that many are measured."""
    rng = np.random.default_rng(0)
    examples = (far + rng.normal(size=(count, 12))).astype(np.float32)
    queries = (far + rng.normal(size=(500, 12))).astype(np.float32)
    places, squares = Search(examples, principal_directions(examples, 3)).nearest(queries, 7)
    apart = ((queries[:, None].astype(np.float64) - examples) ** 2).sum(axis=2)
    assert (places == np.argsort(apart, axis=1)[:, :7]).all()
    assert squares == pytest.approx(np.sort(apart, axis=1)[:, :7], rel=1e-4)


def test_of_examples_equally_far_the_first_is_nearest() -> None:
    examples = np.tile(np.eye(4, dtype=np.float32), (150, 1))
    places, squares = Search(examples, np.eye(4, 2, dtype=np.float32)).nearest(examples[:4], 3)
    assert places.tolist() == [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]]
    assert (squares == 0).all()


@pytest.mark.mnist
def test_digits_are_found_as_by_scikit_learn(thousand: Digits) -> None:
    x, y = thousand[0].reshape(1000, -1), thousand[1]
    theirs = KNeighborsClassifier(5, algorithm="brute").fit(x[:800], y[:800]).kneighbors(x[800:], return_distance=False)
    ours, _ = Neighbors(k=5).fit(x[:800], y[:800]).predictor_.nearest(x[800:], 5)
    assert (ours == theirs).all()


def test_a_vote_weighs_less_the_farther_it_is() -> None:
    chances = vote(np.array([[1, 0, 0]]), np.array([[1, 3, 5]], np.float32), classes=3, width=2.0, smoothing=0.1)
    votes = np.array([np.exp(-1) + np.exp(-2) + 0.1, 1.1, 0.1])
    assert chances[0] == pytest.approx(votes / votes.sum(), abs=1e-6)


def test_k_is_what_those_held_out_like_best() -> None:
    """One label in four is wrong: a single neighbour is too few. Two classes far apart: the more are asked the better
    only while there are as many of the class."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 2)).astype(np.float32)
    x[300:] += 8
    y = np.repeat([0, 1], 300)
    y[::4] = 1 - y[::4]
    fitted = Neighbors(width=1e6, classes=None).fit(x, y).predictor_
    assert fitted.k > 5
    few = np.r_[0:5, 300:310]
    assert Neighbors(width=1e6, classes=None).fit(x[few], np.repeat([0, 1], [5, 10])).predictor_.k <= 8


def test_pictures_are_kept_as_bytes_where_nothing_is_lost() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(1, -1)
    kept = levels(values(pixels))
    assert kept.dtype == np.uint8
    assert (kept == pixels).all()
    for other in (np.full((1, 4), 0.3), np.full((1, 4), 2.0), np.full((1, 4), -1 / 255)):
        assert levels(other.astype(np.float32)).dtype == np.float32


def test_what_was_found_stays_when_another_k_is_asked() -> None:
    x = np.random.default_rng(0).random((50, 6)).astype(np.float32)
    fitted = Neighbors(k=1, classes=None).fit(x, np.arange(50) % 2).predictor_
    other = fitted.asking(3, 0.5)
    assert other.search is fitted.search
    assert (other.k, other.width) == (3, 0.5)
    assert (replace(other).predict_proba(x) == other.predict_proba(x)).all()


def bar(slant: float, across: float = 13.5) -> np.ndarray:
    """A bar whose column moves by `slant` a row: float32 (28, 28)."""
    rows, columns = np.mgrid[:28, :28]
    inside = 1.5 - np.abs(columns - across - slant * (rows - 13.5))
    return (np.clip(inside, 0, 1) * (np.abs(rows - 13.5) < 9)).astype(np.float32)


def test_a_slanted_bar_comes_upright_in_the_middle() -> None:
    slanted = np.stack([bar(0.4), bar(-0.3), bar(0.2, across=10)]).reshape(3, -1)
    upright = deskew(slanted).astype(int)
    assert np.abs(upright - 255 * bar(0).ravel()).max() < 70
    assert np.abs(255 * slanted - 255 * bar(0).ravel()).max() > 250


def test_pictures_do_not_reach_into_each_other() -> None:
    low = cv2.warpAffine(bar(0.3), np.array([[1, 0, 0], [0, 1, 5]], np.float32), (28, 28))
    pictures = np.stack([np.ones((28, 28), np.float32), low, np.zeros((28, 28), np.float32)] * 400).reshape(1200, -1)
    together = deskew(pictures)
    alone = np.concatenate([deskew(pictures[one : one + 1]) for one in range(3)])
    assert (together.reshape(400, 3, -1) == alone).all()
    assert (alone[2] == 0).all()
    assert deskew(pictures[:0]).shape == (0, 784)


@pytest.mark.mnist
def test_slanting_all_digits_changes_little(thousand: Digits) -> None:
    x, y = thousand
    shear = np.array([[1, 0.3, -0.3 * 13.5], [0, 1, 0]], np.float32)
    slanted = np.stack([cv2.warpAffine(one, shear, (28, 28)) for one in x[800:]])
    plain, upright = Neighbors().fit(x[:800], y[:800]), UprightNeighbors().fit(x[:800], y[:800])
    assert upright.score(slanted, y[800:]) > upright.score(x[800:], y[800:]) - 0.03
    assert plain.score(slanted, y[800:]) < upright.score(slanted, y[800:]) - 0.05
