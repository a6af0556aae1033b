"""The report's program, run for real on a few hundred digits."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.cli.commands import tenfold
from tests.data.written import idx_folder, some_digits

from tenfold.config import Settings
from tenfold.data.dataset import Dataset
from tenfold.data.held_out import test_data as mnist_test
from tenfold.data.splits import some
from tenfold.errors import UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import load_onnx
from tenfold.training.export import load_keras
from tenfold.training.progress import EpochBars
from tenfold.training.recipes import find_recipe, train_options
from tenfold.training.run import run

pytestmark = pytest.mark.train

FILES = [
    *("curves.png", "history.json", "mnist.h5", "mnist.json", "mnist.keras", "mnist.onnx"),
    *("report.json", "report.onnx"),
]
LIMIT = 320

Trained = tuple[Path, str]


@pytest.fixture(scope="module")
def trained(keras: Any, mnist_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Two epochs on a few digits: the folder of results, and what was said on the way."""
    out = tmp_path_factory.mktemp("runs") / "report"
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        for module in ("report", "progress"):
            patch.setattr(f"tenfold.training.{module}.say", said.append)
        folder = run("report", settings=mnist_settings, limit=LIMIT, epochs=2, seed=3, out=out)
    assert folder == out
    return out, "\n".join(said)


@pytest.mark.mnist
def test_everything_is_saved_and_nothing_else(trained: Trained) -> None:
    out, said = trained
    assert sorted(path.name for path in out.iterdir()) == FILES
    for name in FILES:
        assert name in said


@pytest.mark.mnist
def test_it_says_what_it_does(trained: Trained) -> None:
    _, said = trained
    for line in (
        f"mnist:train: x_train ({LIMIT}, 28, 28), y_train ({LIMIT},)",
        f"reshaped and scaled to 0..1: x_train ({LIMIT}, 28, 28, 1); one-hot: y_train ({LIMIT}, 10)",
        "The network has 2,380,938 parameters.",
        "Epoch 2/2",
        "Test loss: ",
        "Test accuracy: ",
        f"Keras and ONNX agree on {LIMIT} of {LIMIT} digits",
    ):
        assert line in said
    (second,) = [line for line in said.splitlines() if line.startswith("Epoch 2/2")]
    assert re.search(r"loss \d\.\d{4}  accuracy 0\.\d{4}  val loss \d\.\d{4}  val accuracy 0\.\d{4}$", second)
    assert "leak" not in said
    # The test digits come last, when nothing is left to choose.
    assert said.index("Epoch 2/2") < said.index("mnist:test")


@pytest.mark.mnist
def test_it_learns(trained: Trained) -> None:
    history = json.loads((trained[0] / "history.json").read_text())
    assert len(history["loss"]) == len(history["val_accuracy"]) == 2
    assert history["loss"][1] < history["loss"][0]
    assert history["val_accuracy"][1] > 0.4
    assert history["test_accuracy"] > 0.4
    assert (history["validated_on"], history["as_reported"], history["seed"]) == ("mnist:validation", False, 3)


@pytest.mark.mnist
def test_all_three_files_hold_the_same_network(trained: Trained, mnist_settings: Settings) -> None:
    out, _ = trained
    test = some(mnist_test(mnist_settings), LIMIT)
    images = test.network_pixels().astype(np.float32) / np.float32(255)
    onnx = load_onnx(out / "mnist.onnx", VERSION).predict_proba(images)
    for name in ("mnist.h5", "mnist.keras"):
        answers = np.asarray(load_keras(out / name)(images[..., None], training=False))
        np.testing.assert_allclose(answers, onnx, atol=1e-5)
    history = json.loads((out / "history.json").read_text())
    assert (onnx.argmax(axis=1) == test.labels).mean() == pytest.approx(history["test_accuracy"], abs=1e-5)


@pytest.mark.mnist
def test_the_card_tells_the_whole_story(trained: Trained) -> None:
    card = load_onnx(trained[0] / "mnist.onnx", VERSION).card
    assert card.recipe == f"tenfold train report --seed 3 --epochs 2 --limit {LIMIT}"
    assert (card.parameters, card.seed, card.output) == (2_380_938, 3, "probabilities")
    assert card.parity["same_digit"] == card.parity["images"] == LIMIT
    assert card.parity["largest_difference"] < 1e-5
    assert card.thresholds[-1] == (1.0, 0.0)
    assert {"validation_accuracy", "test_accuracy", "test_loss"} == set(card.scores)


@pytest.mark.mnist
def test_a_short_file_says_the_same_with_its_weights_in_bytes(trained: Trained, mnist_settings: Settings) -> None:
    out, _ = trained
    long, short = (load_onnx(out / f"{name}.onnx", VERSION) for name in ("mnist", "report"))
    assert (out / "report.onnx").stat().st_size < 0.26 * (out / "mnist.onnx").stat().st_size
    assert (short.card.name, short.card.recipe) == ("report", long.card.recipe)
    assert short.card.thresholds[-1] == (1.0, 0.0)
    test = some(mnist_test(mnist_settings), LIMIT)
    images = test.network_pixels().astype(np.float32) / np.float32(255)
    said = short.predict_proba(images)
    np.testing.assert_allclose(said, long.predict_proba(images), atol=0.05)
    assert (said.argmax(axis=1) == test.labels).mean() == pytest.approx(short.card.scores["test_accuracy"], abs=1e-5)


@pytest.mark.mnist
def test_the_curves_are_a_picture(trained: Trained) -> None:
    with Image.open(trained[0] / "curves.png") as picture:
        assert picture.width > 800
        # White paper, and two colours of line on it.
        colours = {pixel for _, pixel in picture.convert("RGB").getcolors(1 << 20)}
    assert {(255, 255, 255), (0x8A, 0x8F, 0x98), (0xB5, 0x48, 0x2A)} <= colours


@pytest.mark.mnist
def test_as_reported_says_that_it_leaks(
    keras: Any, mnist_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("report", settings=mnist_settings, limit=128, epochs=1, out=tmp_path, as_reported=True)
    said = capsys.readouterr().err
    assert "the result is then no measure of how it does on new digits" in said
    assert "mnist:test: x_validation (128, 28, 28)" in said
    history = json.loads((tmp_path / "history.json").read_text())
    assert (history["validated_on"], history["as_reported"]) == ("mnist:test", True)
    assert history["val_accuracy"][-1] == pytest.approx(history["test_accuracy"], abs=1e-5)
    # No promise about confidence can rest on digits that were used to choose.
    assert load_onnx(tmp_path / "mnist.onnx", VERSION).card.thresholds == ()


def test_your_own_data_trains_it_too(keras: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "mine.npz", tmp_path / "out"
    images, labels = some_digits(60)
    np.savez(path, images=images, labels=labels)
    run("report", data=str(path), epochs=1, out=out)
    said = capsys.readouterr().err
    assert f"{path}:train: x_train (55, 28, 28)" in said
    assert f"{path}:validation: x_validation (5, 28, 28)" in said
    assert "No test digits belong to this data" in said
    assert "test_accuracy" not in json.loads((out / "history.json").read_text())


def test_a_test_part_of_your_own_is_measured_at_the_end(
    keras: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for part, n, seed in (("train", 48, 1), ("t10k", 14, 2)):
        idx_folder(tmp_path / "idx", *some_digits(n, seed=seed), "-idx", part)
    run("report", data=str(tmp_path / "idx"), epochs=1, out=tmp_path / "out")
    said = capsys.readouterr().err
    assert "x_train (44, 28, 28)" in said
    assert "x_test (14, 28, 28)" in said
    assert "Test accuracy: " in said


# -- what must not happen ------------------------------------------------------------------------------------


def test_the_test_digits_are_asked_for_once_and_last(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []

    def test_digits() -> Dataset:
        events.append("test")
        return Dataset(*some_digits(10), "given", normalized=True)

    np.savez(tmp_path / "mine.npz", images=some_digits(24)[0], labels=some_digits(24)[1])
    real = EpochBars._end
    monkeypatch.setattr(EpochBars, "_end", lambda self, *rest: (events.append("epoch"), real(self, *rest))[1])
    options = train_options(data=str(tmp_path / "mine.npz"), epochs=2, out=tmp_path / "out", test=test_digits)
    find_recipe("report").train(options)
    assert events == ["epoch", "epoch", "test"]


def interrupt_in_epoch(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C, as the system sends it, while that epoch is under way."""
    real = EpochBars._begin

    def begin(self: EpochBars, epoch: int, logs: Any = None) -> None:
        real(self, epoch, logs)
        if epoch + 1 == number:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(EpochBars, "_begin", begin)


def test_ctrl_c_keeps_the_last_whole_epoch(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "mine.npz", images=some_digits(24)[0], labels=some_digits(24)[1])
    interrupt_in_epoch(3, monkeypatch)
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run("report", data=str(tmp_path / "mine.npz"), epochs=5, out=out)
    said = capsys.readouterr().err
    assert f"Stopped. Kept: the network as epoch 2 left it, in {out}." in said
    assert "Test accuracy" not in said
    assert sorted(path.name for path in out.iterdir()) == FILES
    history = json.loads((out / "history.json").read_text())
    assert len(history["loss"]) == 2
    # The network kept is the one whose figures are recorded.
    held = load_onnx(out / "mnist.onnx", VERSION).card
    assert held.scores["validation_accuracy"] == history["val_accuracy"][1]


def test_ctrl_c_in_the_first_epoch_leaves_nothing(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "mine.npz", images=some_digits(24)[0], labels=some_digits(24)[1])
    interrupt_in_epoch(1, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run("report", data=str(tmp_path / "mine.npz"), epochs=5, out=tmp_path / "out")
    assert "nothing was written" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_ctrl_c_while_saving_leaves_no_half_written_file(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(tmp_path / "mine.npz", images=some_digits(24)[0], labels=some_digits(24)[1])

    def interrupted(*rest: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("tenfold.training.report.draw_curves", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("report", data=str(tmp_path / "mine.npz"), epochs=1, out=tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"epochs": 0}, "'epochs': Input should be greater than or equal to 1, got 0"),
        ({"seed": -1}, "'seed'"),
        ({"limit": 0}, "'limit'"),
        ({"colour": "red"}, "'colour'"),
        ({"data": "mnist:test"}, "never trained on"),
        ({"data": "mnist", "as_reported": True}, "--as-reported trains on MNIST's 60,000"),
    ],
)
def test_wrong_options_are_named(keras: Any, options: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        run("report", out=tmp_path, **options)


def test_a_folder_that_cannot_be_made(keras: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be used as a folder"):
        run("report", out=tmp_path / "file" / "out")


def test_as_reported_alone_has_no_test_digits(keras: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nobody handed them over"):
        find_recipe("report").train(train_options(out=tmp_path, as_reported=True))


# -- the command ---------------------------------------------------------------------------------------------


def test_the_command_lists_recipes_without_loading_keras(tmp_path: Path) -> None:
    done = tenfold("train", TF_CPP_MIN_LOG_LEVEL="0")
    assert done.returncode == 0
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert names == sorted(names)
    assert {"digit", "report"} <= set(names)
    assert done.stderr == ""


def test_the_command_trains_quietly(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", images=some_digits(24)[0], labels=some_digits(24)[1])
    done = tenfold("train", "report", "--data", tmp_path / "mine.npz", "--epochs", "1", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'out'}\n"
    assert "Epoch 1/1" in done.stderr
    # TensorFlow's messages about the machine are no news to whoever trains.
    for noise in ("oneDNN", "WARNING", "absl", "cpu_feature_guard"):
        assert noise not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["repot"], "Did you mean 'report'?"),
        (["digit", "--as-reported"], "Recipe 'digit' has no --as-reported: that is for report"),
        (["report", "--foreign", "."], "Recipe 'report' has no --foreign: that is for digit and gate"),
        (["gate", "--foreign", ".", "--start", "digit.keras"], "has no --start"),
        (["cascade", "--epochs", "2"], "Recipe 'cascade' has no --epochs"),
        (["digit", "--without", "semeion"], "go with --foreign"),
        (["report", "--resume"], "Recipe 'report' has no --resume"),
        (["report", "--epochs", "0"], "'epochs'"),
    ],
)
def test_mistakes_are_named(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = tenfold("train", *arguments, "--out", tmp_path / "out")
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
