"""Lessons: a network is trained while one listens, one at a time, and ends whenever nobody needs it any more."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from tests.browser import chromium
from tests.server.conftest import refused, serving

from tenfold.config import Settings, load_settings
from tenfold.data.mnist import mnist_folder
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.server.lesson_work import divided_samples
from tenfold.teaching import teaching_network

LESSONS = "/v1/lessons"
SAMPLES = {"data": "samples", "epochs": 3, "seed": 1}
LONG = {"data": "samples", "epochs": 100}


@pytest.fixture(scope="module")
def app(recognizer: Recognizer) -> FastAPI:
    return create_app(recognizer)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[httpx.Client]:
    with serving(app) as client:
        yield client


@contextmanager
def listening(client: httpx.Client, wanted: dict[str, Any]) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    """The events of a lesson, as they come."""
    with client.stream("POST", LESSONS, json=wanted) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer)


def events(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    lines = answer.iter_lines()
    for line in lines:
        if line.startswith("event: "):
            yield line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))


def test_a_lesson_from_beginning_to_end(client: httpx.Client) -> None:
    with listening(client, SAMPLES) as heard:
        news = list(heard)
    names = [name for name, _ in news]
    assert names[:3] == ["named", "begun", "checked"]
    assert names[-4:] == ["checked", "examining", "tested", "ended"]
    told = dict(news)
    assert told["begun"] == {"digits": 140, "validation": 30, "shown": 420}
    assert told["ended"] == {"why": "finished"}
    assert told["checked"]["shown"] == told["stepped"]["shown"] == 420

    # The weights are those of the network that was tested: with them the same digits are read the same.
    network = teaching_network(np.random.default_rng(0))
    for name, value in network.weights.items():
        value.ravel()[:] = np.frombuffer(base64.b64decode(told["checked"]["weights"][name]), "<f4")
    _, _, test = divided_samples()
    said = network.predict_proba(test.network_pixels().astype(np.float32) / 255).argmax(axis=1)
    tested = told["tested"]
    assert tested["n"] == 30 == np.sum(tested["confusion"])
    assert tested["errors"] == (said != test.labels).sum() < 27
    worst = tested["worst"][0]
    pixels = np.frombuffer(base64.b64decode(worst["pixels"]), np.uint8)
    assert any((pixels == picture.ravel()).all() for picture in test.network_pixels())
    assert np.argmax(worst["probabilities"]) != worst["label"]


def test_one_at_a_time_and_stopped_when_told(client: httpx.Client) -> None:
    with listening(client, LONG) as heard:
        _, named = next(heard)
        busy = client.post(LESSONS, json=SAMPLES)
        assert "one place" in refused(busy, 429, "busy")
        assert int(busy.headers["retry-after"]) >= 1
        for name, _ in heard:
            if name == "checked":
                break
        assert client.delete(f"{LESSONS}/{named['id']}").status_code == 204
        told = dict(heard)
    assert told["ended"] == {"why": "stopped"}
    assert told["checked"]["shown"] < 100 * 140
    assert told["tested"]["n"] == 30
    refused(client.delete(f"{LESSONS}/{named['id']}"), 404, "unknown_name")
    with listening(client, {**SAMPLES, "epochs": 1}) as heard:  # the place is free again
        assert dict(heard)["ended"] == {"why": "finished"}


def test_it_ends_when_nobody_listens(
    app: FastAPI, client: httpx.Client, until: Callable[[Callable[[], bool]], None]
) -> None:
    with listening(client, LONG) as heard:
        assert next(heard)[0] == "named"
        process = app.state.lessons._running
        assert process.poll() is None
    until(lambda: process.poll() is not None)
    until(lambda: client.post(LESSONS, json={**SAMPLES, "epochs": 1}).status_code == 200)


def test_what_cannot_be_taught(client: httpx.Client) -> None:
    for wrong in (
        {"epochs": 0},
        {"epochs": 101},
        {"rate": 0},
        {"dropout": 1},
        {"digits": 60_000},
        {"data": "/etc"},
        {"x": 1},
    ):
        refused(client.post(LESSONS, json=wrong), 422, "invalid_input")
    for name in ("0" * 32, "../metrics", "x"):
        assert client.delete(f"{LESSONS}/{name}").status_code == 404


def test_a_server_without_mnist_and_one_without_time(tmp_path: Path) -> None:
    settings = load_settings(database="none", cache_dir=str(tmp_path), lesson_seconds=0.05)
    with serving(create_app(Recognizer(settings=settings))) as client:
        assert client.get(LESSONS).json() == {"mnist": False, "seconds": 0.05}
        assert "tenfold data fetch mnist" in refused(client.post(LESSONS, json={}), 404, "no_mnist")
        with listening(client, LONG) as heard:
            assert dict(heard)["ended"] == {"why": "out_of_time"}


def test_a_server_that_teaches_nobody_and_one_with_a_token() -> None:
    settings = load_settings(database="none", lesson_seconds=0, token="correct horse battery")
    with serving(create_app(Recognizer(settings=settings))) as client:
        assert client.get("/learn").status_code == client.get("/literature").status_code == 200
        for answer in (client.post(LESSONS, json=SAMPLES), client.delete(f"{LESSONS}/{'0' * 32}")):
            refused(answer, 401, "unauthorized")
        client.headers["authorization"] = "Bearer correct horse battery"
        refused(client.post(LESSONS, json=SAMPLES), 503, "no_lessons")


def test_several_processes_have_one_place_and_any_of_them_stops(seven: bytes) -> None:
    with chromium.serving("--workers", "2", TENFOLD_DATABASE="none") as (address, process):
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client, listening(client, LONG) as heard:
            _, named = next(heard)

            def anew(method: str, path: str, **what: Any) -> httpx.Response:
                # Each with a connection of its own, so that now one process answers and now the other.
                return httpx.request(method, address + path, timeout=60, trust_env=False, **what)

            assert {anew("POST", LESSONS, json=SAMPLES).status_code for _ in range(6)} == {429}
            answers = [anew("POST", "/v1/predict", files={"image": seven}).json()["digit"] for _ in range(4)]
            assert answers == [7] * 4  # others are answered meanwhile
            stopped = [anew("DELETE", f"{LESSONS}/{named['id']}").status_code for _ in range(3)]
            assert stopped == [204, 404, 404]
            assert dict(heard)["ended"] == {"why": "stopped"}

        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client, listening(client, LONG) as heard:
            next(heard)
            process.send_signal(signal.SIGTERM)
            assert [name for name, _ in heard][-1] == "failed"  # the server does not wait for it to be finished
        assert process.wait(60) in (0, -signal.SIGTERM)


@pytest.mark.mnist
def test_mnist_is_learned_and_its_test_digits_are_read_at_the_end(
    client: httpx.Client, mnist_settings: Settings
) -> None:
    assert client.get(LESSONS).json()["mnist"] is True
    with listening(client, {"digits": 1000, "epochs": 1}) as heard:
        news = list(heard)
    told = dict(news)
    assert told["begun"] == {"digits": 1000, "validation": 1000, "shown": 1000}
    assert told["tested"]["n"] == 10_000
    assert told["tested"]["accuracy"] > 0.6
    assert [name for name, _ in news].index("tested") > max(
        at for at, (name, _) in enumerate(news) if name == "checked"
    )


@pytest.mark.mnist
def test_mnist_may_lie_in_the_folder_that_the_settings_name(mnist_settings: Settings, tmp_path: Path) -> None:
    cache, folder = tmp_path / "cache", mnist_folder(mnist_settings)
    settings = load_settings(database="none", cache_dir=str(cache), mnist_dir=str(folder))
    with serving(create_app(Recognizer(settings=settings))) as client:
        assert client.get(LESSONS).json()["mnist"] is True
        shutil.rmtree(cache)  # the process that trains knows the folder too
        with listening(client, {"digits": 100, "epochs": 1}) as heard:
            told = dict(itertools.islice(heard, 2))
    assert told["begun"]["digits"] == 100


def test_nothing_is_left_behind(recognizer: Recognizer) -> None:
    app = create_app(recognizer)
    with serving(app) as client, listening(client, {**SAMPLES, "epochs": 1}) as heard:
        assert dict(heard)["ended"] == {"why": "finished"}
        folder = app.state.lessons._folder()
        for _ in range(100):  # the listener hears the end a moment before all is put away
            if len(list(folder.iterdir())) == 1:
                break
            time.sleep(0.05)
        assert [path.name for path in folder.iterdir()] == ["lessons.lock"]
    assert not folder.exists()
    assert not [thread for thread in threading.enumerate() if "lesson" in thread.name]
