"""Boltzmann machines learn as Hinton's equations say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tenfold.literature.dbn import Dbn, contrastive_divergence, sigmoid, trained_machine, upward

CHANCE = np.random.default_rng


def test_the_sigmoid_is_one_and_does_not_overflow() -> None:
    x = np.array([-1000, -3, 0, 0.5, 1000], np.float32)
    np.testing.assert_allclose(sigmoid(x)[1:4], 1 / (1 + np.exp(-x[1:4])), atol=1e-6)
    assert sigmoid(x)[[0, -1]].tolist() == [0, 1]


def test_contrastive_divergence_is_data_less_reconstruction() -> None:
    """By sums over single units, where the hidden states are certain: nothing is left to chance."""
    data = np.array([[1, 0, 1], [0, 1, 1]], np.float32)
    weights = np.array([[60, -60], [-60, 60], [9, 9]], np.float32)
    visible, hidden = np.array([0.1, -0.2, 0.3], np.float32), np.array([0.5, -0.5], np.float32)
    changes = contrastive_divergence(data, weights, visible, hidden, CHANCE(0))
    expected = [np.zeros((3, 2)), np.zeros(3), np.zeros(2)]
    for v in data:
        h = [1 / (1 + np.exp(-float(v @ weights[:, j] + hidden[j]))) for j in range(2)]
        on = [float(round(p)) for p in h]
        again = [1 / (1 + np.exp(-float(weights[i] @ np.array(on) + visible[i]))) for i in range(3)]
        off = [1 / (1 + np.exp(-float(np.array(again) @ weights[:, j] + hidden[j]))) for j in range(2)]
        for i in range(3):
            expected[1][i] += (v[i] - again[i]) / 2
            for j in range(2):
                expected[0][i, j] += (v[i] * h[j] - again[i] * off[j]) / 2
        expected[2] += (np.array(h) - off) / 2
    for got, right in zip(changes, expected, strict=True):
        np.testing.assert_allclose(got, right, atol=1e-5)


def test_a_machine_learns_what_goes_together() -> None:
    """Two patterns: after training a broken one is completed, which biases alone cannot do."""
    patterns = np.repeat(np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], np.float32), 500, axis=0)
    weights, hidden = trained_machine(patterns, 4, 30, 0.2, CHANCE(0))
    for broken, whole in (([1, 1, 0, 0, 0, 0], patterns[0]), ([0, 0, 0, 0, 1, 1], patterns[-1])):
        features = upward(np.array([broken], np.float32), weights, hidden)
        same = upward(whole[None], weights, hidden)
        assert np.abs(features - same).max() < 0.3
    apart = upward(patterns[:1], weights, hidden) - upward(patterns[-1:], weights, hidden)
    assert np.abs(apart).max() > 0.7


@pytest.mark.train
@pytest.mark.mnist
def test_machines_are_where_the_network_starts(keras: Any, thousand: tuple[np.ndarray, np.ndarray]) -> None:
    """Without a pass over the labels the hidden layers are the machines, each fed by the one below."""
    pictures, labels = thousand
    model = Dbn(hidden=(30, 20), passes=1, epochs=1, rate=1e-9)._fitted(pictures, labels)
    flat = pictures.reshape(len(pictures), -1)
    from tenfold.training.fit import chance_of

    first = trained_machine(flat, 30, 1, 0.1, chance_of(0, 0))
    second = trained_machine(upward(flat, *first), 20, 1, 0.1, chance_of(0, 1))
    for layer, (weights, hidden) in zip(model.layers[1:3], (first, second), strict=True):
        np.testing.assert_allclose(np.asarray(layer.kernel), weights, atol=1e-5)
        np.testing.assert_allclose(np.asarray(layer.bias), hidden, atol=1e-5)
