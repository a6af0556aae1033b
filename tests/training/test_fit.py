"""What the network is shown and asked for while it is fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.data.augment import Augmentation
from tenfold.training.fast import SHIFT, jittered
from tenfold.training.fit import EASING, FEW_STEPS, Plan, fit, settle
from tenfold.types import Floats

PICTURES = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)


def how_far(plan: Plan, done: float) -> float:
    """By how much pictures differ from what they were."""
    shown = plan.change(PICTURES, np.random.default_rng(1), done)
    return float(np.abs(shown - PICTURES.astype(np.float32) / 255).mean())


def test_augmentation_eases_off_after_its_time() -> None:
    noisy = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, noise=1, hide=0)
    plan = Plan(epochs=1, augmentation=noisy, ease=0.0)
    early, at_turn, late, last = (how_far(plan, done) for done in (0, EASING, 0.9, 1))
    assert early == at_turn > late > last
    assert how_far(Plan(epochs=1, augmentation=noisy), 1) == early, "without easing it stays as far to the end"


def test_without_augmentation_pictures_stay_as_they_are() -> None:
    assert how_far(Plan(epochs=1, augmentation=None), 0) == 0


def test_bytes_and_shares_are_changed_alike() -> None:
    plan = Plan(epochs=1)
    shares = PICTURES.astype(np.float32) / np.float32(255)
    assert (
        plan.change(PICTURES, np.random.default_rng(1), 0) == plan.change(shares, np.random.default_rng(1), 0)
    ).all()


def test_a_shift_moves_whole_pixels_and_loses_none_inside() -> None:
    dot = np.zeros((90, 28, 28), np.uint8)
    dot[:, 14, 14] = 255
    moved = jittered(dot, np.random.default_rng(0))
    places = np.argwhere(moved == 255)
    assert len(places) == len(dot)
    assert {tuple(place) for place in places[:, 1:] - 14} == {
        (y, x) for y in range(-SHIFT, SHIFT + 1) for x in range(-SHIFT, SHIFT + 1)
    }


@pytest.mark.train
def test_a_single_step_is_enough_to_train(keras: Any, tmp_path: Path) -> None:
    layers = keras.layers
    stack = [keras.Input((28, 28)), layers.Flatten(), layers.BatchNormalization(), layers.Dense(10)]
    chance = np.random.default_rng(0)
    pictures, digits = chance.integers(0, 256, (40, 28, 28), np.uint8), chance.integers(0, 10, 40)
    model, plan = keras.Sequential(stack), Plan(epochs=1, augmentation=None)
    history = fit(model, lambda _: (pictures, digits), (pictures, digits), plan, 0, tmp_path)
    assert len(history["loss"]) == 1
    # One batch is all there is: its own statistics are what batch normalisation is left with.
    mean = pictures.reshape(40, -1).mean(axis=0) / 255
    np.testing.assert_allclose(np.asarray(model.layers[1].moving_mean), mean, atol=1e-4)


@pytest.mark.train
@pytest.mark.parametrize("count", [0, 3, FEW_STEPS + 4])
def test_statistics_are_measured_again_over_all_batches(keras: Any, count: int) -> None:
    """However many there are: few are shown to the network as it is, many to what is compiled of it."""
    import tensorflow as tf

    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.BatchNormalization(), layers.Dense(10)])
    norm, chance = model.layers[1], np.random.default_rng(0)
    # The last of an epoch is smaller.
    batches = [chance.random((8 if number else 5, 28, 28), np.float32) for number in reversed(range(count))]
    tf.config.run_functions_eagerly(False)
    try:
        settle(keras, model, iter(batches), 200)
    finally:
        tf.config.run_functions_eagerly(True)
    assert norm.momentum == 0.99
    flat = [batch.reshape(len(batch), -1) for batch in batches]
    # Without any they are what they were.
    mean = np.mean([one.mean(axis=0) for one in flat], axis=0) if flat else np.zeros(784)
    variance = np.mean([one.var(axis=0) for one in flat], axis=0) if flat else np.ones(784)
    np.testing.assert_allclose(np.asarray(norm.moving_mean), mean, atol=1e-5)
    np.testing.assert_allclose(np.asarray(norm.moving_variance), variance, atol=1e-5)


@pytest.mark.train
def test_what_a_teacher_says_is_what_is_learned(keras: Any, tmp_path: Path) -> None:
    """Labels say 3, the teacher makes half a 7 of each: a network that sees nothing comes to say both alike."""
    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, kernel_initializer="zeros")])
    nothing, threes = np.zeros((64, 28, 28), np.uint8), np.full(64, 3)

    def teach(pictures: Floats, answers: Floats) -> Floats:
        return (answers + np.tile(np.eye(10, dtype=np.float32)[7], (len(pictures), 1))) / 2

    plan = Plan(epochs=8, batch=16, rate=1.0, decay=0.0, smooth=0.0, average=0.5, augmentation=None)
    fit(model, lambda _: (nothing, threes), (nothing, threes), plan, 0, tmp_path, teacher=teach)
    logits = np.asarray(model(np.zeros((1, 28, 28), np.float32)))[0]
    shares = np.exp(logits) / np.exp(logits).sum()
    assert shares[[3, 7]] == pytest.approx(0.5, abs=0.05)
