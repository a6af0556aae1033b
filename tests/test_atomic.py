"""What is written is there whole or not at all, whenever the writing is cut off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.errors import ModelError, UnknownName
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.models.load import find_model, load_model
from tenfold.models.onnx import WEIGHTS, read_model
from tenfold.training.export import write_model
from tenfold.training.ship import ship


def write(name: str, folder: Path) -> Path:
    """Put a shipped network into a folder as `mine`."""
    weights, card = read_model(WEIGHTS / f"{name}.onnx", VERSION)
    write_model(folder, "mine", weights, card)
    return folder / "mine.onnx"


def cut_off_after(moves: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power goes off when so many files have taken their places."""
    replace, done = Path.replace, 0

    def move(path: Path, target: Any) -> Path:
        nonlocal done
        if done == moves:
            raise KeyboardInterrupt
        done += 1
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", move)


@pytest.mark.parametrize("before", ["nothing", "another"])
@pytest.mark.parametrize("moves", [0, 1])
def test_a_model_and_its_card_are_never_those_of_two(
    before: str, moves: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.onnx"
    if before == "another":
        write("tiny", tmp_path)
    with monkeypatch.context() as patch:
        cut_off_after(moves, patch)
        with pytest.raises(KeyboardInterrupt):
            write("lenet-5", tmp_path)
    if before == "nothing":
        assert find_model(path) is None
        with pytest.raises(UnknownName):
            load_model(path, VERSION)
    elif moves == 0:
        assert load_model(path, VERSION).card.summary == load_model("tiny", VERSION).card.summary
    else:
        with pytest.raises(ModelError, match="its card says") as caught:
            load_model(path, VERSION)
        assert "cut off" in caught.value.hint
    write("lenet-5", tmp_path)
    assert load_model(path, VERSION).card.summary == load_model("lenet-5", VERSION).card.summary
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mine.json", "mine.onnx"]


def test_a_network_that_is_half_saved_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped:
        trainable_variables = ()

        def save(self, path: Path) -> None:
            path.write_bytes(b"half of it")
            raise KeyboardInterrupt

    monkeypatch.setattr("tenfold.training.ship.parity", lambda *_: {})
    (tmp_path / "mine.keras").write_bytes(b"from before")
    with pytest.raises(KeyboardInterrupt):
        ship(b"", ModelCard("mine"), np.zeros((1, 28, 28), np.uint8), tmp_path, Stopped())
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"mine.keras": b"from before"}
