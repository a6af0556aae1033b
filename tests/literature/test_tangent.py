"""Tangent distance is what its definition says, and does not see small changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("sklearn")

from tenfold.literature.tangent import TangentDistance
from tenfold.predictors.tangent import picture_and_tangents, tangent_distances

pytestmark = pytest.mark.train
Digits = tuple[np.ndarray, np.ndarray]

BLUR = 0.7
MIDDLE = (13.5, 13.5)


def blobs(matrix: np.ndarray) -> np.ndarray:
    """Three spots, seen through a map (2, 2) about the middle: at each place what is at matrix @ place; (1, 784)."""
    rows, columns = np.mgrid[:28, :28] - 13.5
    x, y = np.einsum("ij,jrc->irc", matrix, np.stack([columns, rows]))
    spots = [np.exp(-((x - right) ** 2 + (y - down) ** 2) / (2 * 2**2)) for right, down in ((-5, -4), (4, -1), (0, 6))]
    return np.asarray(sum(spots), np.float32).reshape(1, -1)


STEP = 0.01
SMALL = {
    "scaling": (3, np.eye(2) * (1 + STEP)),
    "rotation": (4, np.array([[1, STEP], [-STEP, 1]])),
    "axis": (5, np.diag([1 + STEP, 1 - STEP])),
    "diagonal": (6, np.array([[1, STEP], [STEP, 1]])),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_tangent_is_how_the_picture_changes(name: str) -> None:
    number, matrix = SMALL[name]
    views = picture_and_tangents(blobs(np.eye(2)), BLUR)[0]
    other = picture_and_tangents(blobs(matrix), BLUR)[0, 0]
    change = (other - views[0]) / STEP
    cosine = change @ views[number] / np.linalg.norm(change) / np.linalg.norm(views[number])
    assert cosine > 0.99
    assert np.linalg.norm(change) == pytest.approx(np.linalg.norm(views[number]), rel=0.1)


def test_tangents_of_moving_and_of_thickness() -> None:
    views = picture_and_tangents(blobs(np.eye(2)), BLUR)[0].reshape(8, 28, 28)
    picture = views[0]
    assert views[1][:, 1:-1] == pytest.approx((picture[:, 2:] - picture[:, :-2]) / 2, abs=1e-5)
    assert views[2][1:-1] == pytest.approx((picture[2:] - picture[:-2]) / 2, abs=1e-5)
    assert views[7] == pytest.approx(views[1] ** 2 + views[2] ** 2, abs=1e-6)


def test_distances_are_those_of_least_squares() -> None:
    """Beside numpy's least squares over both tangent planes; the stiffness is left to the views."""
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(5, 8, 40))
    orthonormal = seen.copy()
    orthonormal[:, 1:] = np.linalg.qr(seen[:, 1:].transpose(0, 2, 1))[0].transpose(0, 2, 1)
    found = tangent_distances(orthonormal[:1].astype(np.float32), orthonormal[None, 1:].astype(np.float32))[0]
    for place, other in enumerate(seen[1:]):
        planes = np.concatenate([seen[0, 1:], other[1:]]).T
        apart = seen[0, 0] - other[0]
        _, rest, *_ = np.linalg.lstsq(planes, apart)
        assert found[place] == pytest.approx(rest[0], rel=1e-3)


@pytest.mark.mnist
def test_a_digit_changed_a_little_is_still_near_itself(thousand: Digits) -> None:
    x, y = thousand
    turn = cv2.getRotationMatrix2D(MIDDLE, 10, 1.05)
    turned = np.stack([cv2.warpAffine(one, turn, (28, 28)) for one in x[:200]]).reshape(200, -1)
    fitted = TangentDistance(k=1).fit(x[:400], y[:400]).predictor_
    places, squares = fitted.nearest(turned, 1)
    _, before = fitted.search.nearest(turned, 1)
    assert (places[:, 0] == np.arange(200)).mean() > 0.95
    assert np.median(squares) < np.median(before) / 3


@pytest.mark.mnist
def test_stiff_tangents_leave_the_euclidean_distance(thousand: Digits) -> None:
    """All directions kept, hardly any blur, tangents that cost all: the neighbours are the Euclidean ones."""
    x, y = thousand[0].reshape(1000, -1), thousand[1]
    stiff = TangentDistance(k=3, directions=784, blur=0.01, stiffness=1e9).fit(x[:300], y[:300]).predictor_
    places, squares = stiff.nearest(x[900:], 3)
    apart = ((x[900:, None].astype(np.float64) - x[:300]) ** 2).sum(axis=2)
    assert (places == np.argsort(apart, axis=1)[:, :3]).mean() > 0.99
    assert squares == pytest.approx(np.sort(apart, axis=1)[:, :3], rel=1e-3)
