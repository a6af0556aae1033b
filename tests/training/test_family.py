"""What a teacher makes of the labels: half of it is its own answer, and a reminder only where it was right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.data.foreign import SETS
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import WEIGHTS, load_onnx
from tenfold.predictors.base import softmax
from tenfold.training import fit as fitting
from tenfold.training.family import reminded_by, taught_by
from tenfold.training.recipes import find_recipe, train_options
from tenfold.types import Floats

pytestmark = pytest.mark.train

PICTURES = np.random.default_rng(0).random((20, 28, 28), np.float32)
LABELS = np.eye(10, dtype=np.float32)[np.arange(20) % 10]


def said() -> Floats:
    return softmax(load_onnx("tiny", VERSION).raw(PICTURES))


def test_half_of_what_is_learned_is_the_teachers_answer_without_its_temperature(keras: Any) -> None:
    teach, card = taught_by("tiny")
    assert card.identity == load_onnx("tiny", VERSION).card.identity
    assert card.temperature != 1
    np.testing.assert_allclose(teach(PICTURES, LABELS), (said() + LABELS) / 2, atol=1e-6)


def test_a_reminder_counts_only_where_it_agrees_with_the_label(keras: Any) -> None:
    remind = reminded_by((WEIGHTS / "tiny.onnx").read_bytes())
    agreeing = np.eye(10, dtype=np.float32)[said().argmax(axis=1)]
    np.testing.assert_allclose(remind(PICTURES, agreeing), (said() + agreeing) / 2, atol=1e-6)
    other = np.roll(agreeing, 1, axis=1)
    np.testing.assert_array_equal(remind(PICTURES, other), other)


@pytest.mark.mnist
def test_going_on_to_other_hands_can_be_stopped_and_resumed(
    small_digit: Any, mnist_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reminds is the network after MNIST, not what a resumed run has come to: else the two would differ."""
    digits = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    for one in SETS:
        np.savez(tmp_path / f"{one.name}.npz", images=digits, labels=np.arange(40, dtype=np.uint8) % 10)

    def run(out: str, *, resume: bool = False) -> Floats:
        few = {"settings": mnist_settings, "limit": 200, "epochs": 2, "foreign": tmp_path, "resume": resume}
        folder = find_recipe("digit").train(train_options(out=tmp_path / out, **few))
        return load_onnx(str(folder / "digit.onnx"), VERSION).raw(PICTURES)

    whole = run("whole")
    real, kept = fitting.Run.keep, []

    def stop_in_the_second(run: Any, epoch: int, logs: dict[str, float]) -> None:
        real(run, epoch, logs)
        kept.append(epoch)
        if len(kept) == 3:  # two epochs of MNIST alone, one of the other hands
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(fitting.Run, "keep", stop_in_the_second)
        with pytest.raises(KeyboardInterrupt):
            run("stopped")
    np.testing.assert_allclose(run("stopped", resume=True), whole, atol=1e-4)
