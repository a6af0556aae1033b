"""POST /v1/explain: why a digit is read as it is, within the limits that all pictures have."""

from __future__ import annotations

import httpx
import numpy as np
import pytest
from tests.browser.strokes import DIGITS
from tests.server.conftest import refused, serving

from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app

EXPLAIN = "/v1/explain"
STROKES = [{"x": [x for x, _ in line], "y": [y for _, y in line]} for line in DIGITS[4]]


def test_a_picture_is_explained_as_it_is_predicted(client: httpx.Client, seven: bytes):
    plain = client.post("/v1/predict", files={"image": seven}).json()
    answer = client.post(EXPLAIN, files={"image": seven}, params={"against": 1})
    assert answer.status_code == 200, answer.text
    why = answer.json()
    assert why["id"] != plain["id"]
    assert {name: why[name] for name in plain if name != "id"} == {name: plain[name] for name in plain if name != "id"}
    assert (why["answer"], why["rival"]) == (7, 1)
    assert len(why["map"]) == 784
    seen = np.array(why["saw"])
    assert not np.array(why["map"])[seen == 0].any()
    assert [one["digit"] for one in why["nearest"]] == [7] * 6
    (change,) = why["changes"]
    assert (change["digit"], change["found"]) == (1, True)
    rebuilt = seen + np.array(change["add"]) - np.array(change["remove"])
    assert rebuilt.tolist() == change["changed"]
    assert "This is a 7" in why["sentences"][0]
    assert why["saw_box"]["width"] > 0


def test_an_explanation_is_counted_as_an_answer(recognizer: Recognizer, seven: bytes):
    answers = f'tenfold_answers_total{{model="{recognizer.model}",status="ok"}} 1.0'
    with serving(create_app(recognizer)) as own:
        assert answers not in own.get("/metrics").text
        assert own.post(EXPLAIN, files={"image": seven}).status_code == 200
        assert answers in own.get("/metrics").text


def test_strokes_have_their_share_and_no_box(client: httpx.Client):
    why = client.post(EXPLAIN, json={"strokes": STROKES}, params={"model": "digit"}).json()
    assert (why["digit"], why["box"]) == (4, None)
    assert sum(abs(one["share"]) for one in why["strokes"]) == pytest.approx(1)


def test_what_is_empty_is_explained_by_its_reason(client: httpx.Client, blank: bytes):
    why = client.post(EXPLAIN, files={"image": blank}).json()
    assert (why["status"], why["answer"], why["map"]) == ("empty", None, [0.0] * 784)
    assert why["sentences"] == [why["reason"]]
    assert why["nearest"] == why["changes"] == []


def test_it_refuses_as_predict_does(client: httpx.Client, seven: bytes):
    refused(client.post(EXPLAIN, files={"image": b"no picture"}), 415, "not_an_image")
    refused(client.post(EXPLAIN, content=b"x", headers={"content-type": "text/plain"}), 415, "unsupported_media_type")
    refused(client.post(EXPLAIN, files={"image": seven}, params={"against": 10}), 422, "invalid_input")
    refused(client.post(EXPLAIN, files={"image": seven}, params={"model": "nobody"}), 404, "unknown_name")
    refused(client.post(EXPLAIN, json={"strokes": [{"x": [1], "y": []}]}), 422, "invalid_input")
    points = [0.0] * 20_001
    refused(client.post(EXPLAIN, json={"strokes": [{"x": points, "y": points}]}), 413, "image_too_large")


def test_the_description_has_examples(client: httpx.Client):
    described = client.get("/openapi.json").json()
    body = described["paths"][EXPLAIN]["post"]["requestBody"]["content"]
    example = body["application/json"]["example"]
    assert client.post(EXPLAIN, json=example).json()["digit"] == 4
    kind = "application/inkml+xml"
    said = client.post("/v1/predict", content=body[kind]["example"], headers={"content-type": kind})
    assert said.json()["digit"] == 4
    assert described["components"]["schemas"]["Reasons"]["properties"]["sentences"]["examples"]
