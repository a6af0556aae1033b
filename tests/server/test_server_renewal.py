"""A promoted version answers at once, in every process, and no request is dropped for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.browser.chromium import serving as process_serving
from tests.server.conftest import form, serving

from tenfold.config import load_settings
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, read_card
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.store.store import Store
from tenfold.store.versions import Check, Versions

Until = Callable[[Callable[[], bool]], None]


def add(url: str, **change: Any) -> tuple[Versions, int, str]:
    """A version that is `tiny` under the name of `digit`: another network that reads digits."""
    card: ModelCard = replace(read_card(WEIGHTS / "tiny.json"), name="digit", **change)
    versions = Versions(Store(url))
    made = versions.add((WEIGHTS / "tiny.onnx").read_bytes(), card, [Check("all", 10, 0.5, 0.6, True)])
    return versions, made.id, card.identity


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("tenfold.server.renewal.SECONDS", 0.05)
    return f"sqlite:///{tmp_path / 'kept.db'}"


def test_it_is_taken_up_while_requests_run_and_given_back(url: str, seven: bytes, until: Until) -> None:
    with serving(create_app(Recognizer(settings=load_settings(database=url)))) as client:
        shipped = form(client, seven).json()["model"]
        versions, number, promoted = add(url)
        seen: list[tuple[int, str, int]] = []
        stop = threading.Event()

        def keep_asking() -> None:
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as own:
                while not stop.is_set():
                    answer = form(own, seven)
                    seen.append((answer.status_code, answer.json()["model"], answer.json()["digit"]))

        asking = [threading.Thread(target=keep_asking) for _ in range(3)]
        for thread in asking:
            thread.start()
        try:
            versions.promote(number)
            until(lambda: bool(seen) and seen[-1][1] == promoted)
            assert client.get("/v1/models").json()["default"] == promoted
            versions.roll_back()
            until(lambda: seen[-1][1] == shipped)
        finally:
            stop.set()
            for thread in asking:
                thread.join()
    assert {(status, digit) for status, _, digit in seen} == {(200, 7)}
    assert {model for _, model, _ in seen} == {shipped, promoted}


def test_what_is_of_another_normalisation_does_not_answer(
    url: str, seven: bytes, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    versions, number, promoted = add(url, normalization="0")
    versions.promote(number)
    with serving(create_app(Recognizer(settings=load_settings(database=url)))) as client:
        until(lambda: "is not taken up" in caplog.text)
        assert form(client, seven).json()["model"] != promoted
    assert caplog.text.count("is not taken up") == 1


def test_a_server_that_starts_later_has_it_from_the_first_request_on(url: str, seven: bytes) -> None:
    versions, number, promoted = add(url)
    versions.promote(number)
    with process_serving("--database", url, "--workers", "2") as (address, _):
        for _ in range(6):
            answer = httpx.post(f"{address}/v1/predict", files={"image": seven}, timeout=60, trust_env=False).json()
            assert (answer["model"], answer["digit"]) == (promoted, 7)


def test_a_server_of_another_network_stays_with_it(url: str, seven: bytes) -> None:
    versions, number, _ = add(url)
    versions.promote(number)
    with serving(create_app(Recognizer("tiny", settings=load_settings(database=url)))) as client:
        assert form(client, seven).json()["model"].startswith("tiny@")
