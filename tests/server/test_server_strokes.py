"""Strokes over HTTP: as JSON, as InkML, as a file in a form, as texts in the inference protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.conftest import PREDICT, refused, serving
from tests.test_strokes_everywhere import NUMBER, PEN, as_inkml, as_json

from tenfold.config import load_settings
from tenfold.imaging.stroke_files import MAX_INK_BYTES, MAX_POINTS
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.store.export import export
from tenfold.store.store import Store

INKML = {"content-type": "application/inkml+xml"}
INFER = "/v2/models/digit/infer"


def ways(client: httpx.Client, address: str, strokes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to every way of sending the same strokes."""
    inkml = as_inkml(strokes)
    sent = [
        client.post(address, json={"strokes": strokes}),
        client.post(address, content=inkml, headers=INKML),
        client.post(address, files={"image": ("ink.json", as_json(strokes))}),
        client.post(address, files={"image": ("ink.inkml", inkml)}),
    ]
    assert [one.status_code for one in sent] == [200] * len(sent)
    return [{key: value for key, value in one.json().items() if key != "id"} for one in sent]


def test_one_digit(client: httpx.Client) -> None:
    first, *others = ways(client, PREDICT, PEN[7])
    assert (first["digit"], first["box"]) == (7, None)
    assert others == [first] * len(others)


def test_numbers(client: httpx.Client) -> None:
    found = ways(client, "/v1/read", NUMBER)
    assert [[number["value"] for number in one["numbers"]] for one in found] == [["2086"]] * len(found)


def test_the_inference_protocol(client: httpx.Client) -> None:
    texts = [as_json(PEN[3]).decode(), as_inkml(PEN[8]).decode(), '{"strokes": [', '{"strokes": []}']
    given = {"name": "strokes", "shape": [4], "datatype": "BYTES", "data": texts}
    outputs = {one["name"]: one["data"] for one in client.post(INFER, json={"inputs": [given]}).json()["outputs"]}
    assert outputs["digit"] == [3, 8, -1, -1]
    assert outputs["status"] == ["ok", "ok", "unreadable_image", "empty"]
    assert [len(handle) for handle in outputs["id"]] == [32, 32, 0, 32]
    assert {"name": "strokes", "datatype": "BYTES", "shape": [-1]} in client.get("/v2/models/digit").json()["inputs"]
    for data, shape, said in ((["x"], [1], "not texts of strokes"), ([3], [1], "not texts"), (texts, [3], "has shape")):
        answer = client.post(INFER, json={"inputs": [{**given, "data": data, "shape": shape}]})
        assert said in refused(answer, 422, "invalid_input")


POINTS = MAX_POINTS + 1


@pytest.mark.parametrize(
    ("inkml", "json", "status", "code"),
    [
        (b"<ink><trace>1 2", b'{"strokes": [{"x": [1', 400, "bad_request"),
        (b"\xff\xfe", b"\xff\xfe", 400, "bad_request"),
        (b"<ink>" + b"<a>" * 50_000, b"[" * 50_000, 400, "bad_request"),
        (b"<svg/>", b"{}", 422, "invalid_input"),
        (b"<ink><trace>1 2, 3</trace></ink>", b'{"strokes": [{"x": [1, 3], "y": [2]}]}', 422, "invalid_input"),
        (b"<ink><trace>1 two</trace></ink>", b'{"strokes": [{"x": [1], "y": ["two"]}]}', 422, "invalid_input"),
        (b"<ink><trace>1 1e7</trace></ink>", b'{"strokes": [{"x": [1], "y": [1e7]}]}', 422, "invalid_input"),
        (
            b"<ink><trace>" + b"1 2," * POINTS + b"</trace></ink>",
            b'{"strokes": [{"x": [1' + b",1" * MAX_POINTS + b'], "y": [2' + b",2" * MAX_POINTS + b"]}]}",
            413,
            "image_too_large",
        ),
        (b"<ink>" + b" " * MAX_INK_BYTES + b"</ink>", b" " * MAX_INK_BYTES + b"{}", 413, "too_large"),
    ],
)
def test_one_fault_is_one_refusal_in_either_form(
    client: httpx.Client, inkml: bytes, json: bytes, status: int, code: str
) -> None:
    refused(client.post(PREDICT, content=inkml, headers=INKML), status, code)
    refused(client.post(PREDICT, content=json, headers={"content-type": "application/json"}), status, code)


def test_no_document_types(client: httpx.Client) -> None:
    text = b'<!DOCTYPE ink [<!ENTITY a "1 2">]><ink><trace>&a;</trace></ink>'
    assert "document type" in refused(client.post(PREDICT, content=text, headers=INKML), 422, "invalid_input")


def test_corrected_strokes_become_a_picture_to_learn_from(recognizer: Recognizer, tmp_path: Path) -> None:
    settings = load_settings(database=f"sqlite:///{tmp_path / 'kept.db'}", keep_pictures_days=1)
    with serving(create_app(Recognizer(settings=settings))) as client:
        said = client.post(PREDICT, content=as_inkml(PEN[7]), headers=INKML).json()
        assert client.post("/v1/feedback", json={"id": said["id"], "digit": 1}).status_code == 200
    store = Store(settings.database)
    (waiting,) = store.waiting()
    store.review(waiting.id, True)
    assert export(store, tmp_path / "out") == {"1": 1}
    store.close()
    (picture,) = (tmp_path / "out" / "1").iterdir()
    assert recognizer.predict(picture).digit == 7
