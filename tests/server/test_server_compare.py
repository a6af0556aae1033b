"""POST /v1/compare: the same picture to several classifiers, found by name and kept within bounds."""

from __future__ import annotations

import gc
import os
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.server.conftest import refused, serving

from tenfold.config import load_settings
from tenfold.errors import ModelError
from tenfold.models.arrays import load_npz
from tenfold.models.base import Classifier
from tenfold.models.load import LITERATURE, models_here
from tenfold.models.onnx import WEIGHTS
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.server.compare import Cabinet

COMPARE = "/v1/compare"
SMALL = [path.stem for path in LITERATURE.glob("*.json")]


@pytest.fixture
def client(recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.chdir(tmp_path)  # where nothing was trained
    with serving(create_app(recognizer)) as client:
        yield client


def asked(client: httpx.Client, picture: bytes, *names: str) -> httpx.Response:
    return client.post(COMPARE, params={"models": ",".join(names)}, files={"image": picture})


def test_what_can_be_asked_out_of_the_box(client: httpx.Client, seven: bytes) -> None:
    models = client.get(COMPARE).json()["models"]
    names = [one["name"] for one in models]
    assert {"j48", "linear", "naive-bayes", "pca-quadratic"} <= set(SMALL)
    assert names == sorted([*SMALL, "cascade", "digit", "ensemble", "lenet-5", "report", "tiny"])
    assert {one["whence"] for one in models} == {"shipped"}
    answer = asked(client, seven, *names).json()
    assert answer["status"] == "ok"
    assert answer["failed"] == []
    assert [one["name"] for one in answer["answers"]] == names
    assert [one["model"] for one in answer["answers"]] == [one["model"] for one in models]
    # Of classifiers that are wrong on a sixth of MNIST one may be wrong here.
    assert sum(one["digit"] == 7 for one in answer["answers"]) >= len(names) - 1


def test_each_says_what_it_says_by_itself(client: httpx.Client, seven: bytes) -> None:
    for one in asked(client, seven, "linear", "tiny").json()["answers"]:
        alone = Recognizer(model=one["name"]).predict(seven)
        assert one["probabilities"] == pytest.approx(alone.probabilities)
        assert (one["status"], one["confidence"]) == (alone.status, pytest.approx(alone.confidence))
        assert one["model"] == alone.model


def test_what_was_trained_here_is_found_at_once_and_goes_before(
    client: httpx.Client, seven: bytes, tmp_path: Path
) -> None:
    for name, other in (("linear", "linear"), ("mine", "linear")):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        for ending in ("npz", "json"):
            shutil.copy(LITERATURE / f"{other}.{ending}", folder / f"{name}.{ending}")
    whence = {one["name"]: one["whence"] for one in client.get(COMPARE).json()["models"]}
    assert whence["linear"] == whence["mine"] == "trained here"
    assert whence["j48"] == "shipped"
    assert [one["name"] for one in asked(client, seven, "mine", "linear").json()["answers"]] == ["mine", "linear"]

    (tmp_path / "runs" / "mine" / "mine.npz").write_bytes(b"no classifier")
    answer = asked(client, seven, "mine", "linear").json()
    assert [one["name"] for one in answer["answers"]] == ["linear"]
    assert [one["name"] for one in answer["failed"]] == ["mine"]


def test_names_and_nothing_else(client: httpx.Client, seven: bytes, tmp_path: Path) -> None:
    copy = tmp_path / "copy.onnx"
    shutil.copy(WEIGHTS / "tiny.onnx", copy)
    for name in (str(copy), "../tiny", "gate", "knn", str(LITERATURE / "linear.npz")):
        refused(asked(client, seven, "tiny", name), 404, "unknown_name")
    refused(asked(client, seven), 400, "usage")
    refused(asked(client, seven, *(f"m{number}" for number in range(49))), 400, "usage")
    refused(asked(client, b"no picture", "tiny"), 415, "not_an_image")


def test_nothing_written_is_not_asked_about(client: httpx.Client, blank: bytes) -> None:
    answer = asked(client, blank, "tiny", "linear").json()
    assert (answer["status"], answer["answers"]) == ("empty", [])


def test_so_many_are_kept_and_no_more(recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    two = Cabinet(most=2)
    linear = get(two, "linear")
    get(two, "tiny")
    assert get(two, "linear") is linear
    get(two, "naive-bayes")  # tiny goes, which was asked longest ago
    assert get(two, "linear") is linear
    get(two, "tiny")
    get(two, "naive-bayes")
    assert get(two, "linear") is not linear
    small = Cabinet(most_bytes=100_000)
    get(small, "linear")
    with pytest.raises(ModelError, match="takes"):
        get(small, "pca-quadratic")


def test_one_goes_before_the_next_is_loaded(
    recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    two, alive = Cabinet(most=2), list[int]()
    known: weakref.WeakSet[Classifier] = weakref.WeakSet()

    def load(path: Path, normalization: str) -> Classifier:
        gc.collect()
        alive.append(len(known))
        known.add(loaded := load_npz(path, normalization))
        return loaded

    monkeypatch.setattr("tenfold.server.compare.load_npz", load)
    for name in ("linear", "naive-bayes", "j48", "linear"):
        get(two, name)
    mine = tmp_path / "mine.npz"
    for when in (1, 2):  # the same file, changed
        shutil.copy(LITERATURE / "linear.npz", mine)
        shutil.copy(LITERATURE / "linear.json", mine.with_suffix(".json"))
        os.utime(mine, (when, when))
        two.get(mine)
    assert alive == [0, 1, 1, 1, 1, 1]


def test_what_there_is_is_looked_up_once(client: httpx.Client, seven: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = list[dict[str, tuple[Path, bool]]]()
    monkeypatch.setattr("tenfold.server.compare.models_here", lambda: looked.append(models_here()) or looked[-1])
    assert len(asked(client, seven, "linear", "tiny", "j48").json()["answers"]) == 3
    assert len(looked) == 1


def get(cabinet: Cabinet, name: str) -> Classifier:
    return cabinet.get(cabinet.find([name])[name])


def test_a_token_is_asked_for(seven: bytes) -> None:
    settings = load_settings(database="none", token="correct horse battery")
    with serving(create_app(Recognizer(settings=settings))) as client:
        refused(asked(client, seven, "tiny"), 401, "unauthorized")
        refused(client.get(COMPARE), 401, "unauthorized")
