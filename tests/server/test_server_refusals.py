"""How the server refuses: each mistake its status, always JSON with a code, a message and a hint."""

from __future__ import annotations

import json
import socket
import struct
import threading
import zlib
from pathlib import Path

import httpx
import pytest
from tests.null_classifier import NullClassifier
from tests.server.conftest import PREDICT, form, refused, serving

from tenfold.config import load_settings
from tenfold.imaging.stroke_files import MAX_INK_BYTES, MAX_POINTS
from tenfold.models.onnx import WEIGHTS
from tenfold.recognizer import Recognizer
from tenfold.server import guards
from tenfold.server.app import create_app
from tenfold.server.desk import Desk
from tenfold.types import Floats


@pytest.mark.parametrize("data", [b"", b"hello, this is text", b"<svg xmlns='x'/>"])
def test_what_is_no_picture(client: httpx.Client, data: bytes):
    refused(form(client, data), 415, "not_an_image")


def test_a_truncated_picture(client: httpx.Client, seven: bytes):
    refused(form(client, seven[: len(seven) // 2]), 422, "damaged_image")


def test_too_many_pixels(client: httpx.Client):
    header = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 1000) + b"IDAT" + bytes(1000)
    said = refused(form(client, data), 413, "image_too_large")
    assert "30,000 x 30,000" in said


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (b"{", 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b"[" * 50_000, 400, "bad_request"),
        (b"[]", 422, "invalid_input"),
        (b"{}", 422, "invalid_input"),
        (b'{"strokes": "abc"}', 422, "invalid_input"),
        (b'{"strokes": [1]}', 422, "invalid_input"),
        (b'{"strokes": [{"x": [1]}]}', 422, "invalid_input"),
        (b'{"strokes": [{"x": [1], "y": [1, 2]}]}', 422, "invalid_input"),
        (b'{"strokes": [{"x": [NaN], "y": [1]}]}', 422, "invalid_input"),
        (b'{"strokes": [{"x": [1e999], "y": [1]}]}', 422, "invalid_input"),
        (b'{"strokes": [{"x": [1e300], "y": [1]}]}', 422, "invalid_input"),
        (b'{"strokes": [{"x": [' + b"9" * 400 + b'], "y": [1]}]}', 422, "invalid_input"),
    ],
)
def test_what_is_no_strokes(client: httpx.Client, text: bytes, status: int, code: str):
    answer = client.post(PREDICT, content=text, headers={"content-type": "application/json"})
    refused(answer, status, code)


def test_too_many_points(client: httpx.Client):
    line = [0] * (MAX_POINTS + 1)
    said = refused(client.post(PREDICT, json={"strokes": [[line, line]]}), 413, "image_too_large")
    assert "20,000" in said


def test_json_over_its_limit(client: httpx.Client):
    text = json.dumps({"strokes": [], "more": "x" * MAX_INK_BYTES})
    refused(client.post(PREDICT, content=text, headers={"content-type": "application/json"}), 413, "too_large")


def test_another_type_of_body(client: httpx.Client, seven: bytes):
    for headers in ({"content-type": "image/png"}, {}):
        said = refused(client.post(PREDICT, content=seven, headers=headers), 415, "unsupported_media_type")
        assert "multipart" in said or "form" in said


def test_a_form_without_the_picture(client: httpx.Client, seven: bytes):
    assert '"image"' in refused(form(client, seven, name="picture"), 422, "invalid_input")
    refused(client.post(PREDICT, data={"image": "text"}, files={"other": b"x"}), 422, "invalid_input")


def test_a_broken_form(client: httpx.Client):
    for kind in ("multipart/form-data", "multipart/form-data; boundary=b"):
        answer = client.post(PREDICT, content=b"no boundary anywhere", headers={"content-type": kind})
        refused(answer, 400, "bad_request")


def test_two_pictures_in_one_form(client: httpx.Client, seven: bytes):
    answer = client.post(PREDICT, files=[("image", ("a", seven)), ("image", ("b", seven))])
    refused(answer, 400, "bad_request")


@pytest.mark.parametrize("budget", ["0", "-1", "1.5", "nan", "much"])
def test_a_budget_out_of_range(client: httpx.Client, seven: bytes, budget: str):
    assert "error_budget" in refused(form(client, seven, error_budget=budget), 422, "invalid_input")


def test_unknown_models_and_paths_are_not_opened(client: httpx.Client, seven: bytes, tmp_path: Path):
    assert "'digit'" in refused(form(client, seven, model="digitt"), 404, "unknown_name")
    copy = tmp_path / "mine.onnx"
    copy.write_bytes((WEIGHTS / "digit.onnx").read_bytes())
    for name in (str(copy), str(WEIGHTS / "digit.onnx"), "../weights/digit", "gate", "http://localhost/x.onnx", ""):
        refused(form(client, seven, model=name), 404, "unknown_name")
    refused(form(client, seven, model="x" * 101), 422, "invalid_input")


def test_unknown_addresses_and_methods(client: httpx.Client):
    for address in ("/nowhere", "/v1/nothing", "/page/none.js", "/page/../app.py", "/page/%2e%2e/app.py"):
        refused(client.get(address), 404, "not_found")
    answer = client.get(PREDICT)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


def test_an_accident_inside_says_nothing_of_the_inside(seven: bytes, caplog: pytest.LogCaptureFixture):
    broken = threading.Event()

    class Broken(NullClassifier):
        def predict_proba(self, batch: Floats) -> Floats:
            if broken.is_set():
                raise RuntimeError("secret detail")
            return super().predict_proba(batch)

    app = create_app(Recognizer(Broken()))
    with serving(app) as client:
        assert app.state.warm.wait(60)
        broken.set()
        said = refused(form(client, seven), 500, "internal_error")
        assert "secret" not in said
        assert "secret detail" in caplog.text
        assert client.get("/v2/health/ready").json() == {"ready": True}  # its place is free again


def test_a_body_over_the_limit(seven: bytes, noise: bytes):
    settings = load_settings(max_bytes=100_000)
    with serving(create_app(Recognizer(settings=settings))) as client:
        assert form(client, seven).status_code == 200
        assert "164,000" in refused(form(client, noise), 413, "too_large")
        # Between the limit of the file and that of the whole form the recogniser itself refuses.
        refused(form(client, noise[:120_000]), 413, "image_too_large")
        head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        undeclared = client.post(
            PREDICT,
            content=iter([head, *[noise[:50_000]] * 8]),
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
        assert "content-length" not in undeclared.request.headers
        refused(undeclared, 413, "too_large")
        assert form(client, seven).status_code == 200


def test_a_sender_who_asks_first_is_refused_before_sending():
    settings = load_settings(max_bytes=100_000)
    with serving(create_app(Recognizer(settings=settings))) as client:
        address = (client.base_url.host, client.base_url.port)
        with socket.create_connection(address, timeout=60) as line:
            line.sendall(
                b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\nExpect: 100-continue\r\n\r\n"
            )
            assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_more_requests_than_places(recognizer: Recognizer, noise: bytes):
    with serving(create_app(recognizer, Desk(places=0))) as client:
        answer = form(client, noise)
        refused(answer, 429, "busy")
        assert int(answer.headers["retry-after"]) >= 1
        refused(client.get("/v2/health/ready"), 503, "not_ready")
        assert client.get("/v2/health/live").status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000", "a.localhost"]
)
def test_loopback_names_are_answered(client: httpx.Client, host: str):
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.168.1.2:8000", "", "[::2]", "127.0.0.1.x"]
)
def test_other_names_are_refused_on_loopback(client: httpx.Client, host: str):
    for answer in (client.get("/", headers={"host": host}), client.post(PREDICT, headers={"host": host})):
        refused(answer, 400, "unknown_host")


def test_other_names_are_answered_where_the_server_is_public(seven: bytes):
    recognizer = Recognizer(settings=load_settings(host="0.0.0.0"))
    with serving(create_app(recognizer)) as client:
        answer = client.post(PREDICT, files={"image": seven}, headers={"host": "digits.example"})
        assert answer.json()["digit"] == 7


def test_a_body_that_does_not_come(recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guards, "RECEIVE_SECONDS", 0.01)
    monkeypatch.setattr(guards, "LINGER_SECONDS", 0.01)
    app = create_app(recognizer)
    with serving(app) as client:
        assert app.state.warm.wait(60)
        address = (client.base_url.host, client.base_url.port)
        with socket.create_connection(address, timeout=60) as line:
            line.sendall(
                b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n"
                b"Content-Type: application/json\r\n\r\n{"
            )
            assert line.recv(100).startswith(b"HTTP/1.1 400 ")
        assert client.get("/v2/health/ready").json() == {"ready": True}
