"""How the networks of the literature are fitted and kept."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from tenfold.catalogue.report import PARAMETERS
from tenfold.literature.keras_fit import FEW, fit_network, for_so_many, network
from tenfold.training.fit import Plan

pytestmark = pytest.mark.train

PICTURES = np.random.default_rng(0).random((90, 28, 28), np.float32)
LABELS = np.arange(90) % 3


@pytest.fixture
def model(keras: Any) -> Any:
    keras.utils.set_random_seed(3)
    layers = keras.layers
    return keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(8, "tanh"), layers.Dense(3)])


def test_a_kept_network_says_what_keras_says(keras: Any, model: Any) -> None:
    said = np.asarray(keras.ops.softmax(model(PICTURES)))
    np.testing.assert_allclose(network(model).predict_proba(PICTURES.reshape(90, -1)), said, atol=1e-6)
    cooler = np.asarray(keras.ops.softmax(model(PICTURES) / 2.5))
    np.testing.assert_allclose(network(model, 2.5).predict_proba(PICTURES.reshape(90, -1)), cooler, atol=1e-6)
    assert network(model).parameters == 784 * 8 + 8 + 8 * 3 + 3


def test_a_kept_network_can_be_copied_and_sent(model: Any) -> None:
    kept = network(model)
    expected = kept.predict_proba(PICTURES)
    for again in (copy.deepcopy(kept), pickle.loads(pickle.dumps(kept))):
        assert (again.predict_proba(PICTURES) == expected).all()
        assert again.to_bytes() == kept.to_bytes()
        assert again.parameters == kept.parameters


def test_few_pictures_are_shown_more_often_in_smaller_batches() -> None:
    plan = Plan(epochs=2, batch=128, average=0.99)
    assert for_so_many(plan, 60_000) == plan
    assert for_so_many(Plan(epochs=2, average=0.998), 500).average < 0.99, "an average of what is nearly all the way"
    for count in (10, 100, 500):
        few = for_so_many(plan, count)
        assert 2 * (FEW - count) < few.epochs * count <= 2 * FEW
        assert 1 <= few.batch <= count
        assert few.batch < plan.batch


def test_every_epoch_is_drawn_once_and_shown_in_whole_batches(keras: Any) -> None:
    """A network that only learns a bias ends at the mean of what it was shown."""
    drawn: list[int] = []

    def draw(epoch: int) -> tuple[np.ndarray, np.ndarray]:
        drawn.append(epoch)
        return PICTURES, LABELS

    stack = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(3, kernel_initializer="zeros")]
    model = keras.Sequential(stack)
    fit_network(model, draw, Plan(epochs=5, batch=40, average=0), verbose=False)
    assert drawn == [0, 1, 2, 3, 4]
    assert int(model.optimizer.iterations) == 5 * 2, "90 pictures are two whole batches of 40"


def test_an_average_settles_batch_normalisation(keras: Any) -> None:
    stack = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.BatchNormalization(), keras.layers.Dense(3)]
    model = keras.Sequential(stack)
    fit_network(model, lambda _: (PICTURES, LABELS), Plan(epochs=1, batch=90, average=0.5))
    mean = PICTURES.reshape(90, -1).mean(axis=0)
    np.testing.assert_allclose(np.asarray(model.layers[1].moving_mean), mean, atol=1e-4)


def test_networks_have_the_sizes_that_are_told_of_them(keras: Any) -> None:
    from tenfold.literature.nets import CnnDepth, Mlp, Report

    assert Mlp()._build(10).count_params() == 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10
    assert Report()._build(10).count_params() == PARAMETERS
    for depth in (1, 2, 3, 4):
        kinds = [type(layer).__name__ for layer in CnnDepth(depth)._build(10).layers]
        assert kinds.count("Conv2D") == depth


def test_the_reports_network_is_fitted_by_its_logits(keras: Any) -> None:
    from tenfold.literature.nets import Report

    said = np.asarray(Report()._build(10)(PICTURES[:5, :, :, None]))
    assert np.abs(said.sum(axis=1) - 1).max() > 0.01, "probabilities would sum to one"
