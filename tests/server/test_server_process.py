"""`tenfold serve` as a process: how it starts, how it refuses to, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.browser.chromium import serving


def tenfold(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tenfold", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **environment}
    )


def ask(address: str, picture: bytes) -> int:
    answer = httpx.post(f"{address}/v1/predict", files={"image": picture}, timeout=60, trust_env=False)
    return answer.json()["digit"]


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_on_loopback_and_ends_quietly(seven: bytes, workers: str, ending: signal.Signals):
    with serving("--workers", workers) as (address, process):
        assert address.startswith("http://127.0.0.1:")
        assert ask(address, seven) == 7
        process.send_signal(ending)
        out, err = process.communicate(timeout=60)
    assert (out, err) == ("", "")
    assert process.returncode in (0, -ending if ending == signal.SIGTERM else 0)
    with pytest.raises(httpx.ConnectError):
        ask(address, seven)  # no worker stays behind either


def test_a_worker_that_dies_is_replaced(seven: bytes):
    with serving("--workers", "2") as (address, process):
        assert ask(address, seven) == 7
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            pytest.skip("this system does not list a process's children")
        workers = [pid for pid in children.read_text().split() if b"spawn_main" in command_of(pid)]
        assert len(workers) == 2
        for pid in workers:
            os.kill(int(pid), signal.SIGKILL)
        assert ask(address, seven) == 7


def test_no_worker_outlives_the_process_that_looks_after_it(seven: bytes):
    with serving("--workers", "2") as (address, process):
        assert ask(address, seven) == 7
        process.kill()
        process.communicate(timeout=60)  # ends when the workers have: they write to the same place
    with pytest.raises(httpx.ConnectError):
        ask(address, seven)


def command_of(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_port_in_use_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = tenfold("serve", "--port", port)
    assert done.returncode == 1
    assert f"127.0.0.1, port {port}" in done.stderr
    assert "--port 0" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--host", "no.such.host.invalid"], 1, "no.such.host.invalid"),
        (["--port", "70000"], 2, "port"),
        (["--workers", "0"], 2, "workers"),
        (["--model", "nosuch"], 2, "nosuch"),
    ],
)
def test_what_cannot_be_served_is_a_sentence(options: list[str], status: int, said: str):
    done = tenfold("serve", *options)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn", "python_multipart"])
def test_without_the_extra_it_says_how_to_bring_it(missing: str):
    code = (
        "import sys; sys.modules[sys.argv.pop(1)] = None\nfrom tenfold.cli import main; sys.argv[0] = 'tenfold'; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, missing, "serve"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 4, done.stderr
    assert 'pip install "tenfold[serve]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_from_the_environment_are_in_force(tmp_path: Path):
    done = tenfold("serve", TENFOLD_PORT="70000", XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "port" in done.stderr


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_it_serves_on_ipv6(seven: bytes):
    with serving("--host", "::1") as (address, _):
        assert address.startswith("http://[::1]:")
        assert ask(address, seven) == 7
