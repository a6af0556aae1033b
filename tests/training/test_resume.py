"""A run that is stopped goes on from its last whole epoch, and ends where it would have ended."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.data.augment import Augmentation
from tenfold.errors import UsageError
from tenfold.training.fit import STATE, Labels, Plan, fit, forget
from tenfold.types import Pixels

pytestmark = pytest.mark.train

PLAN = Plan(epochs=3, batch=16, augmentation=Augmentation(noise=0.5))
RNG = np.random.default_rng(0)
PICTURES, LABELS = RNG.integers(0, 256, (64, 28, 28), np.uint8), RNG.integers(0, 10, 64)


def draw_epoch(chance: np.random.Generator) -> tuple[Pixels, Labels]:
    order = chance.permutation(len(LABELS))
    return PICTURES[order], LABELS[order]


@pytest.fixture
def network(keras: Any) -> Callable[[], Any]:
    def build() -> Any:
        keras.utils.set_random_seed(1)
        layers = keras.layers
        stack = [keras.Input((28, 28)), layers.Flatten(), layers.Dense(8), layers.BatchNormalization()]
        return keras.Sequential([*stack, layers.Dropout(0.2), layers.Dense(10)])

    return build


class Stopped(Exception):
    """What Ctrl-C, a full disk or a power cut is to a run."""


def run(model: Any, out: Path, draw: Any = draw_epoch, plan: Plan = PLAN, resume: bool = False) -> dict[str, Any]:
    return fit(model, draw, (PICTURES, LABELS), plan, 5, out, resume)


def stopping_after(epochs: int, out: Path) -> Any:
    """Draws epochs, but fails to as soon as that many are written down."""

    def draw(chance: np.random.Generator) -> tuple[Pixels, Labels]:
        log = out / "log.jsonl"
        if log.is_file() and len(log.read_text().splitlines()) >= epochs:
            raise Stopped
        return draw_epoch(chance)

    return draw


def test_a_resumed_run_ends_as_one_that_was_never_stopped(network: Callable[[], Any], tmp_path: Path) -> None:
    whole = network()
    history = run(whole, tmp_path / "whole")
    with pytest.raises(Stopped):
        run(network(), tmp_path / "stopped", stopping_after(2, tmp_path / "stopped"))
    resumed = network()
    again = run(resumed, tmp_path / "stopped", resume=True)
    assert again["loss"] == pytest.approx(history["loss"])
    assert again["val_loss"] == pytest.approx(history["val_loss"])
    for ours, theirs in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_nothing_to_resume_is_a_fresh_start(network: Callable[[], Any], tmp_path: Path) -> None:
    assert len(run(network(), tmp_path, resume=True)["loss"]) == PLAN.epochs


def test_another_run_is_not_resumed(network: Callable[[], Any], tmp_path: Path) -> None:
    run(network(), tmp_path)
    with pytest.raises(UsageError, match="is of another run"):
        run(network(), tmp_path, plan=Plan(epochs=4, batch=16), resume=True)
    with pytest.raises(UsageError, match="is of another run"):
        fit(network(), draw_epoch, (PICTURES, LABELS), PLAN, 5, tmp_path, True, "tenfold train digit --without semeion")


def test_a_finished_run_is_resumed_at_its_end(network: Callable[[], Any], tmp_path: Path) -> None:
    whole, again = network(), network()
    history = run(whole, tmp_path)
    assert run(again, tmp_path, resume=True)["loss"] == pytest.approx(history["loss"])
    for ours, theirs in zip(again.get_weights(), whole.get_weights(), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_fresh_run_forgets_the_one_before(network: Callable[[], Any], tmp_path: Path) -> None:
    run(network(), tmp_path)
    with pytest.raises(Stopped):
        run(network(), tmp_path, stopping_after(0, tmp_path))
    assert not (tmp_path / STATE).exists()


def test_what_is_damaged_is_named(network: Callable[[], Any], tmp_path: Path) -> None:
    (tmp_path / STATE).write_bytes(b"PK no archive")
    with pytest.raises(UsageError, match="is damaged"):
        run(network(), tmp_path, resume=True)


def test_a_full_disk_leaves_the_epoch_before(
    network: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Stopped):
        run(network(), tmp_path, stopping_after(1, tmp_path))
    before = (tmp_path / STATE).read_bytes()

    written = iter(["log.jsonl", STATE])

    def full(_: int) -> None:
        if next(written) == STATE:
            raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            run(network(), tmp_path, resume=True)
    assert (tmp_path / STATE).read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if "partial" in path.name]
    forget(tmp_path)
    assert not (tmp_path / STATE).exists()
