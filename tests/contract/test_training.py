"""Every recipe, on a handful of digits and for one epoch: it leaves a network to use, and says how it came by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.data.foreign import SETS
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import load_onnx
from tenfold.training.recipes import Recipe, find_recipe, recipes, train_options

# The report's recipe gives other files, the reader reads lines: tests/training has tests of their own.
OURS = [
    entry
    for entry in recipes()
    if entry.name not in ("report", "reader") and not entry.trainer.__module__.startswith("tenfold.literature")
]


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder with a few pictures of each foreign set."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    digits = np.random.default_rng(0).integers(0, 256, (4, 10, 28, 28), np.uint8)
    for one in SETS:
        np.savez(folder / f"{one.name}.npz", images=np.concatenate(digits), labels=np.arange(40, dtype=np.uint8) % 10)
    return folder


@pytest.mark.train
@pytest.mark.mnist
def test_digit_learns_other_hands_after_mnist_and_keeps_both_networks(
    foreign: Path, small_digit: Any, mnist_settings: Settings, tmp_path: Path
) -> None:
    few = {"settings": mnist_settings, "limit": 200, "epochs": 1}
    out = find_recipe("digit").train(train_options(out=tmp_path / "wide", foreign=foreign, **few))
    wide, alone = (load_onnx(str(path / "digit.onnx"), VERSION).card for path in (out, out / "alone"))
    assert alone.recipe == "tenfold train digit --epochs 1 --limit 200 --seed 0"
    assert wide.recipe == "tenfold train digit --epochs 1 --foreign foreign --limit 200 --seed 0"
    assert "CC0" in wide.data
    assert "CC0" not in alone.data
    assert "semeion_validation_accuracy" in wide.scores
    left_out = train_options(
        out=tmp_path / "judge", foreign=foreign, without="semeion", start=out / "alone" / "digit.keras", **few
    )
    judge = load_onnx(str(find_recipe("digit").train(left_out) / "digit.onnx"), VERSION).card
    assert "--without semeion --start digit.keras" in judge.recipe
    assert not [name for name in judge.scores if "semeion" in name]
    assert "semeion" not in judge.data


@pytest.mark.train
@pytest.mark.mnist
@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.name)
def test_a_recipe_leaves_a_network_and_a_full_card(
    entry: Recipe, keras: Any, mnist_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenfold.training.ensemble.MEMBERS", 1)
    few = {"limit": 200, "seed": 3, **({"epochs": 1} if "epochs" in entry.takes else {})}
    out = entry.train(train_options(out=tmp_path / "run", settings=mnist_settings, **few))
    # The cascade is no Keras network but two, put together.
    endings = (".onnx", ".json") if entry.name == "cascade" else (".onnx", ".json", ".keras")
    assert {f"{entry.name}{ending}" for ending in endings} <= {path.name for path in out.iterdir()}
    assert not [path.name for path in out.iterdir() if "partial" in path.name]
    classifier = load_onnx(str(out / f"{entry.name}.onnx"), VERSION)
    answers = classifier.predict_proba(np.zeros((2, 28, 28), np.float32))
    assert answers.sum(axis=1) == pytest.approx(1, abs=1e-5)
    card = classifier.card
    assert (card.name, card.seed, card.normalization) == (entry.name, 3, VERSION)
    epochs = " --epochs 1" if "epochs" in few else ""
    assert card.recipe == f"tenfold train {entry.name}{epochs} --limit 200 --seed 3"
    assert card.parity.get("images", 0) > 0 or entry.name == "cascade"
    # Weights kept short may tip a network that has hardly learned anything.
    least = 0.95 if entry.name in ("ensemble", "tiny") else 1
    assert card.parity.get("same_digit", 0) >= least * card.parity.get("images", 0)
    assert card.scores
    assert not [name for name in card.scores if "test" in name], "nobody handed over the test digits"
    for name in ("summary", "data", "licence", "sha256", "thresholds", "parameters"):
        assert getattr(card, name), f"the card has no {name}"
