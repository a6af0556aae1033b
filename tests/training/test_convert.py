"""tenfold export: what it writes, what it certifies, what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.commands import tenfold

from tenfold.config import Settings
from tenfold.data.splits import training_data
from tenfold.errors import ModelError, TenfoldError, UnknownName, UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.load import load_model
from tenfold.models.onnx import WEIGHTS, load_onnx
from tenfold.training import convert as module
from tenfold.training.convert import convert
from tenfold.training.export import classifier_from_keras

pytestmark = pytest.mark.train


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """No MNIST in reach."""
    return Settings(cache_dir=tmp_path / "cache", mnist_dir=None)


@pytest.fixture
def network(keras: Any, layers: Any, shake: Any, tmp_path: Path) -> Path:
    body = [keras.Input((28, 28, 1)), layers.Conv2D(3, 3, 2), layers.BatchNormalization(), layers.Flatten()]
    shake(keras.Sequential([*body, layers.Dense(10)])).save(tmp_path / "small.keras")
    return tmp_path / "small.keras"


def test_keras_to_onnx_with_card_and_certificate(network: Path, settings: Settings, images: np.ndarray) -> None:
    out = network.parent / "deep" / "small.onnx"
    said = convert(str(network), "onnx", out, settings)
    assert f"Wrote {out} ({out.stat().st_size:,} bytes) and its card" in said
    # A network of chance weights is undecided now and then.
    assert re.search(r"the same digit for (99\d|1,000) of 1,000 training digits", said)
    assert "tenfold data fetch mnist" in said
    classifier = load_onnx(out, VERSION)
    np.testing.assert_allclose(
        classifier.predict_proba(images), classifier_from_keras(network).predict_proba(images), atol=1e-5
    )
    assert classifier.card.output == "logits"
    assert classifier.card.parity["images"] == 1000


@pytest.mark.mnist
def test_the_certificate_is_on_mnist_where_it_is_in_reach(network: Path, mnist_settings: Settings) -> None:
    said = convert(str(network), "onnx", network.with_suffix(".onnx"), mnist_settings)
    # A network of chance weights is undecided now and then.
    assert re.search(r"for (9,99\d|10,000) of 10,000 pictures of mnist:test", said)


@pytest.mark.parametrize("to", ["keras", "h5"])
def test_keras_formats_into_each_other(to: Any, network: Path, settings: Settings, images: np.ndarray) -> None:
    out = network.parent / f"copy.{to}"
    said = convert(str(network), to, out, settings)
    assert "the largest difference between two probabilities is 0." in said
    before, after = (classifier_from_keras(path).predict_proba(images) for path in (network, out))
    np.testing.assert_array_equal(before, after)


def test_a_shipped_model_is_copied_with_its_card(settings: Settings, tmp_path: Path, images: np.ndarray) -> None:
    said = convert("digit", "onnx", tmp_path / "mine.onnx", settings)
    assert "The network is the same" in said
    copied, shipped = load_onnx(tmp_path / "mine.onnx", VERSION), load_onnx("digit", VERSION)
    assert replace(copied.card, name="digit", sha256=shipped.card.sha256) == shipped.card
    np.testing.assert_array_equal(copied.predict_proba(images), shipped.predict_proba(images))


def read_back(path: Path) -> dict[str, str]:
    """What ONNX itself finds in a file's metadata."""
    import onnx

    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    return {one.key: one.value for one in model.metadata_props}


def test_a_file_says_of_itself_what_others_need_to_use_it(network: Path, settings: Settings, tmp_path: Path) -> None:
    convert("digit", "onnx", tmp_path / "mine.onnx", settings)
    said = read_back(tmp_path / "mine.onnx")
    assert said == {
        "tenfold.normalization": VERSION,
        "tenfold.labels": '["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]',
        "tenfold.model": load_onnx("digit", VERSION).card.identity,
        "tenfold.output": "logits",
        "tenfold.temperature": repr(load_onnx("digit", VERSION).card.temperature),
        "model_license": "MIT",
    }
    convert(str(network), "onnx", tmp_path / "keras.onnx", settings)
    said = read_back(tmp_path / "keras.onnx")
    assert said["tenfold.normalization"] == VERSION
    assert said["tenfold.model"] == classifier_from_keras(network).card.identity
    assert "model_license" not in said, "nobody knows it"
    convert("gate", "onnx", tmp_path / "gate.onnx", settings)
    assert read_back(tmp_path / "gate.onnx")["tenfold.labels"] == '["one_digit", "several_digits", "not_a_digit"]'


def test_without_its_card_a_file_answers_the_same(settings: Settings, tmp_path: Path, images: np.ndarray) -> None:
    convert("digit", "onnx", tmp_path / "mine.onnx", settings)
    (tmp_path / "mine.json").unlink()
    alone = load_onnx(tmp_path / "mine.onnx", VERSION)
    assert (alone.card.normalization, alone.card.licence) == (VERSION, "MIT")
    np.testing.assert_array_equal(
        alone.predict_proba(images), load_onnx("digit", VERSION).predict_proba(images), "with the same temperature"
    )
    # Exported once more, what others wrote there stays.
    import onnx

    model = onnx.load(str(tmp_path / "mine.onnx"))
    onnx.helper.set_model_props(model, {**read_back(tmp_path / "mine.onnx"), "author": "somebody"})
    onnx.save(model, str(tmp_path / "mine.onnx"))
    convert(str(tmp_path / "mine.onnx"), "onnx", tmp_path / "again.onnx", settings)
    said = read_back(tmp_path / "again.onnx")
    assert (said["author"], said["tenfold.normalization"]) == ("somebody", VERSION)


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("tenfold.normalization", "4", "was exported for normalisation '4'; this Tenfold uses"),
        ("tenfold.temperature", "warm", "metadata of model 'mine' are damaged"),
        ("tenfold.temperature", "0", "metadata of model 'mine' are damaged"),
        ("tenfold.output", "odds", "metadata of model 'mine' are damaged"),
    ],
)
def test_a_file_without_its_card_is_refused_by_what_it_says(
    key: str, value: str, error: str, settings: Settings, tmp_path: Path
) -> None:
    import onnx

    convert("tiny", "onnx", tmp_path / "mine.onnx", settings)
    model = onnx.load(str(tmp_path / "mine.onnx"))
    onnx.helper.set_model_props(model, {**read_back(tmp_path / "mine.onnx"), key: value})
    onnx.save(model, str(tmp_path / "mine.onnx"))
    (tmp_path / "mine.json").unlink()
    with pytest.raises(ModelError, match=error):
        load_model(tmp_path / "mine.onnx", VERSION)


@pytest.mark.mnist
@pytest.mark.parametrize(("model", "count"), [("digit", 5000), ("ensemble", 500), ("tiny", 5000)])
def test_arithmetic_in_bytes_says_nearly_the_same_and_is_calibrated_again(
    model: str, count: int, mnist_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, validation = training_data(mnist_settings)
    held = validation.take(np.arange(count))
    monkeypatch.setattr(module, "open_training_data", lambda *_: (train, held))
    certified = convert(model, "int8", tmp_path / "short.onnx", mnist_settings)
    assert f"of {count:,} validation digits of MNIST" in certified
    before, after = load_onnx(model, VERSION), load_onnx(tmp_path / "short.onnx", VERSION)
    assert after.card.parity["same_digit"] >= 0.997 * count
    assert after.card.summary.endswith("in int8 arithmetic")
    said = read_back(tmp_path / "short.onnx")
    assert (said["tenfold.model"], said["tenfold.normalization"]) == (before.card.identity, VERSION)
    assert float(said["tenfold.temperature"]) == after.card.temperature
    assert after.card.thresholds != before.card.thresholds
    assert (tmp_path / "short.onnx").stat().st_size < 2 * before.card.parameters
    blank = np.zeros((70, 28, 28), np.float32)
    assert after.predict_proba(blank).sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.fixture
def linear(tmp_path: Path) -> Callable[..., Path]:
    """An ONNX file of someone else's, of one product: each row of the picture speaks for a digit by chance."""

    def make(shape: list[object], *, softmax: bool = False) -> Path:
        from onnx import helper, numpy_helper

        steps = [helper.make_node("Flatten", ["x"], ["flat"]), helper.make_node("MatMul", ["flat", "v"], ["h"])]
        steps += [helper.make_node("Relu", ["h"], ["r"]), helper.make_node("MatMul", ["r", "w"], ["logits"])]
        steps += [helper.make_node("Softmax", ["logits"], ["y"])] if softmax else []
        chance = np.random.default_rng(0)
        arrays = {"v": chance.normal(0, 1, (784, 16)), "w": chance.normal(0, 1, (16, 10))}
        graph = helper.make_graph(
            steps,
            "linear",
            [helper.make_tensor_value_info("x", 1, shape)],
            [helper.make_tensor_value_info("y" if softmax else "logits", 1, [shape[0], 10])],
            [numpy_helper.from_array(values.astype(np.float32), name) for name, values in arrays.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        (tmp_path / "linear.onnx").write_bytes(model.SerializeToString())
        return tmp_path / "linear.onnx"

    return make


@pytest.mark.mnist
@pytest.mark.parametrize("shape", [["n", 28, 28], ["n", 28, 28, 1], ["n", 1, 28, 28], [50, 28, 28]])
def test_files_of_others_can_be_had_in_bytes_whatever_shape_they_take(
    shape: list[object],
    linear: Callable[..., Path],
    mnist_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    # Weights of chance are undecided now and then.
    monkeypatch.setattr(module, "LEAST_SAME", 0.95)
    convert(str(linear(shape, softmax=True)), "int8", tmp_path / "short.onnx", mnist_settings)
    card = load_onnx(tmp_path / "short.onnx", VERSION).card
    assert card.output == "probabilities"
    assert 0.2 <= card.temperature <= 5
    assert card.parity["same_digit"] >= 4750


@pytest.mark.mnist
@pytest.mark.parametrize(
    ("model", "said"),
    [("gate", "does not read digits"), ("cascade", "its parts can only be exported one by one")],
)
def test_what_cannot_be_had_in_bytes(model: str, said: str, mnist_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(TenfoldError, match=said):
        convert(model, "int8", tmp_path / "short.onnx", mnist_settings)
    assert list(tmp_path.glob("short*")) == []


@pytest.mark.mnist
def test_a_network_that_bytes_change_is_not_written(
    mnist_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = (WEIGHTS / "tiny.onnx").read_bytes()
    monkeypatch.setattr(module, "in_bytes", lambda weights, pictures: other)
    monkeypatch.setattr(module, "LEAST_SAME", 1.0)
    with pytest.raises(TenfoldError, match="says something else for"):
        convert("digit", "int8", tmp_path / "short.onnx", mnist_settings)
    assert list(tmp_path.glob("short*")) == []


def test_an_export_that_says_something_else_is_not_written(
    network: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module.to_onnx

    def wrong(model: Any) -> bytes:
        kernel, bias = model.layers[-1].get_weights()
        model.layers[-1].set_weights([kernel, bias + np.float32([5] + [0] * 9)])
        exported = real(model)
        model.layers[-1].set_weights([kernel, bias])
        return exported

    monkeypatch.setattr(module, "to_onnx", wrong)
    before = sorted(network.parent.iterdir())
    with pytest.raises(TenfoldError, match="does not say what the network says"):
        convert(str(network), "onnx", network.parent / "wrong.onnx", settings)
    assert sorted(network.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("model", "to", "out", "error", "said"),
    [
        ("digit", "keras", "a.keras", UsageError, "no way back from ONNX to Keras"),
        ("digit", "h5", "a.onnx", UsageError, "does not end in .h5, as this format does"),
        ("tiny", "c", "a.c", UsageError, "does not end in .h, as this format does"),
        ("dgit", "onnx", "a.onnx", UnknownName, "Did you mean 'digit'"),
        ("missing.keras", "onnx", "a.onnx", UnknownName, "no file"),
    ],
)
def test_refusals(model: str, to: Any, out: str, error: Any, said: str, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(error, match=said):
        convert(model, to, tmp_path / out, settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("to", "out", "said"),
    [
        ("html", "kept.html", "is a folder; expected the name of a file"),
        ("c", "text/a.h", "text cannot be used as a folder: it is a file"),
        ("int8", "text/a.onnx", "text cannot be used as a folder: it is a file"),
        ("onnx", "card.onnx", "card.json is a folder; expected the name of a file"),
    ],
)
def test_where_nothing_can_be_written_no_work_is_done(
    to: Any, out: str, said: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text").write_text("")
    for name in ("kept.html", "card.json"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(module, "load_onnx", lambda *_: pytest.fail("the model was loaded"))
    with pytest.raises(UsageError, match=re.escape(said)):
        convert("tiny", to, tmp_path / out, settings)


def test_the_command(tmp_path: Path) -> None:
    done = tenfold("export", "digit", "--to", "onnx", "--out", tmp_path / "d.onnx")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.json", "d.onnx"]
    refused = tenfold("export", "digit", "--to", "keras", "--out", tmp_path / "d.keras")
    assert refused.returncode == 2
    assert "no way back" in refused.stderr
    unknown = tenfold("export", "digit", "--to", "pdf", "--out", tmp_path / "d.pdf")
    assert unknown.returncode == 2
