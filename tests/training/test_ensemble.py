"""Several seeds with one voice: what the ensemble says follows from its members, and those are trained once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.models.onnx import OnnxClassifier, load_onnx
from tenfold.training import ensemble
from tenfold.training.digit import FINISHED
from tenfold.training.recipes import find_recipe, train_options
from tenfold.training.storage import kept_in_bytes


@pytest.mark.train
@pytest.mark.mnist
def test_the_ensemble_is_the_mean_of_its_members_and_resumes_without_training_them_again(
    small_digit: Any, mnist_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ensemble, "MEMBERS", 2)
    few = {"settings": mnist_settings, "limit": 200, "epochs": 1, "out": tmp_path}
    find_recipe("ensemble").train(train_options(**few))
    pictures = np.random.default_rng(0).random((32, 28, 28), np.float32)

    def logits(path: Path) -> Any:
        return load_onnx(str(path), VERSION).raw(pictures)

    members = [logits(tmp_path / f"member-{seed}" / "digit.onnx") for seed in (0, 1)]
    assert not np.allclose(members[0], members[1], atol=1e-3), "two seeds are two networks"
    together = logits(tmp_path / "ensemble.onnx")
    # Its weights are kept in bytes, so the members it is compared with have theirs in bytes too.
    short = [
        OnnxClassifier(kept_in_bytes((tmp_path / f"member-{seed}" / "digit.onnx").read_bytes()), ModelCard(name="m"))
        for seed in (0, 1)
    ]
    assert together == pytest.approx(np.mean([member.raw(pictures) for member in short], axis=0), abs=1e-4)
    card = load_onnx(str(tmp_path / "ensemble.onnx"), VERSION).card
    parts = [load_onnx(str(tmp_path / f"member-{seed}" / "digit.onnx"), VERSION).card for seed in (0, 1)]
    assert card.parameters == sum(part.parameters for part in parts)

    trained = {path: path.stat().st_mtime_ns for path in tmp_path.glob("member-*/digit.keras")}
    (tmp_path / "ensemble.onnx").unlink()
    find_recipe("ensemble").train(train_options(resume=True, **few))
    assert logits(tmp_path / "ensemble.onnx") == pytest.approx(together)
    assert {path: path.stat().st_mtime_ns for path in trained} == trained

    find_recipe("ensemble").train(train_options(resume=True, **{**few, "limit": 150}))
    assert all(path.stat().st_mtime_ns != before for path, before in trained.items()), "other options are another run"

    before = {path: path.stat().st_mtime_ns for path in trained}
    (tmp_path / "member-1" / FINISHED).unlink()
    find_recipe("ensemble").train(train_options(resume=True, **{**few, "limit": 150}))
    again = [path for path, time in before.items() if path.stat().st_mtime_ns != time]
    assert [path.parent.name for path in again] == ["member-1"], "a member that was not finished is trained again"
