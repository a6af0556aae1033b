"""Who may ask and how often, what is said to operators, and what others' programs speak."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.null_classifier import NullClassifier
from tests.server.conftest import PREDICT, form, refused, serving

from tenfold.config import load_settings
from tenfold.errors import UsageError
from tenfold.recognizer import Recognizer
from tenfold.server.access import ClientRate
from tenfold.server.app import create_app
from tenfold.server.guards import network_of
from tenfold.server.metrics import stability_index
from tenfold.types import Floats

TOKEN = "correct horse battery"


def app(**settings: Any) -> Any:
    return create_app(Recognizer(settings=load_settings(database="none", **settings)))


# ---- token -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def locked() -> Any:
    with serving(app(token=TOKEN)) as client:
        yield client


def bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/v2/models/digit", "/v1/feedback", "/nowhere"])
def test_nothing_is_told_without_the_token(locked: httpx.Client, path: str) -> None:
    assert "Bearer" in refused(locked.get(path), 401, "unauthorized")
    assert locked.get(path).headers["www-authenticate"] == "Bearer"
    assert locked.get(path, headers=bearing(TOKEN)).status_code != 401


@pytest.mark.parametrize(
    "header", ["Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer \xe9\xe9"]
)
def test_no_other_token_will_do(locked: httpx.Client, seven: bytes, header: str) -> None:
    answer = locked.post(PREDICT, files={"image": seven}, headers={"authorization": header.encode("latin-1")})
    assert TOKEN not in refused(answer, 401, "unauthorized")


def test_with_the_token_a_digit_is_read(locked: httpx.Client, seven: bytes) -> None:
    assert locked.post(PREDICT, files={"image": seven}, headers=bearing(TOKEN)).json()["digit"] == 7


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/v2/health/live", "/page/main.js"])
def test_the_page_and_the_health_need_none(locked: httpx.Client, path: str) -> None:
    assert locked.get(path).status_code == 200


def test_a_token_that_can_be_guessed_is_none() -> None:
    with pytest.raises(UsageError, match="at least 16") as caught:
        load_settings(token="secret")
    assert "secret" not in str(caught.value)
    assert TOKEN not in repr(load_settings(token=TOKEN))


# ---- rate ------------------------------------------------------------------------------------------


def test_a_client_that_asks_too_often_waits() -> None:
    rate = ClientRate(app=None, rate=5)  # type: ignore[arg-type]
    waits = [rate._wait("192.0.2.1") for _ in range(12)]
    assert waits[:10] == [0.0] * 10
    assert waits[11] == pytest.approx(0.2, abs=0.05)
    assert rate._wait("192.0.2.2") == 0.0
    time.sleep(0.25)
    assert rate._wait("192.0.2.1") == 0.0


def test_it_hears_when_to_come_again(seven: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenfold.server.access.is_loopback", lambda host: False)
    with serving(app(client_rate=1)) as client:
        answers = [form(client, seven) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused(answers[2], 429, "too_many_requests")
    assert answers[2].headers["retry-after"] == "1"


def test_this_machine_may_ask_as_often_as_it_likes(blank: bytes) -> None:
    with serving(app(client_rate=0.5)) as client:
        assert {form(client, blank).status_code for _ in range(5)} == {200}


def test_another_address_of_the_same_network_is_the_same_client() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == "testclient"


def test_few_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenfold.server.access.CLIENTS", 3)
    rate = ClientRate(app=None, rate=1)  # type: ignore[arg-type]
    for number in range(10):
        rate._wait(f"192.0.2.{number}")
    assert len(rate._clients) == 3


# ---- other origins ---------------------------------------------------------------------------------


def test_other_origins_are_told_nothing_unless_named(seven: bytes) -> None:
    origin = {"origin": "https://school.example"}
    with serving(app()) as client:
        answer = client.post(PREDICT, files={"image": seven}, headers=origin)
        assert "access-control-allow-origin" not in answer.headers
    with serving(app(cors_origins="https://school.example, https://other.example")) as client:
        answer = client.post(PREDICT, files={"image": seven}, headers=origin)
        assert answer.headers["access-control-allow-origin"] == "https://school.example"
        stranger = client.post(PREDICT, files={"image": seven}, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in stranger.headers
        asks = {**origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        assert client.options(PREDICT, headers=asks).status_code == 200


# ---- time ------------------------------------------------------------------------------------------


def test_an_answer_that_takes_too_long_is_refused(seven: bytes) -> None:
    go = threading.Event()

    class Slow(NullClassifier):
        def predict_proba(self, batch: Floats) -> Floats:
            go.wait(20)
            return super().predict_proba(batch)

    settings = load_settings(database="none", request_seconds=0.3)
    with serving(create_app(Recognizer(Slow(), settings=settings))) as client:
        assert "0.3 seconds" in refused(form(client, seven), 503, "too_slow")
        refused(client.get("/v2/health/ready"), 503, "not_ready")  # nor has it ever been warm
        assert client.get("/v2/health/live").json() == {"live": True}
        go.set()


# ---- metrics and log -------------------------------------------------------------------------------


def figures(client: httpx.Client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *(str(value) for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_count_what_happens(seven: bytes, blank: bytes) -> None:
    with serving(app()) as client:
        for _ in range(3):
            form(client, seven)
        form(client, blank)
        form(client, b"nothing")
        client.get("/v1/secret-name-of-somebody")
        found = figures(client)
    model = Recognizer().model
    assert found["tenfold_requests_total", "POST", "/v1/predict", "200"] == 4
    assert found["tenfold_requests_total", "POST", "/v1/predict", "415"] == 1
    assert found["tenfold_requests_total", "GET", "other", "404"] == 1
    assert found["tenfold_answers_total", model, "ok"] == 3
    assert found["tenfold_answers_total", model, "empty"] == 1
    assert found["tenfold_confidence_count",] == 3
    assert found["tenfold_request_seconds_count", "/v1/predict"] == 5
    assert found["tenfold_batch_pictures_count",] >= 3
    assert found["tenfold_places_taken",] == 0
    assert found["tenfold_confidence_drift",] == -1


def test_drift_is_told_from_the_answers(seven: bytes) -> None:
    with serving(app()) as client:
        for _ in range(110):
            form(client, seven)
        drift = figures(client)["tenfold_confidence_drift",]
    assert np.isfinite(drift)
    assert drift > 0.05  # the same seven over and over is no validation split


def test_a_distribution_is_no_distance_from_itself() -> None:
    from collections import deque

    expected = (0.1, 0.2, 0.7)
    same = deque([0] * 10 + [1] * 20 + [2] * 70)
    assert stability_index(same, expected) == pytest.approx(0)
    other = deque([0] * 60 + [1] * 20 + [2] * 20)
    assert stability_index(other, expected) == pytest.approx(0.5 * np.log(6) + 0.5 * np.log(3.5))


def test_a_line_for_each_request(seven: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with serving(app(log="json", token=TOKEN)) as client:
        named = {**bearing(TOKEN), "x-request-id": "from-the-balancer.1"}
        answer = client.post(f"{PREDICT}?model=digit", files={"image": ("my-secret.png", seven)}, headers=named)
        assert answer.headers["x-request-id"] == "from-the-balancer.1"
        odd = client.get("/v2/health/live", headers={"x-request-id": 'x" "y": 1'})
        assert re.fullmatch("[0-9a-f]{32}", odd.headers["x-request-id"])
    text = capfd.readouterr().err
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("POST", "/v1/predict", 200),
        ("GET", "/v2/health/live", 200),
    ]
    first = lines[0]
    assert first["request"] == "from-the-balancer.1"
    assert first["client"] == "127.0.0.1"
    assert first["milliseconds"] > 0
    assert first["bytes"] == len(answer.content)
    assert TOKEN not in text
    assert "my-secret" not in text


# ---- many at once ----------------------------------------------------------------------------------


def test_who_comes_together_is_answered_together(digit_png: Callable[[int], bytes]) -> None:
    pictures = [digit_png(digit) for digit in range(10)] * 3
    with serving(app()) as client:

        def ask(picture: bytes) -> int:
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as own:
                return int(form(own, picture).json()["digit"])

        with ThreadPoolExecutor(12) as pool:
            assert list(pool.map(ask, pictures)) == list(range(10)) * 3


# ---- Open Inference Protocol -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def open_client() -> Any:
    with serving(app()) as client:
        yield client


def pixels(digit_png: Callable[[int], bytes], digits: list[int]) -> Floats:
    import io

    from PIL import Image

    opened = [Image.open(io.BytesIO(digit_png(digit))).convert("L").resize((56, 56)) for digit in digits]
    return np.stack([np.asarray(image) for image in opened])


@pytest.mark.parametrize("kind", ["UINT8", "FP32"])
@pytest.mark.parametrize("flat", [True, False])
def test_a_stack_of_pictures(open_client: httpx.Client, digit_png: Any, kind: str, flat: bool) -> None:
    stack = pixels(digit_png, [3, 1, 4])
    data = stack if kind == "UINT8" else stack / 255
    given = {
        "name": "images",
        "shape": [3, 56, 56],
        "datatype": kind,
        "data": (data.ravel() if flat else data).tolist(),
    }
    answer = open_client.post("/v2/models/digit/infer", json={"id": "mine", "inputs": [given]}).json()
    assert (answer["id"], answer["model_name"]) == ("mine", "digit")
    outputs = {one["name"]: one for one in answer["outputs"]}
    assert outputs["digit"] == {"name": "digit", "shape": [3], "datatype": "INT64", "data": [3, 1, 4]}
    assert outputs["status"]["data"] == ["ok"] * 3
    assert outputs["probabilities"]["shape"] == [3, 10]
    assert np.reshape(outputs["probabilities"]["data"], (3, 10)).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_some_outputs_and_a_blank(open_client: httpx.Client) -> None:
    blank = {"name": "images", "shape": [1, 20, 20, 1], "datatype": "UINT8", "data": [255] * 400}
    body = {"inputs": [blank], "outputs": [{"name": "digit"}, {"name": "status"}]}
    answer = open_client.post("/v2/models/tiny/infer", json=body).json()
    assert [(one["name"], one["data"]) for one in answer["outputs"]] == [("digit", [-1]), ("status", ["empty"])]


def test_what_a_model_says_of_itself(open_client: httpx.Client) -> None:
    said = open_client.get("/v2/models/digit").json()
    assert said["name"] == "digit"
    assert {one["name"] for one in said["outputs"]} == {"digit", "status", "confidence", "probabilities", "id"}
    assert open_client.get("/v2/models/digit/ready").json()["ready"] is True
    assert open_client.get("/v2").json()["name"] == "tenfold"
    refused(open_client.get("/v2/models/none"), 404, "unknown_name")


IMAGE = {"name": "images", "shape": [1, 2, 2], "datatype": "UINT8", "data": [0, 0, 0, 0]}
WRONG: list[tuple[Any, str]] = [
    ({}, "Field required"),
    ({"inputs": []}, "at least 1"),
    ({"inputs": [{**IMAGE, "shape": [1, 3, 2]}]}, "has 6 values, got 4"),
    ({"inputs": [{**IMAGE, "shape": [4]}]}, "has shape"),
    ({"inputs": [{**IMAGE, "shape": [1, 2, -2]}]}, "has shape"),
    ({"inputs": [{**IMAGE, "shape": [10**9, 2, 2]}]}, "has shape"),
    ({"inputs": [{**IMAGE, "datatype": "INT8"}]}, "UINT8"),
    ({"inputs": [{**IMAGE, "datatype": "BYTES"}]}, "has shape"),
    ({"inputs": [{**IMAGE, "data": [0, 0, 0, 300]}]}, "0 to 255"),
    ({"inputs": [{**IMAGE, "data": ["a", 0, 0, 0]}]}, "not numbers"),
    ({"inputs": [{**IMAGE, "data": [[0], 0, 0, 0]}]}, "not numbers"),
    ({"inputs": [{**IMAGE, "data": [0, 0, 0, 1e400]}]}, "JSON"),
    ({"inputs": [IMAGE], "outputs": [{"name": "cat"}]}, "no output 'cat'"),
]


@pytest.mark.parametrize(("body", "said"), WRONG)
def test_what_is_no_inference(open_client: httpx.Client, body: Any, said: str) -> None:
    text = json.dumps(body).replace("Infinity", "1e400")
    answer = open_client.post("/v2/models/digit/infer", content=text)
    assert answer.status_code == 422, answer.text
    assert said == "JSON" or said in refused(answer, 422, "invalid_input")


def test_a_small_address_takes_no_large_body(open_client: httpx.Client) -> None:
    refused(open_client.post("/v1/feedback", content=b" " * 70_000), 413, "too_large")


def test_answers_go_on_without_a_database(tmp_path: Path, seven: bytes) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = load_settings(database=f"sqlite:///{tmp_path / 'file' / 'kept.db'}")
    with serving(create_app(Recognizer(settings=settings))) as client:
        answer = form(client, seven).json()
        assert answer["digit"] == 7
        said = refused(client.post("/v1/feedback", json={"id": answer["id"], "digit": 1}), 503, "store_unavailable")
        assert "database" in said
