"""Watching a run: curves on a terminal, event files for TensorBoard, and neither where nobody asked."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from tests.cli.commands import TENFOLD, environment

from tenfold.errors import UsageError
from tenfold.literature.keras_fit import fit_network
from tenfold.training.fit import Plan
from tenfold.training.progress import watched
from tenfold.training.recipes import find_recipe, recipes, train_options
from tenfold.training.terminal_curves import ROWS, curves, dots

FALLING = {"loss": [1.0, 0.5, 0.25], "val_loss": [0.6, 0.4, 0.3]}


def filled(picture: list[list[int]]) -> set[tuple[int, int]]:
    """Where there are dots at all, as row and column of signs."""
    return {(row, column) for row, signs in enumerate(picture) for column, bits in enumerate(signs) if bits}


def test_a_curve_falls_from_the_upper_left_as_far_as_the_epochs_have_come() -> None:
    whole = filled(dots([1.0, 0.0], 0.0, 1.0, epochs=2, width=10))
    assert {(0, 0), (ROWS - 1, 9)} <= whole
    assert {column for _, column in whole} == set(range(10)), "without gaps"
    half = filled(dots([1.0, 0.0], 0.0, 1.0, epochs=3, width=10))
    assert max(column for _, column in half) == 4 or max(column for _, column in half) == 5
    flat = filled(dots([0.5, 0.5], 0.5, 0.5, epochs=2, width=10))
    assert {row for row, _ in flat} == {ROWS // 2}


def test_what_is_drawn_and_where_nothing_is() -> None:
    console = Console(width=100, force_terminal=True, record=True, file=io.StringIO())
    drawn = curves(FALLING, 3, console)
    console.print(drawn)
    said = console.export_text()
    assert "loss training validation" in said
    assert "1.0000" in said, "the top"
    assert "0.2500" in said, "the bottom"
    assert "accuracy" not in said, "nothing is known of it"
    assert curves({"loss": [1.0]}, 3, console) is None
    assert curves(FALLING, 3, Console(width=30)) is None


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """What TensorFlow's reader of event files finds: for each figure its values by epoch."""
    import tensorflow as tf

    found: dict[str, list[tuple[int, float]]] = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


@pytest.mark.train
def test_a_run_on_a_terminal_shows_curves_and_logs_them(keras: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (48, 28, 28), np.uint8), np.arange(48) % 10
    np.savez(tmp_path / "mine.npz", images=images, labels=labels)
    command = [TENFOLD, "train", "report", "--data", "mine.npz", "--epochs", "3", "--tensorboard", "logs"]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=theirs, stdout=subprocess.PIPE, env=environment(TERM="xterm-256color")
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # how a terminal says that nobody writes to it any more
            break
        if not part:
            break
        said += part
    os.close(ours)
    assert process.communicate()[0].decode().strip() == "runs/report"
    assert process.returncode == 0
    shown = said.decode()
    assert any("\u2801" <= sign <= "\u28ff" for sign in shown)
    assert shown.count("Epoch 3/3") >= 1
    for run, share in (("train", 0), ("validation", 1)):
        found = scalars(tmp_path / "logs" / run)
        assert set(found) == {"epoch_loss", "epoch_accuracy"}, share
        assert [epoch for epoch, _ in found["epoch_loss"]] == [1, 2, 3]
    kept = json.loads((tmp_path / "runs/report/history.json").read_text())
    logged = [value for _, value in scalars(tmp_path / "logs/validation")["epoch_loss"]]
    assert logged == pytest.approx(kept["val_loss"], abs=1e-5)


@pytest.mark.train
def test_tensorboard_reads_them(keras: Any, tmp_path: Path) -> None:
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ModuleNotFoundError:
        if os.environ.get("CI") == "true":
            pytest.fail("tensorboard is missing", pytrace=False)
        pytest.skip("tensorboard is missing: pip install tensorboard")
    from tenfold.training.event_files import EventFiles

    files = EventFiles(tmp_path)
    files.write(1, {"loss": 0.5, "val_loss": 0.75})
    files.write(2, {"loss": 0.25, "val_loss": 0.625})
    files.close()
    for run, values in (("train", [0.5, 0.25]), ("validation", [0.75, 0.625])):
        reader = EventAccumulator(str(tmp_path / run))
        reader.Reload()
        assert reader.Tags()["scalars"] == ["epoch_loss"]
        assert [(event.step, event.value) for event in reader.Scalars("epoch_loss")] == list(enumerate(values, 1))


@pytest.mark.train
def test_networks_of_the_literature_are_logged_too_each_by_itself(
    keras: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = np.random.default_rng(0)
    pictures, labels = chance.random((64, 28, 28), np.float32), np.arange(64) % 10
    stack = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]
    plan = Plan(epochs=2, batch=16, average=0.0, augmentation=None)
    with watched(tmp_path / "logs"):
        for _ in range(2):
            fit_network(keras.Sequential(stack), lambda epoch: (pictures, labels), plan)
    for folder in ("logs/train", "logs/fit-2/train"):
        found = scalars(tmp_path / folder)
        assert {name: len(values) for name, values in found.items()} == {"epoch_loss": 2, "epoch_accuracy": 2}
    assert capsys.readouterr().err == "", "without a terminal as before"


def test_what_keras_does_not_fit_has_nothing_to_log(tmp_path: Path) -> None:
    options = train_options(out=tmp_path / "out", tensorboard=tmp_path / "logs")
    for name in ("knn", "cascade", "svm-rbf", "elm-conv"):
        with pytest.raises(UsageError, match="is not fitted by Keras"):
            find_recipe(name).check(options)
    assert list(tmp_path.iterdir()) == []
    logged = {entry.name for entry in recipes() if "tensorboard" in entry.takes}
    assert {"digit", "ensemble", "fast", "gate", "lenet-5", "reader", "report", "tiny"} <= logged
