"""What a server bounds, whoever asks it: its threads, the memory for what is on its way, comparisons beside digits."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.null_classifier import NullClassifier
from tests.server.conftest import PREDICT, form, refused, serving

from tenfold.config import load_settings
from tenfold.recognizer import Recognizer
from tenfold.server import guards
from tenfold.server.app import COMPARED, create_app
from tenfold.server.compare import Cabinet
from tenfold.server.desk import Desk
from tenfold.store.store import Store
from tenfold.store.values import Correction
from tenfold.types import Floats

Until = Callable[[Callable[[], bool]], None]


class Slow(NullClassifier):
    """Waits when it is told to, and counts how many wait."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.waiting, self.most = threading.Event(), 0, 0
        self.go.set()
        self._lock = threading.Lock()

    def predict_proba(self, batch: Floats) -> Floats:
        if not self.go.is_set():
            with self._lock:
                self.waiting += 1
                self.most = max(self.most, self.waiting)
            self.go.wait(20)
            with self._lock:
                self.waiting -= 1
        return super().predict_proba(batch)


@pytest.mark.parametrize("path", ["/v1/explain", PREDICT])
def test_work_that_nobody_waits_for_any_more_has_its_thread(path: str, seven: bytes, until: Until) -> None:
    slow = Slow()
    app = create_app(Recognizer(slow, settings=load_settings(database="none")), Desk(seconds=0.3, workers=1))
    with serving(app) as client:
        assert app.state.warm.wait(60)
        slow.go.clear()
        try:
            for _ in range(3):
                refused(client.post(path, files={"image": seven}), 503, "too_slow")
            assert slow.most == 1
        finally:
            slow.go.set()
        until(lambda: form(client, seven).status_code == 200)
        assert slow.most == 1


def test_a_database_that_hangs_has_so_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenfold.server.app.AT_ONCE", 1)
    go, asked = threading.Event(), list[str]()

    def hang(self: object, client: str, model: str) -> str:
        asked.append(client)
        go.wait(20)
        return "handle"

    monkeypatch.setattr("tenfold.store.profiles.Profiles.create", hang)
    settings = load_settings(database=f"sqlite:///{tmp_path / 'kept.db'}", request_seconds=0.3)
    with serving(create_app(Recognizer(settings=settings))) as client:
        try:
            for _ in range(3):
                refused(client.post("/v1/profiles"), 503, "too_slow")
            assert len(asked) == 1
        finally:
            go.set()


def test_a_correction_waits_no_longer_for_a_database_that_hangs(
    tmp_path: Path, seven: bytes, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, correct = threading.Event(), Store.correct

    def hang(self: Store, *said: str) -> Correction:
        go.wait(20)
        return correct(self, *said)

    monkeypatch.setattr(Store, "correct", hang)
    settings = load_settings(database=f"sqlite:///{tmp_path / 'kept.db'}", request_seconds=1)
    with serving(create_app(Recognizer(settings=settings))) as client:
        until(lambda: form(client, seven).status_code == 200)
        said = {"id": form(client, seven).json()["id"], "digit": 1}
        try:
            assert "kept once" in refused(client.post("/v1/feedback", json=said), 503, "too_slow")
            until(lambda: form(client, seven).status_code == 200)
        finally:
            go.set()
        until(lambda: client.post("/v1/feedback", json=said).status_code == 200)
        assert client.get("/v1/feedback").json()["counts"]["waiting"] == 1


@contextmanager
def sending(
    client: httpx.Client, first: bytes, size: int = 90_000, path: str = PREDICT, whose: str = "127.0.0.1"
) -> Iterator[socket.socket]:
    """A sender of a form that says how much it will send, and stops after the first bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\nX-Forwarded-For: {whose}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    ).encode()
    part = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=60) as line:
        line.sendall(head + part + first)
        yield line


def arrivals(app: Any) -> guards.Arrivals:
    """The memory for bodies of an application."""
    found: guards.Arrivals = app.state.arrivals
    return found


def test_who_sends_slowly_keeps_nobody_out(seven: bytes, until: Until, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Recognizer(settings=load_settings(database="none", places=2)))
    with serving(app) as client:
        assert app.state.warm.wait(60)
        assert form(client, seven).json()["digit"] == 7
        with sending(client, b"x") as one, sending(client, b"x"), sending(client, b"x"), sending(client, b""):
            until(lambda: len(arrivals(app)._held) == 4)
            assert form(client, seven).json()["digit"] == 7
            one.sendall(b"y")
            assert client.get("/v2/health/ready").json() == {"ready": True}
        until(lambda: not arrivals(app)._held)
    assert not caplog.text  # who leaves while sending is no accident


def test_what_is_on_its_way_has_so_much_memory(
    seven: bytes, noise: bytes, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "IN_MEMORY", 100_000)
    monkeypatch.setattr(guards, "LINGER_SECONDS", 0.5)
    # Room for 164 kB, as much as one body may have.
    app = create_app(Recognizer(settings=load_settings(database="none", places=1, max_bytes=100_000)))
    large = noise[:80_000]
    with serving(app) as client:
        assert form(client, seven).json()["digit"] == 7
        with sending(client, large) as first, sending(client, large[:60_000]) as second:
            until(lambda: arrivals(app)._left < 164_000 - 140_000)
            refused(form(client, large), 429, "busy")
            assert form(client, seven).json()["digit"] == 7  # there is room for a small one
            monkeypatch.setattr(guards, "GRACE", 0.0)
            refused(form(client, large), 422, "damaged_image")
            assert second.recv(100).startswith(b"HTTP/1.1 429 ")
            first.sendall(b"x" * 100)
            assert len(arrivals(app)._held) == 1
        until(lambda: not arrivals(app)._held)


def test_it_is_not_ready_without_memory_for_what_is_on_its_way(
    noise: bytes, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "IN_MEMORY", 100_000)
    monkeypatch.setattr(guards, "GRACE", 60.0)
    app = create_app(Recognizer(settings=load_settings(database="none", places=1, max_bytes=100_000)))
    with serving(app) as client:
        assert app.state.warm.wait(60)
        with sending(client, noise[:80_000]), sending(client, noise[:80_000]):
            until(lambda: arrivals(app)._left < 164_000 - 160_000)
            assert "memory" in refused(client.get("/v2/health/ready"), 503, "not_ready")
            monkeypatch.setattr(guards, "GRACE", 0.0)  # now those would give way
            assert client.get("/v2/health/ready").json() == {"ready": True}
        until(lambda: not arrivals(app)._held)


def test_one_client_has_half_of_the_memory_at_most(noise: bytes, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "IN_MEMORY", 100_000)
    monkeypatch.setattr(guards, "GRACE", 60.0)
    # Half of 164 kB are 82.
    settings = load_settings(database="none", places=1, max_bytes=100_000, proxy="127.0.0.1")
    app = create_app(Recognizer(settings=settings))

    def send(size: int, whose: str) -> httpx.Response:
        picture = {"image": noise[:size]}
        return client.post(PREDICT, files=picture, headers={"x-forwarded-for": whose})

    with serving(app) as client:
        with sending(client, noise[:50_000], whose="192.0.2.1"):
            until(lambda: arrivals(app)._left < 164_000 - 50_000)
            assert "one client" in refused(send(50_000, "192.0.2.1"), 429, "busy")
            refused(send(50_000, "192.0.2.2"), 422, "damaged_image")
        until(lambda: not arrivals(app)._held)
        refused(send(95_000, "192.0.2.1"), 422, "damaged_image")  # but as much as one picture takes
    assert not arrivals(app)._of


def test_a_body_that_is_held_whole_counts_whole(
    seven: bytes, noise: bytes, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it says it is: the inference protocol has no forms."""
    monkeypatch.setattr(guards, "IN_MEMORY", 1000)
    app = create_app(Recognizer(settings=load_settings(database="none")))
    with serving(app) as client:
        assert form(client, seven).json()["digit"] == 7
        before = arrivals(app)._left
        with sending(client, noise[:60_000], path="/v2/models/digit/infer"):
            until(lambda: before - arrivals(app)._left >= 60_000)
        with sending(client, noise[:60_000]):
            until(lambda: len(arrivals(app)._held) == 1 and before - arrivals(app)._left == guards.LEAST)
        until(lambda: not arrivals(app)._held)


def test_a_body_in_pieces_that_grows_too_large_is_told_so_everywhere(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/v1/feedback", content=iter([b" " * 40_000] * 2), headers=headers)
    refused(answer, 413, "too_large")


def test_comparisons_hold_up_no_predictions(
    recognizer: Recognizer, seven: bytes, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, at_work, ask = threading.Event(), list[int](), Cabinet.ask

    def wait(self: Cabinet, *given: Any) -> Any:
        at_work.append(1)
        go.wait(20)
        return ask(self, *given)

    monkeypatch.setattr(Cabinet, "ask", wait)
    app = create_app(recognizer, Desk(workers=1))
    with serving(app) as client, ThreadPoolExecutor(COMPARED + 1) as pool:

        def compare(_: int) -> int:
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as own:
                return own.post("/v1/compare", params={"models": "tiny"}, files={"image": seven}).status_code

        comparisons = [pool.submit(compare, number) for number in range(COMPARED + 1)]
        try:
            until(lambda: app.state.comparing.taken == COMPARED and any(one.done() for one in comparisons))
            assert form(client, seven).json()["digit"] == 7
            assert len(at_work) == 1
            assert f"tenfold_places_taken {COMPARED:.1f}" in client.get("/metrics").text
        finally:
            go.set()
        assert sorted(one.result() for one in comparisons) == [200] * COMPARED + [429]
