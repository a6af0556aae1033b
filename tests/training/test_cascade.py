"""Two networks in one file: the first answers what it is sure of, the second the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.models.base import ModelCard
from tenfold.models.onnx import OnnxClassifier
from tenfold.predictors.base import softmax
from tenfold.training.cascade import MOST_LOST, joined, least_sure
from tenfold.training.export import to_onnx

PICTURES = np.random.default_rng(0).random((40, 28, 28), np.float32)


def network(keras: Any, seed: int) -> bytes:
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    stack = [keras.Input((28, 28)), layers.Reshape((28, 28, 1)), layers.Conv2D(4, 5, strides=3, activation="relu")]
    return to_onnx(keras.Sequential([*stack, layers.Flatten(), layers.Dense(10, kernel_initializer="he_normal")]))


def logits(weights: bytes) -> Any:
    return OnnxClassifier(weights, ModelCard(name="part", output="logits")).raw(PICTURES)


@pytest.mark.train
@pytest.mark.parametrize("count", [0, 1, 17, 39, 40])
def test_each_picture_has_the_answer_of_the_network_it_belongs_to(keras: Any, count: int) -> None:
    first, second = (network(keras, 1), 0.5), (network(keras, 2), 2.0)
    early, late = (logits(weights) / np.float32(temperature) for weights, temperature in (first, second))
    confidence = softmax(early).max(axis=1)
    # Half way between two of them: the last bits of a softmax are nobody's promise.
    edges = np.concatenate([[0.0], np.sort(confidence), [1.1]])
    sure = float(edges[count : count + 2].mean())
    unsure = confidence < np.float32(sure)
    assert unsure.sum() == count
    both = logits(joined(first, second, sure))
    assert both[unsure] == pytest.approx(late[unsure], abs=1e-5)
    assert both[~unsure] == pytest.approx(early[~unsure], abs=1e-5)


def rows(confidence: list[float], right: list[bool]) -> Any:
    """Probabilities of that confidence, for 0 where right and for 1 where wrong; the labels are all 0."""
    table = np.zeros((len(right), 10), np.float32)
    table[np.arange(len(right)), np.where(right, 0, 1)] = confidence
    return table


CONFIDENCES = st.one_of(st.sampled_from([0.5, 1.0]), st.floats(0.25, 1, width=32))


@given(st.lists(st.tuples(CONFIDENCES, st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_what_the_first_answers_costs_next_to_nothing(cases: list[tuple[float, bool, bool]]) -> None:
    confidence, first_right, second_right = (list(column) for column in zip(*cases, strict=True))
    first, second = rows(confidence, first_right), rows([1.0] * len(cases), second_right)
    sure = least_sure(first, second, np.zeros(len(cases), np.int64))
    answered = np.array(confidence, np.float32) >= np.float32(sure)
    lost = (np.array(second_right) & answered).sum() - (np.array(first_right) & answered).sum()
    assert lost <= MOST_LOST * len(cases)


def test_a_first_network_that_is_wrong_when_surest_answers_nothing() -> None:
    first, second = rows([1.0, 1.0, 0.5], [False, True, True]), rows([1.0] * 3, [True] * 3)
    assert least_sure(first, second, np.zeros(3, np.int64)) > 1


def test_a_first_network_that_is_never_worse_answers_all() -> None:
    confidence = [0.9, 0.3, 0.5]
    right = rows(confidence, [True] * 3)
    assert least_sure(right, right, np.zeros(3, np.int64)) <= min(confidence)
