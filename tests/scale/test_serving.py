"""The service on Ray Serve answers as `tenfold serve` does: digits, refusals, health, corrections."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.scale.ray_here import start_ray

from tenfold.errors import UsageError
from tenfold.scale.extra import need_serve
from tenfold.scale.serving import app

TOKEN = "0123456789abcdef"
SEVEN = Path(__file__).parents[2] / "examples" / "digits" / "seven-crossed.png"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One replica on this machine, with a token, a limit and a database of its own."""
    database = f"sqlite:///{tmp_path_factory.mktemp('serve') / 'kept.db'}"
    ray, serve, port = start_ray(), need_serve(), free_port()
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    try:
        serve.start(http_options={"host": "127.0.0.1", "port": port})
        serve.run(app({"token": TOKEN, "database": database, "max_bytes": "50000", "workers": "1"}))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, trust_env=False) as client:
            yield client
    finally:
        serve.shutdown()
        ray.shutdown()


def test_it_reads_a_digit_and_takes_a_correction(client: httpx.Client) -> None:
    answer = client.post("/v1/predict", files={"image": SEVEN.read_bytes()})
    assert (answer.status_code, answer.json()["digit"]) == (200, 7)
    corrected = client.post("/v1/feedback", json={"id": answer.json()["id"], "digit": 1})
    assert corrected.status_code in (200, 201), corrected.text


def test_it_is_ready_as_soon_as_it_runs(client: httpx.Client) -> None:
    assert client.get("/v2/health/ready").json() == {"ready": True}


def test_it_refuses_what_the_service_refuses(client: httpx.Client) -> None:
    unknown = client.post("/v1/predict", files={"image": SEVEN.read_bytes()}, headers={"Authorization": ""})
    assert unknown.status_code == 401
    large = client.post("/v1/predict", files={"image": bytes(50_001)})
    assert large.status_code == 413
    assert large.json()["error"]["code"]


def test_a_wrong_setting_is_told_before_anything_starts() -> None:
    with pytest.raises(UsageError, match="There is no setting 'place'"):
        app({"place": "200"})
