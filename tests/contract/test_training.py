"""Every recipe, on a handful of digits and for one epoch: it leaves a network to use, and says how it came by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import load_onnx
from tenfold.training.recipes import Recipe, recipes, train_options

# The report's recipe gives other files; tests/training/test_report.py runs it.
OURS = [entry for entry in recipes() if entry.name != "report"]


@pytest.mark.train
@pytest.mark.mnist
@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.name)
def test_a_recipe_leaves_a_network_and_a_full_card(
    entry: Recipe, keras: Any, mnist_settings: Settings, tmp_path: Path
) -> None:
    out = entry.train(train_options(out=tmp_path / "run", settings=mnist_settings, limit=200, epochs=1, seed=3))
    assert {f"{entry.name}{ending}" for ending in (".onnx", ".json", ".keras")} <= {path.name for path in out.iterdir()}
    assert not [path.name for path in out.iterdir() if "partial" in path.name]
    classifier = load_onnx(str(out / f"{entry.name}.onnx"), VERSION)
    answers = classifier.predict_proba(np.zeros((2, 28, 28), np.float32))
    assert answers.sum(axis=1) == pytest.approx(1, abs=1e-5)
    card = classifier.card
    assert (card.name, card.seed, card.normalization) == (entry.name, 3, VERSION)
    assert card.recipe == f"tenfold train {entry.name} --epochs 1 --limit 200 --seed 3"
    assert card.parity["same_digit"] == card.parity["images"] > 0
    assert card.scores
    assert not [name for name in card.scores if "test" in name], "nobody handed over the test digits"
    for name in ("summary", "data", "licence", "sha256", "thresholds", "parameters"):
        assert getattr(card, name), f"the card has no {name}"
