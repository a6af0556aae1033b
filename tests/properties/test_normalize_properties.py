"""The answer must not hang on where, how large, or how a digit stands in the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.imaging.papers import STROKES, ink, on

import tenfold
from tenfold.config import Settings
from tenfold.data.splits import training_data
from tenfold.imaging.normalize import normalize
from tenfold.types import STATUSES, Picture

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
digits = st.sampled_from(sorted(STROKES))
pens = st.integers(8, 28)


@pytest.fixture(scope="module")
def recognizer() -> tenfold.Recognizer:
    return tenfold.Recognizer()


def reads(recognizer: tenfold.Recognizer, picture: np.ndarray, digit: int) -> None:
    answer = recognizer.predict(np.ascontiguousarray(picture))
    assert (answer.status, answer.digit) == ("ok", digit)


@given(digit=digits, pen=pens, dx=st.integers(-60, 60), dy=st.integers(-40, 40))
@settings(max_examples=40)
def test_moved(recognizer: tenfold.Recognizer, digit: int, pen: int, dx: int, dy: int) -> None:
    picture = cv2.warpAffine(
        on(ink(digit, pen), WHITE, BLACK), np.float32([[1, 0, dx], [0, 1, dy]]), (280, 280), borderValue=WHITE
    )
    reads(recognizer, picture, digit)


@given(digit=digits, pen=pens, scale=st.floats(0.25, 8))
@settings(max_examples=40)
def test_scaled(recognizer: tenfold.Recognizer, digit: int, pen: int, scale: float) -> None:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = cv2.resize(on(ink(digit, pen), WHITE, BLACK), None, fx=scale, fy=scale, interpolation=how)
    reads(recognizer, picture, digit)


@pytest.mark.mnist
@pytest.mark.parametrize("how", [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST])
@pytest.mark.parametrize("scale", [1, 2, 3, 4, 6, 8])
def test_real_digits_enlarged(recognizer: tenfold.Recognizer, mnist_settings: Settings, scale: int, how: int) -> None:
    _, validation = training_data(mnist_settings)
    pictures = np.asarray(validation.images)[:400]
    large = [cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how) for picture in pictures]
    answers = recognizer.predict_batch(large)
    assert sum(answer.status in ("empty", "not_a_digit") for answer in answers) <= 4
    read = [answer.alternatives[0].digit if answer.status == "uncertain" else answer.digit for answer in answers]
    assert (np.array(read, object) == validation.labels[:400]).mean() >= 0.975


@given(digit=digits, pen=pens)
@settings(max_examples=30)
def test_what_has_the_form_stays_as_it_is(recognizer: tenfold.Recognizer, digit: int, pen: int) -> None:
    once = recognizer.saw(on(ink(digit, pen), WHITE, BLACK))
    assert np.array_equal(recognizer.saw(once), once)


@pytest.mark.mnist
def test_mnist_has_the_form(recognizer: tenfold.Recognizer, mnist_settings: Settings) -> None:
    _, validation = training_data(mnist_settings)
    pictures = [np.asarray(picture) for picture in validation.images[:500]]
    assert sum(np.array_equal(recognizer.saw(picture), picture) for picture in pictures) >= 490


@given(digit=digits, pen=pens)
@settings(max_examples=30)
def test_inverted(recognizer: tenfold.Recognizer, digit: int, pen: int) -> None:
    reads(recognizer, 255 - on(ink(digit, pen), WHITE, BLACK), digit)


@given(digit=digits, pen=pens, margins=st.tuples(*[st.integers(0, 300)] * 4))
@settings(max_examples=40)
def test_given_margins(recognizer: tenfold.Recognizer, digit: int, pen: int, margins: tuple[int, ...]) -> None:
    picture = cv2.copyMakeBorder(on(ink(digit, pen), WHITE, BLACK), *margins, cv2.BORDER_CONSTANT, value=WHITE)
    reads(recognizer, picture, digit)


@given(digit=digits, pen=pens, angle=st.floats(0, 2 * np.pi), depth=st.floats(0, 0.6))
@settings(max_examples=40)
def test_on_a_gradient(recognizer: tenfold.Recognizer, digit: int, pen: int, angle: float, depth: float) -> None:
    rows, columns = np.mgrid[-0.5:0.5:280j, -0.5:0.5:280j]
    along = (columns * np.cos(angle) + rows * np.sin(angle)) / (abs(np.cos(angle)) + abs(np.sin(angle))) + 0.5
    light = 1 - depth * along
    picture = np.rint(on(ink(digit, pen), WHITE, (20, 20, 20)) * light[..., None]).astype(np.uint8)
    reads(recognizer, picture, digit)


shapes = st.one_of(
    st.tuples(st.integers(1, 64), st.integers(1, 64)),
    st.tuples(st.integers(1, 3), st.integers(1, 2000)),
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3)),
)


@given(picture=shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape)))
@settings(max_examples=150)
def test_anything_comes_out_in_shape_and_range(picture: np.ndarray) -> None:
    answer = normalize(Picture(picture))
    assert answer.pixels.shape == (28, 28)
    assert answer.pixels.dtype == np.uint8
    assert answer.empty == (not answer.pixels.any())
    assert bool(answer.reason) == answer.empty
    assert answer.parts.shape[1:] == (28, 28)
    assert len(answer.parts) != 1
    if answer.box is not None:
        assert answer.box.x >= 0
        assert answer.box.y >= 0
        assert answer.box.x + answer.box.width <= picture.shape[1]
        assert answer.box.y + answer.box.height <= picture.shape[0]


@given(level=st.integers(0, 255), height=st.integers(1, 300), width=st.integers(1, 300))
@settings(max_examples=40)
def test_plain_paper_is_never_a_digit(recognizer: tenfold.Recognizer, level: int, height: int, width: int) -> None:
    assert recognizer.predict(np.full((height, width), level, np.uint8)).status == "empty"


@pytest.mark.parametrize(
    ("picture", "status"),
    [
        (np.zeros((1, 1), np.uint8), "empty"),
        (np.full((1, 10_000), 255, np.uint8), "empty"),
        (np.full((40, 40), np.nan), "unreadable_image"),
        (np.full((40, 40, 3), np.inf), "unreadable_image"),
        (np.zeros((0, 5), np.uint8), "unreadable_image"),
    ],
)
def test_degenerate_pictures_get_a_typed_answer(
    recognizer: tenfold.Recognizer, picture: np.ndarray, status: str
) -> None:
    answer = recognizer.predict(picture)
    assert answer.status == status
    assert answer.status in STATUSES
    assert answer.digit is None
    assert answer.reason
