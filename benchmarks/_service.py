"""Servers that are measured from outside: started, asked by a loop of clients in a process of its own, and ended."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _claim import ROOT, TENFOLD, stop
from PIL import Image

DRAWING = ROOT / "examples" / "digits" / "seven-crossed.png"
SIDE = 280


def drawing(folder: Path) -> Path:
    """The picture that is sent: a PNG of 280x280."""
    picture = folder / "digit.png"
    Image.open(DRAWING).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(picture)
    return picture


def tenfold_serve(port: int, folder: Path) -> list[str]:
    """The command of the service, with a database of its own."""
    folder.mkdir(exist_ok=True)
    return [TENFOLD, "serve", "--port", str(port), "--database", f"sqlite:///{folder}/kept.db"]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: list[str], port: int, picture: Path, ready: int = 0, **environment: str) -> Iterator[int]:
    """A server that answers; gives the number of its process.

    Args:
        command: Starts it.
        port: Where it listens.
        picture: What its first requests send.
        ready: How many lines it says before it answers: one for each of its processes, as the plain one does.
        environment: What it has in its environment besides this one's, from which no setting of Tenfold is taken.
    """
    output = subprocess.PIPE if ready else subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=output, env=surroundings(environment))
    try:
        # The socket is there before the processes behind it, and one that is late would be missing from the figures.
        for _ in range(ready):
            assert process.stdout is not None
            process.stdout.readline()
        for _ in range(600):
            if process.poll() is not None:
                stop(f"{' '.join(command)} ended; run it by hand to see why.")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        load(port, picture, 8, 4)  # the first requests take longer than all others
        yield process.pid
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def surroundings(more: dict[str, str]) -> dict[str, str]:
    """The environment of a server: what is measured are the defaults, whatever is set here."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")} | more


def load(port: int, picture: Path, clients: int, seconds: float, requests: int | None = None) -> dict[str, Any]:
    """What a closed loop of clients found."""
    command = [sys.executable, str(Path(__file__).with_name("_load_client.py")), "127.0.0.1", str(port), "/v1/predict"]
    command += [str(picture), str(clients), str(seconds), *([str(requests)] if requests else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "rate": found["statuses"].get("200", 0) / found["seconds"]}


def resident(pid: int) -> float:
    """Memory a process has in use, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
