"""Arrays and pen strokes become the pictures they stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.imaging.encoded import PAPER, grey, page, shows_the_page

from tenfold.errors import DamagedImage, UsageError
from tenfold.imaging.load import load
from tenfold.types import Stroke, Strokes

# ---- arrays ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "convert",
    [
        pytest.param(lambda a: a, id="uint8"),
        pytest.param(lambda a: a.astype(np.int64), id="int64"),
        pytest.param(lambda a: a.astype(">u2") * 257, id="uint16 big-endian"),
        pytest.param(lambda a: a.astype(np.uint16), id="uint16 of 8 bits"),
        pytest.param(lambda a: a / 255.0, id="float64 0..1"),
        pytest.param(lambda a: (a / 255.0).astype(np.float16), id="float16 0..1"),
        pytest.param(lambda a: a.astype(np.float32), id="float32 0..255"),
        pytest.param(lambda a: a * (16 / 255), id="float 0..16 as scikit-learn's digits"),
        pytest.param(lambda a: np.asfortranarray(a), id="column order"),
        pytest.param(lambda a: np.repeat(a, 2, axis=1)[:, ::2], id="strided view"),
        pytest.param(lambda a: a[..., None], id="(H, W, 1)"),
        pytest.param(lambda a: np.dstack([a] * 3), id="(H, W, 3)"),
        pytest.param(lambda a: np.dstack([a] * 3) / 255.0, id="(H, W, 3) 0..1"),
        pytest.param(lambda a: np.dstack([a] * 3 + [np.full_like(a, 255)]), id="(H, W, 4)"),
        pytest.param(lambda a: np.dstack([a / 255.0] * 3 + [np.ones(a.shape)]), id="(H, W, 4) 0..1"),
        pytest.param(
            lambda a: np.dstack([a.astype(np.uint16) * 257] * 3 + [np.full(a.shape, 65535)]), id="(H, W, 4) 16 bits"
        ),
        pytest.param(lambda a: np.asarray(a).view(np.matrix), id="matrix", marks=pytest.mark.filterwarnings("ignore")),
    ],
)
def test_arrays_of_every_type(convert: Callable[[np.ndarray], np.ndarray]) -> None:
    shows_the_page(load(convert(page())), tolerance=1)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int32, np.float32])
def test_masks_of_zeros_and_ones(dtype: type) -> None:
    mask = page() == PAPER
    np.testing.assert_array_equal(grey(load(mask.astype(dtype))), mask * 255)


def test_floats_that_overshoot_keep_their_range() -> None:
    values = page() / 255.0
    values[0, 0], values[0, 1] = 1.06, -0.04
    shown = grey(load(values))
    np.testing.assert_allclose(shown[1:], page()[1:], atol=1)
    assert shown[0, 0] == 255
    assert shown[0, 1] == 0


@pytest.mark.parametrize(
    "standardise",
    [
        lambda a: (a / 255 - 0.1307) / 0.3081,
        lambda a: a / 127.5 - 1,
        lambda a: a - 128.0,
        lambda a: (a - 128.0) * 1.5e306,
    ],
)
def test_standardised_values_are_stretched(standardise: Callable[[np.ndarray], np.ndarray]) -> None:
    shown = grey(load(standardise(page().astype(float))))
    assert (shown[4:16, 4:24] == 0).all()
    assert (shown[20:] == 255).all()


@pytest.mark.parametrize("value", [0, 7, -3, 1e-300, -1e300])
def test_a_constant_array_is_one_plain_tone(value: float) -> None:
    assert np.ptp(grey(load(np.full((9, 9), value)))) == 0


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.full((28, 28), np.nan), "784 values that are not finite"),
        (np.array([[0.0, np.inf]]), "1 values that are not finite"),
        (np.zeros((28, 28, 2)), r"shape \(28, 28, 2\)"),
        (np.zeros((3, 28, 28)), "channels last"),
        (np.zeros((1, 28, 28, 1)), "one picture at a time"),
        (np.zeros(784), r"shape \(784,\)"),
        (np.array(5), r"shape \(\)"),
        (np.zeros((0, 5)), "5 x 0 pixels"),
        (np.zeros((5, 0, 3)), "0 x 5 pixels"),
        (np.zeros((5, 5), complex), "complex128"),
        (np.array([[None, 1]]), "object"),
        (np.array([["a", "b"]]), "<U1"),
        (np.zeros((5, 5), "datetime64[s]"), "datetime64"),
    ],
)
def test_arrays_that_are_no_picture(array: np.ndarray, message: str) -> None:
    with pytest.raises(DamagedImage, match=message):
        load(array)


@pytest.mark.parametrize("x", [5, None, [[0, 1], [1, 0]], {"x": [1]}, object()])
def test_other_types_are_wrong_usage(x: Any) -> None:
    with pytest.raises(UsageError, match=f"from {type(x).__name__}"):
        load(x)


# ---- strokes ---------------------------------------------------------------------------------------


def test_strokes_are_drawn_dark_on_white_with_a_margin() -> None:
    shown = grey(load(Strokes.of([{"x": [0, 10], "y": [0, 0]}, {"x": [10, 5], "y": [0, 20]}])))
    assert shown[:20].min() == 255
    assert shown[:, :20].min() == 255
    assert shown[-20:].min() == 255
    assert shown.min() == 0
    assert load(Strokes()).source == "strokes"


@pytest.mark.parametrize(("factor", "shift"), [(1e-6, 0.0), (1000.0, -5e4), (1e307, 0.0)])
def test_strokes_of_any_unit_look_the_same(factor: float, shift: float) -> None:
    plain = np.array([[0.0, 8.0, 3.0], [0.0, 1.0, 16.0]])
    other = plain * factor + shift
    expected = grey(load(Strokes.of([plain.tolist()])))
    np.testing.assert_allclose(grey(load(Strokes.of([other.tolist()]))), expected, atol=40)


def test_no_strokes_are_an_empty_picture() -> None:
    assert grey(load(Strokes())).min() == 255
    assert grey(load(Strokes((Stroke((), ()),)))).min() == 255


def test_one_point_leaves_a_dot() -> None:
    shown = grey(load(Strokes.of([[[5], [5]]])))
    assert 0 < (shown < 128).mean() < 0.02
