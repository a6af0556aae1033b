"""The teaching network: its gradients are those of its loss, its parts are what they say, and it learns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.data.splits import some, training_data
from tenfold.teaching import Checked, Digits, Lesson, Stepped, examine, teach, teaching_network
from tenfold.teaching.adam import Adam
from tenfold.teaching.layers import Array, Convolution, Dense, Dropout, Flatten, Layer, MaxPool, ReLU
from tenfold.teaching.loss import cross_entropy, one_hot, softmax

TINY = 1e-6


def random() -> np.random.Generator:
    return np.random.default_rng(7)


def numerically(loss: Callable[[], float], values: Array) -> Array:
    """The gradient by central differences, number by number."""
    gradient = np.zeros_like(values)
    for place in np.ndindex(values.shape):
        before = values[place]
        values[place] = before + TINY
        more = loss()
        values[place] = before - TINY
        less = loss()
        values[place] = before
        gradient[place] = (more - less) / (2 * TINY)
    return gradient


LAYERS: dict[str, tuple[Callable[[], Layer], tuple[int, ...]]] = {
    "convolution": (lambda: Convolution(2, 3, random(), np.float64), (2, 5, 6, 2)),
    "relu": (ReLU, (2, 3, 4, 2)),
    "pool": (MaxPool, (2, 5, 6, 3)),
    "flatten": (Flatten, (2, 3, 4, 2)),
    "dense": (lambda: Dense(6, 4, random(), np.float64), (3, 6)),
    "dropout": (lambda: Dropout(0.5, np.random.default_rng(3)), (4, 10)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_gradient_is_that_of_the_loss(name: str) -> None:
    make, shape = LAYERS[name]
    given = random().standard_normal(shape)
    weigh = np.random.default_rng(1).standard_normal(make().forward(given, learning=True).shape)
    layer = make()

    def loss() -> float:
        if name == "dropout":  # the same are silent each time
            return float((make().forward(given, learning=True) * weigh).sum())
        return float((layer.forward(given, learning=True) * weigh).sum())

    layer.forward(given, learning=True)
    by_given = layer.backward(weigh)
    np.testing.assert_allclose(by_given, numerically(loss, given), atol=1e-6)
    for what, values in layer.weights.items():
        layer.forward(given)
        layer.backward(weigh)
        by_weight = layer.gradients[what]
        np.testing.assert_allclose(by_weight, numerically(loss, values), atol=1e-6, err_msg=what)


def test_the_gradient_of_the_whole_network() -> None:
    network = teaching_network(random(), dropout=0, dtype=np.float64, kernels=2)
    pictures, labels = random().random((3, 28, 28, 1)), np.array([3, 0, 9])

    def loss() -> float:
        return cross_entropy(network.forward(pictures, learning=True), labels)[0]

    network.backward(cross_entropy(network.forward(pictures, learning=True), labels)[1])
    convolution, dense = network.layers[0], network.layers[-1]
    for layer, what in ((convolution, "kernels"), (convolution, "biases"), (dense, "biases")):
        found = layer.gradients[what].copy()
        np.testing.assert_allclose(found, numerically(loss, layer.weights[what]), atol=1e-6, err_msg=what)
    found = dense.gradients["matrix"][:30].copy()
    np.testing.assert_allclose(found, numerically(loss, dense.weights["matrix"][:30]), atol=1e-6)


def test_a_convolution_is_sums_of_products() -> None:
    layer = Convolution(1, 1, random())
    layer.weights["kernels"][...] = np.array([[-1, 0, 1]] * 3, np.float32).reshape(1, 3, 3, 1)
    given = np.zeros((1, 5, 5, 1), np.float32)
    given[0, :, 2] = 1  # a bright column: what is left of it has it on its right
    assert layer.forward(given)[0, :, :, 0].tolist() == [[3, 0, -3]] * 3


def test_pooling_keeps_the_largest_and_leaves_an_odd_row_out() -> None:
    given = np.arange(25, dtype=np.float32).reshape(1, 5, 5, 1)
    assert MaxPool().forward(given)[0, :, :, 0].tolist() == [[6, 8], [16, 18]]


def test_dropout_keeps_the_sum_and_is_for_learning_alone() -> None:
    layer, ones = Dropout(0.25, random()), np.ones((100, 100), np.float32)
    dropped = layer.forward(ones, learning=True)
    assert set(np.unique(dropped)) == {0, np.float32(1 / 0.75)}
    assert dropped.mean() == pytest.approx(1, abs=0.02)
    assert layer.forward(ones) is ones


def test_softmax_and_its_loss() -> None:
    assert softmax(np.array([[1000.0, 1000.0]])).tolist() == [[0.5, 0.5]]
    assert one_hot(np.array([2]), 4).tolist() == [[0, 0, 1, 0]]
    scores, labels = random().standard_normal((4, 10)), np.array([1, 5, 9, 0])
    loss, gradient = cross_entropy(scores, labels)
    assert loss == pytest.approx(-np.log(softmax(scores)[range(4), labels]).mean())
    np.testing.assert_allclose(gradient, numerically(lambda: cross_entropy(scores, labels)[0], scores), atol=1e-8)


def test_adam_steps_as_in_the_paper() -> None:
    layer = Dense(1, 1, random(), np.float64)
    layer.weights["matrix"][...] = 0
    adam = Adam([layer], rate=0.1)
    mean = square = weight = 0.0
    for step, slope in enumerate((3.0, -1.0, 0.5), 1):
        layer.gradients = {"matrix": np.array([[slope]]), "biases": np.zeros(1)}
        adam.step()
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        weight -= 0.1 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        assert layer.weights["matrix"][0, 0] == pytest.approx(weight)


@pytest.mark.mnist
def test_it_learns_mnist_and_stops_when_told(mnist_settings: Settings) -> None:
    learn, judge = (as_digits(part, settings=mnist_settings) for part in training_data(mnist_settings))
    news = list(teach(Lesson(epochs=2), learn, judge))
    checks = [one for one in news if isinstance(one, Checked)]
    steps = [one for one in news if isinstance(one, Stepped)]
    assert checks[0].accuracy < 0.4
    assert checks[-1].accuracy > 0.8
    assert checks[-1].loss < checks[0].loss
    assert steps[-1].shown == checks[-1].shown == 2 * len(learn)

    tested = examine(checks[-1].network, judge)
    assert tested.accuracy == pytest.approx(checks[-1].accuracy)
    assert tested.confusion.sum() == len(judge)
    assert np.trace(tested.confusion) == len(judge) - len(tested.wrong)
    believed = tested.probabilities[tested.wrong, judge.labels[tested.wrong]]
    assert (np.diff(believed) >= 0).all()

    few = Digits(learn.pictures[:256], learn.labels[:256])
    once, again = ([one.loss for one in teach(Lesson(epochs=1), few, few)] for _ in range(2))
    assert once == again  # the same seed, the same lesson

    cut = [one for one in teach(Lesson(), learn, judge, stop=lambda: True) if isinstance(one, Stepped)]
    assert [one.shown for one in cut] == [32]


def as_digits(part: object, settings: Settings) -> Digits:
    few = some(part, 1000)  # type: ignore[arg-type]
    return Digits(few.network_pixels(settings).astype(np.float32) / np.float32(255), few.labels)
