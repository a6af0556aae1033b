"""The values between the stages: frozen, checked where made by hand, and the same after JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.types import STATUSES, Alternative, Box, Normalized, Picture, Prediction, Stroke, Strokes

share = st.floats(0, 1)
predictions = st.builds(
    Prediction,
    status=st.sampled_from(STATUSES),
    digit=st.none() | st.integers(0, 9),
    confidence=share,
    probabilities=st.tuples(*[share] * 10),
    alternatives=st.lists(st.builds(Alternative, st.integers(0, 9), share), max_size=10).map(tuple),
    reason=st.text(),
    model=st.text(),
    one_digit=share,
)


@given(predictions)
def test_a_prediction_survives_json(prediction: Prediction) -> None:
    assert Prediction.from_dict(json.loads(json.dumps(prediction.to_dict()))) == prediction


def test_a_prediction_has_the_fields_of_the_contract() -> None:
    assert list(Prediction("ok").to_dict()) == [
        "status",
        "digit",
        "confidence",
        "probabilities",
        "alternatives",
        "reason",
        "model",
        "one_digit",
    ]
    assert STATUSES == ("ok", "uncertain", "empty", "not_a_digit", "several_digits", "unreadable_image")


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(ValueError, match=r"one of ok, uncertain, .*, got 'perhaps'"):
        Prediction.from_dict({**Prediction("ok").to_dict(), "status": "perhaps"})


@pytest.mark.parametrize(
    "value",
    [
        Prediction("ok"),
        Box(1, 2, 3, 4),
        Alternative(1, 0.5),
        Stroke((1.0,), (2.0,)),
        Strokes(),
        Picture(np.zeros((2, 2), np.uint8)),
    ],
)
def test_values_are_frozen(value: Any) -> None:
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)


@pytest.mark.parametrize(
    "data",
    [
        [{"x": [1, 2], "y": [3, 4]}],
        [[[1, 2], [3, 4]]],
        [[[1, 2], [3, 4], None]],
        [[(1, 2), np.array([3, 4])]],
        [Stroke((1.0, 2.0), (3.0, 4.0))],
    ],
)
def test_strokes_from_plain_data(data: list[Any]) -> None:
    assert Strokes.of(data) == Strokes((Stroke((1.0, 2.0), (3.0, 4.0)),))


def test_strokes_keep_their_times() -> None:
    expected = (Stroke((1.0,), (2.0,), (9.0,)),)
    assert Strokes.of([{"x": [1], "y": [2], "t": [9]}]).strokes == expected
    assert Strokes.of([[[1], [2], [9]]]).strokes == expected
    assert Strokes.of([]).strokes == ()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([{"x": [1]}], "stroke 0: expected x and y as lists of numbers"),
        ([[[1], [2]], 5], "stroke 1: expected x and y"),
        ([[[1, 2], [3]]], "stroke 0: x has 2 values, y 1"),
        ([{"x": [1], "y": [2], "t": [3, 4]}], "stroke 0: .*equally many"),
        ([[[float("nan")], [1]]], "stroke 0: coordinates must be finite"),
        ([[[float("inf")], [1]]], "stroke 0: coordinates must be finite"),
        ([[[10**400], [1]]], "stroke 0: expected x and y"),
        (["ab"], "stroke 0: expected x and y"),
        ([[["a"], ["b"]]], "stroke 0: expected x and y"),
    ],
)
def test_strokes_nobody_could_draw(data: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Strokes.of(data)


def test_a_stroke_made_by_hand_is_checked_too() -> None:
    with pytest.raises(ValueError, match="equally many"):
        Stroke((1.0, 2.0), (3.0,))
    with pytest.raises(ValueError, match="finite"):
        Stroke((float("nan"),), (3.0,))


def test_normalised_ink_has_no_parts_by_default() -> None:
    assert Normalized(np.zeros((28, 28), np.uint8)).parts.shape == (0, 28, 28)
