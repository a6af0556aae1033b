"""The LeNets are those of the paper; boosting filters as it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tenfold.literature.boosted import disagreed, filtered, half_wrong
from tenfold.literature.keras_fit import parameters
from tenfold.literature.lenet import GAIN, LENET_1, LENET_5, OFFSET, A, LeNet1, LeNet4, LeNet5, S, connections
from tenfold.training.ensemble import average
from tenfold.training.fit import Plan

pytestmark = pytest.mark.train

PICTURES = np.random.default_rng(0).random((60, 28, 28), np.float32)


def test_tables_are_those_of_the_papers() -> None:
    # Table I of LeCun et al. 1998: column 0 takes 0 1 2, 5 takes 0 1 5, 9 takes 0 3 4 5, 14 takes 0 2 3 5.
    assert (LENET_5[0], LENET_5[5], LENET_5[9], LENET_5[14]) == ((0, 1, 2), (0, 1, 5), (0, 3, 4, 5), (0, 2, 3, 5))
    assert connections(LENET_5, 6).sum(axis=1).tolist() == [10] * 6, "every map below is taken by ten"
    assert sorted(map(len, LENET_5)) == [3] * 6 + [4] * 9 + [6]
    assert connections(LENET_1, 4).sum(axis=1).tolist() == [5] * 4
    assert not connections(LENET_1, 4)[:2, 6:].any()


def test_parameters_are_as_many_as_the_papers_count(keras: Any) -> None:
    # 1998, section II.B: C1 156, S2 12, C3 1,516, S4 32, C5 48,120, F6 10,164; here with ten outputs of 84 inputs.
    assert parameters(LeNet5()._build(10)) == 156 + 12 + 1516 + 32 + 48_120 + 10_164 + 850
    # 1990: 2,578 in all.
    assert parameters(LeNet1()._build(10)) == 2578
    assert parameters(average([LeNet1()._build(10), LeNet1()._build(10)])) == 2 * 2578


def test_what_is_not_connected_stays_so(keras: Any) -> None:
    from tenfold.literature.keras_fit import fit_network

    for kind in (LeNet1, LeNet5):
        model = kind()._build(10)
        fit_network(model, lambda _: (PICTURES, np.arange(60) % 10), Plan(epochs=2, batch=20, average=0))
        kernels = [np.asarray(layer.kernel) for layer in model.layers if type(layer).__name__ == "Conv2D"]
        table = connections(LENET_1, 4) if kind is LeNet1 else connections(LENET_5, 6)
        assert ((kernels[2] != 0) == (np.ones_like(kernels[2]) * table > 0)).all()
        assert (kernels[1][0, 0] != 0).sum() == len(kernels[1][0, 0]), "one coefficient a map"


def test_lenet_5_by_hand(keras: Any) -> None:
    """The first map of S2, by the equations of section II.B."""
    keras.utils.set_random_seed(1)
    model = LeNet5()._build(10)
    convolutions = [layer for layer in model.layers if type(layer).__name__ == "Conv2D"]
    second = model.layers.index(convolutions[1])
    upto = keras.Model(model.inputs[0], model.layers[second + 3].output)
    convolutions[1].bias.assign(np.linspace(-0.5, 0.5, 6, dtype=np.float32))
    given = np.pad(PICTURES[0], 2) * GAIN + OFFSET
    kernel = np.asarray(convolutions[0].kernel)[:, :, 0, 0]
    maps = np.array([[(given[y : y + 5, x : x + 5] * kernel).sum() for x in range(28)] for y in range(28)])
    maps = A * np.tanh(S * maps)
    mean = maps.reshape(14, 2, 14, 2).mean(axis=(1, 3))
    expected = A * np.tanh(S * (mean - 0.5))
    np.testing.assert_allclose(np.asarray(upto(PICTURES[:1]))[0, :, :, 0], expected, atol=1e-4)


def test_each_map_of_lenet_4_is_subsampled_twice(keras: Any) -> None:
    model = LeNet4()._build(10)
    kernels = [np.asarray(layer.kernel) for layer in model.layers if type(layer).__name__ == "Conv2D"]
    assert kernels[1].shape == (1, 1, 4, 8)
    assert kernels[1][0, 0].sum(axis=1).tolist() == [2] * 4
    assert kernels[2].shape == (5, 5, 8, 16)


def test_half_of_what_is_filtered_was_read_wrong() -> None:
    labels = np.arange(200) % 10
    reads = np.where(np.arange(200) % 8 == 3, (labels + 1) % 10, labels)
    mask = half_wrong(lambda _: reads)(PICTURES, labels)
    assert mask[reads != labels].all()
    assert mask[reads == labels].sum() == (reads != labels).sum() == 25


def test_only_what_is_read_differently_is_left() -> None:
    mask = disagreed(lambda shown: np.zeros(len(shown)), lambda shown: np.arange(len(shown)) % 2)(PICTURES, PICTURES)
    assert mask.tolist() == [False, True] * 30


def test_a_stream_is_looked_at_whole_and_follows_from_its_seed() -> None:
    seen: list[int] = []

    def every_third(pictures: Any, labels: Any) -> Any:
        seen.append(len(pictures))
        return np.arange(len(labels)) % 3 == 0

    labels = np.arange(60) % 10
    pictures, right = filtered(PICTURES, labels, every_third, 7_000, 5)
    assert sum(seen) == 7_000
    assert len(pictures) == len(right) == -(-5000 // 3) + -(-2000 // 3)
    again, _ = filtered(PICTURES, labels, every_third, 7_000, 5)
    other, _ = filtered(PICTURES, labels, every_third, 7_000, 6)
    assert (pictures == again).all()
    assert not (pictures == other).all()
