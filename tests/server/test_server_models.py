"""The files of the networks: as they answer here, kept by whoever asks for them by their hash."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from tests.server.conftest import SECURITY, serving

from tenfold.models.onnx import WEIGHTS, OnnxClassifier, shipped_names
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app


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


def test_a_later_version_gives_its_own_file(client: httpx.Client):
    later = (WEIGHTS / "tiny.onnx").read_bytes()
    card = replace(Recognizer(model="tiny").classifier.card, name="digit")
    with serving(create_app(Recognizer(OnnxClassifier(later, card)))) as other:
        assert other.get("/v1/models/digit/weights", params={"sha256": card.sha256}).content == later
        assert other.get("/v1/models/tiny/weights").content == later
