"""Files saved by Keras 2 and 3: opened with the same answers as in Keras, or refused without running anything."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tenfold.errors import MissingExtra, ModelError, TenfoldError, UnknownName
from tenfold.training.export import classifier_from_keras, load_keras, parity, to_onnx

pytestmark = pytest.mark.train

X = np.random.default_rng(0).random((64, 28, 28, 1), dtype="float32")[:16]


@pytest.fixture(scope="session")
def keras2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that Keras 2 wrote; see keras2_files.py."""
    if importlib.util.find_spec("tf_keras") is None:
        message = 'Keras 2 is not installed; bring it with: pip install "tf-keras>=2.21"'
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    folder = tmp_path_factory.mktemp("keras2")
    script = Path(__file__).with_name("keras2_files.py")
    done = subprocess.run([sys.executable, str(script), str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "the lambda was run").unlink()
    return folder


@pytest.fixture
def copy(keras2: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A copy of one of the files, to be spoilt."""
    return lambda name: Path(shutil.copy(keras2 / name, tmp_path / name))


def edit_config(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change the description of the network in an HDF5 file."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        file.attrs["model_config"] = json.dumps(change(config) or config)


# -- opened --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report", "branches", "nested"])
def test_keras_2_files_give_the_answers_they_gave(name: str, keras: Any, keras2: Path) -> None:
    model = load_keras(keras2 / f"{name}.h5")
    said = np.load(keras2 / f"{name}.npy")
    np.testing.assert_allclose(np.asarray(model(X, training=False)), said, atol=1e-6)
    certificate = parity(model, to_onnx(model), X[..., 0])
    assert certificate["same_digit"] == certificate["images"] == 16
    assert certificate["largest_difference"] < 1e-6


def test_the_reports_own_file_is_a_classifier(keras: Any, keras2: Path) -> None:
    classifier = classifier_from_keras(keras2 / "report.h5")
    assert classifier.card.parameters == 2_380_938
    assert classifier.card.identity.startswith("report@")
    answers = classifier.predict_proba(X[..., 0])
    np.testing.assert_allclose(answers, np.load(keras2 / "report.npy"), atol=1e-6)


def as_keras_2_2_2(path: Path) -> None:
    """What the first Keras 2 wrote differently: bytes, a bare list of layers, and no input layer."""

    def older(config: dict[str, Any]) -> dict[str, Any]:
        return {"class_name": "Sequential", "config": config["config"]["layers"][1:]}

    edit_config(path, older)
    with h5py.File(path, "r+") as file:
        for place in (file, file["model_weights"]):
            place.attrs["keras_version"] = np.bytes_("2.2.2")
            place.attrs["backend"] = np.bytes_("tensorflow")
        file.attrs["model_config"] = np.bytes_(file.attrs["model_config"])
        for group in file["model_weights"].values():
            names = [name.encode() for name in group.attrs.get("weight_names", [])]
            group.attrs["weight_names"] = np.array(names, "S50")


def test_files_of_early_keras_2(keras: Any, keras2: Path, copy: Callable[[str], Path]) -> None:
    path = copy("report.h5")
    as_keras_2_2_2(path)
    answers = classifier_from_keras(path).predict_proba(X[..., 0])
    np.testing.assert_allclose(answers, np.load(keras2 / "report.npy"), atol=1e-6)


def test_names_too_many_for_one_attribute(keras: Any, keras2: Path, copy: Callable[[str], Path]) -> None:
    path = copy("nested.h5")
    with h5py.File(path, "r+") as file:
        for group in file["model_weights"].values():
            names = list(group.attrs.pop("weight_names", []))
            group.attrs["weight_names0"], group.attrs["weight_names1"] = names[:1], names[1:]
    answers = classifier_from_keras(path).predict_proba(X[..., 0])
    np.testing.assert_allclose(answers, np.load(keras2 / "nested.npy"), atol=1e-6)


def test_keras_3_files_in_both_formats(keras: Any, layers: Any, shake: Any, tmp_path: Path) -> None:
    start = keras.Input((28, 28))
    x = layers.Conv2D(3, 5, 3, activation="silu")(layers.Reshape((28, 28, 1))(start))
    x = layers.Flatten()(layers.Add()([x, layers.PReLU()(x)]))
    model = shake(keras.Model(start, layers.Dense(10)(x)))
    for name in ("three.h5", "three.keras", "three.hdf5"):
        model.save(tmp_path / name)
        again = classifier_from_keras(tmp_path / name)
        logits = np.asarray(model(X[..., 0], training=False))
        expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(again.predict_proba(X[..., 0]), expected, atol=1e-5)


def test_no_pictures_give_no_answers(keras: Any, keras2: Path) -> None:
    answers = classifier_from_keras(keras2 / "nested.h5").predict_proba(np.zeros((0, 28, 28), np.float32))
    assert answers.shape == (0, 10)


# -- refused -------------------------------------------------------------------------------------------------


def test_a_lambda_is_refused_and_not_run(keras: Any, layers: Any, keras2: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'lambda' of class 'Lambda' would run code that comes with the file"):
        load_keras(keras2 / "lambda.h5")
    assert not (keras2 / "the lambda was run").exists()
    model = keras.Sequential(
        [keras.Input((28, 28)), layers.Lambda(lambda x: x, name="mine"), layers.Flatten(), layers.Dense(10)]
    )
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(ModelError, match="'mine' of class 'Lambda' would run code that comes with the file"):
        load_keras(tmp_path / "lambda.keras")


@pytest.mark.parametrize(
    "part",
    [
        {"module": "subprocess", "class_name": "Popen", "config": {"args": ["true"]}},
        {"module": "builtins", "class_name": "function", "config": "eval"},
        {"module": "keras.utils", "class_name": "get_file", "config": {"origin": "anywhere"}},
        {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp"}},
        {"module": "keras", "class_name": "layers.TFSMLayer", "config": {"filepath": "/tmp"}},
        {"module": "keras", "class_name": "layers.Lambda", "config": {"function": "eval"}},
        {"module": "keras.layers", "class_name": ["Lambda"], "config": {}},
        {"class_name": "__lambda__", "config": {"value": ""}},
    ],
)
def test_descriptions_that_call_anything_else_are_refused(part: Any, keras: Any, layers: Any, tmp_path: Path) -> None:
    path = tmp_path / "evil.keras"
    keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, name="last")]).save(path)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(contents["config.json"])
    layer = config["config"]["layers"][-1]
    for change in (lambda: layer["config"].update(activation=part), lambda: layer.update(part)):
        change()
        contents["config.json"] = json.dumps(config).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in contents.items():
                archive.writestr(name, data)
        with pytest.raises(ModelError, match="nothing was run"):
            load_keras(path)


@pytest.mark.parametrize("depth", [300, 900, 200_000])
def test_descriptions_nested_too_deep(depth: int, keras: Any, copy: Callable[[str], Path], tmp_path: Path) -> None:
    deep = '{"class_name": "Sequential", "module": "keras", "config": ' + "[" * depth + "]" * depth + "}"
    with zipfile.ZipFile(tmp_path / "deep.keras", "w") as archive:
        archive.writestr("config.json", deep)
    with pytest.raises(ModelError):
        load_keras(tmp_path / "deep.keras")
    path = copy("report.h5")
    with h5py.File(path, "r+") as file:
        del file.attrs["model_config"]
        file.attrs["model_config"] = '{"class_name": "Sequential", "config": ' * depth + "[]" + "}" * depth
    with pytest.raises(ModelError):
        load_keras(path)


def spoil_layer(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """Change the second layer of a Sequential network."""
    return lambda config: config["config"]["layers"][1]["config"].update(changes)


def rename_layer(kind: str) -> Callable[[dict[str, Any]], None]:
    return lambda config: config["config"]["layers"][1].update(class_name=kind)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (rename_layer("Mine"), "of class 'Mine' is not a layer Tenfold opens"),
        (rename_layer("deserialize"), "of class 'deserialize' is not a layer Tenfold opens"),
        (spoil_layer(activation={"class_name": "function", "config": "system"}), "not one of Keras' own functions"),
        (spoil_layer(activation="no such thing"), "cannot be rebuilt"),
        (spoil_layer(filters="many"), "cannot be rebuilt"),
        (spoil_layer(filters=16), r"have shape \(3, 3, 1, 32\); the network needs \(3, 3, 1, 16\)"),
        (spoil_layer(use_bias=False), "needs 1 arrays of weights, the file has 2"),
        (spoil_layer(name="other"), "there are no weights at 'other'"),
        (lambda config: config["config"].update(layers=None), "cannot be rebuilt"),
        (lambda config: config["config"].update(layers=[]), "cannot be rebuilt"),
        (lambda config: config.update(class_name="Mine"), "not a Sequential or functional network"),
        (lambda config: ["nonsense"], "is damaged"),
    ],
)
def test_spoilt_descriptions(change: Any, said: str, keras: Any, copy: Callable[[str], Path]) -> None:
    path = copy("report.h5")
    edit_config(path, change)
    with pytest.raises(ModelError, match=said):
        load_keras(path)


@pytest.mark.parametrize(
    ("source", "said"), [("", "takes a tensor that no layer gives"), ("nobody", "there is no layer 'nobody'")]
)
def test_calls_that_lead_nowhere(source: str, said: str, keras: Any, copy: Callable[[str], Path]) -> None:
    def misdirect(config: dict[str, Any]) -> None:
        last = config["config"]["layers"][-1]
        last["inbound_nodes"] = [[[source or last["name"], 0, 0, {}]]]

    path = copy("branches.h5")
    edit_config(path, misdirect)
    with pytest.raises(ModelError, match=said):
        load_keras(path)


def test_weights_that_lie_elsewhere(keras: Any, copy: Callable[[str], Path], tmp_path: Path) -> None:
    path = copy("report.h5")
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.zeros((3, 3, 1, 32), np.float32)
    with h5py.File(path, "r+") as file:
        place = file["model_weights/conv2d/conv2d"]
        del place["kernel:0"]
        place["kernel:0"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "secret")
    with pytest.raises(ModelError, match="lie elsewhere"):
        load_keras(path)
    with h5py.File(path, "r+") as file:
        place = file["model_weights/conv2d/conv2d"]
        del place["kernel:0"]
        raw = [(str(tmp_path / "other.h5"), 0, 3 * 3 * 32 * 4)]
        place.create_dataset("kernel:0", (3, 3, 1, 32), np.float32, external=raw)
    with pytest.raises(ModelError, match="no array that lies in the file itself"):
        load_keras(path)


def test_files_that_are_something_else(keras: Any, keras2: Path, copy: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="may hold weights alone"):
        load_keras(keras2 / "weights-only.h5")
    with pytest.raises(ModelError, match="was saved by Keras 2"):
        load_keras(keras2 / "version-3.keras")
    with pytest.raises(UnknownName, match="no file"):
        load_keras(tmp_path / "missing.h5")
    with pytest.raises(UnknownName):
        load_keras(tmp_path)
    (tmp_path / "text.h5").write_text("not a network")
    (tmp_path / "empty.h5").write_bytes(b"")
    for name in ("text.h5", "empty.h5"):
        with pytest.raises(ModelError, match="no Keras file, or damaged"):
            load_keras(tmp_path / name)
    whole = copy("report.h5").read_bytes()
    for length in (100, 5_000, len(whole) // 2):
        (tmp_path / "cut.h5").write_bytes(whole[:length])
        with pytest.raises(ModelError, match="no Keras file, or damaged"):
            load_keras(tmp_path / "cut.h5")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(ModelError, match="no network saved by Keras"):
        load_keras(tmp_path / "other.keras")


def test_a_damaged_archive(keras: Any, layers: Any, tmp_path: Path) -> None:
    path = tmp_path / "cut.keras"
    keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)]).save(path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", config)
    with pytest.raises(ModelError, match="Keras cannot open it"):
        load_keras(path)


def test_networks_for_something_else(keras: Any, layers: Any, tmp_path: Path) -> None:
    path = tmp_path / "cats.keras"
    keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(2)]).save(path)
    with pytest.raises(ModelError, match=r"takes \[\(32, 32, 3\)\] and gives \[\(2,\)\]"):
        classifier_from_keras(path)


def test_without_keras_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    (tmp_path / "a.h5").write_bytes(b"\x89HDF")
    with pytest.raises(MissingExtra, match=r'pip install "tenfold\[train\]"') as caught:
        load_keras(tmp_path / "a.h5")
    assert isinstance(caught.value, TenfoldError)
    assert caught.value.exit_code == 4
