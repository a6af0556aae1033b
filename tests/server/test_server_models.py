"""The files of the networks: as they answer here, kept by whoever asks for them by their hash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.server.conftest import SECURITY, refused, serving

from tenfold.config import load_settings
from tenfold.models.onnx import WEIGHTS, read_card, shipped_names
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.store.store import Store
from tenfold.store.versions import Check, Versions


@pytest.mark.parametrize("name", shipped_names())
def test_a_network_comes_as_it_is_and_for_good(client: httpx.Client, name: str):
    (card,) = [card for card in client.get("/v1/models").json()["models"] if card["name"] == name]
    answer = client.get(f"/v1/models/{name}/weights", params={"sha256": card["sha256"]})
    assert answer.content == (WEIGHTS / f"{name}.onnx").read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert {name: answer.headers[name] for name in SECURITY} == SECURITY


def test_by_its_name_alone_it_is_asked_for_again(client: httpx.Client):
    answer = client.get("/v1/models/tiny/weights")
    assert answer.headers["cache-control"] == "private, no-cache"
    unchanged = client.get("/v1/models/tiny/weights", headers={"if-none-match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("digits/weights", 404, "There is no network 'digits'. Did you mean 'digit'?"),
        ("gate/weights", 404, "There is no network 'gate'."),
        (f"digit/weights?sha256={'0' * 64}", 404, "There is no network of that hash, named 'digit'."),
        ("digit/weights?sha256=7", 422, "sha256"),
        (f"{'x' * 101}/weights", 422, "name"),
    ],
)
def test_what_there_is_not_is_refused(client: httpx.Client, path: str, status: int, says: str):
    answer = client.get(f"/v1/models/{path}")
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["message"].startswith(says) or says in str(error)
    if status == 404 and "sha256" not in path:
        assert error["hint"] == f"Known: {', '.join(shipped_names())}."


def test_a_promoted_version_gives_its_own_file(tmp_path: Path):
    database = f"sqlite:///{tmp_path / 'kept.db'}"
    later = (WEIGHTS / "tiny.onnx").read_bytes()
    card = replace(read_card(WEIGHTS / "tiny.json"), name="digit")
    store = Store(database)
    versions = Versions(store)
    versions.promote(versions.add(later, card, [Check("all", 10, 0.5, 0.6, True)]).id)
    store.close()
    with serving(create_app(Recognizer(settings=load_settings(database=database)))) as other:
        assert other.get("/v1/models/digit/weights", params={"sha256": card.sha256}).content == later
        assert other.get("/v1/models/tiny/weights").content == later


@pytest.mark.parametrize("name", ["mine", "digit"])
def test_a_file_of_the_one_who_serves_is_given_to_nobody(tmp_path: Path, name: str):
    mine = tmp_path / "mine.onnx"
    mine.write_bytes((WEIGHTS / "tiny.onnx").read_bytes())
    mine.with_suffix(".json").write_text(replace(read_card(WEIGHTS / "tiny.json"), name=name).to_json(), "utf-8")
    with serving(create_app(Recognizer(settings=load_settings(model=str(mine), database="none")))) as other:
        (card,) = [card for card in other.get("/v1/models").json()["models"] if card["name"] == name]
        for query in ({}, {"sha256": card["sha256"]}):
            refused(other.get(f"/v1/models/{name}/weights", params=query), 404, "unknown_name")
        assert other.get("/v1/models/report/weights").content == (WEIGHTS / "report.onnx").read_bytes()


def test_a_shipped_network_that_answers_is_no_secret():
    with serving(create_app(Recognizer(settings=load_settings(model="tiny", database="none")))) as other:
        assert other.get("/v1/models/tiny/weights").content == (WEIGHTS / "tiny.onnx").read_bytes()
