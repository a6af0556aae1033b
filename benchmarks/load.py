"""Claim: the service answers many times as many as a plain one, refuses what is too much, and does not grow.

A closed loop of clients in a second process on loopback sends a PNG of 280x280 to `/v1/predict`; answers are written
down as they are by default. The plain way is a FastAPI handler around the report's network in Keras, in the same run.
It is one process; ours is measured as one too, and with a process for every processor, as a service is run.

    python benchmarks/load.py [--seconds 10] [--soak 200000] [--overload 60]
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _claim import ROOT, Figure, arguments, report, stop
from PIL import Image

CLAIM = "The service answers 20 times as many as a plain one, refuses what is too much, and does not grow."
DRAWING = ROOT / "examples" / "digits" / "seven-crossed.png"
SIDE = 280
PROCESSES = len(os.sched_getaffinity(0))
CLIENTS = (1, 8, 64)
TIMES, TAIL, GROWTH = 20.0, 10.0, 1.05
SETTLED = 10_000


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: list[str], port: int, picture: Path, **environment: str) -> Iterator[int]:
    """A server that answers; gives the number of its process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **environment})
    try:
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


def ordinary(ours: dict[int, Any], plain: dict[int, Any], processes: int) -> list[Figure]:
    """Requests a second and times by number of clients."""
    how = "one process" if processes == 1 else f"{processes} processes"
    figures = []
    for clients, found in ours.items():
        ratio = found["rate"] / plain[clients]["rate"]
        asked = f"at least {TIMES:g} times" if clients == 8 and processes == PROCESSES else ""
        times = {name: 1000 * found[name] for name in ("p50", "p95", "p99")}
        figures.append(
            Figure(
                what=f"Requests a second, {how}, {clients} client{'s' if clients > 1 else ''}",
                value=found["rate"],
                unit="",
                n=found["answered"],
                baseline=plain[clients]["rate"],
                baseline_what="FastAPI and Keras' predict, one process",
                ratio=ratio,
                asked=asked,
                met=not asked or ratio >= TIMES,
                more={
                    **{f"{name} ms": value for name, value in times.items()},
                    "plain p50 ms": 1000 * plain[clients]["p50"],
                },
            )
        )
    most = ours[CLIENTS[-1]]
    figures.append(
        Figure(
            what=f"99th of 100 answers, {how}, {CLIENTS[-1]} clients",
            value=1000 * most["p99"],
            unit="ms",
            n=most["answered"],
            baseline=1000 * most["p50"],
            baseline_what="the 50th",
            ratio=most["p99"] / most["p50"],
            asked=f"at most {TAIL:g} times",
            met=most["p99"] <= TAIL * most["p50"],
        )
    )
    return figures


def overloaded(port: int, picture: Path, pid: int, seconds: float, calm: dict[str, Any]) -> list[Figure]:
    """Three times as many at once as there are places."""
    before = resident(pid)
    found = load(port, picture, 192, seconds)
    after, then = resident(pid), load(port, picture, 8, 5)
    others = sum(count for status, count in found["statuses"].items() if status not in ("200", "429"))
    return [
        Figure(
            what="192 clients at 64 places: answers that are neither a digit nor a 429",
            value=others,
            unit="",
            n=sum(found["statuses"].values()),
            baseline=found["statuses"].get("429", 0),
            baseline_what="refused with 429",
            asked="none",
            met=others == 0,
            more={"answered a second": found["rate"], "memory before MB": before, "memory after MB": after},
        ),
        Figure(
            what="Half of the answers to 8 clients, right after that",
            value=1000 * then["p50"],
            unit="ms",
            n=then["answered"],
            baseline=1000 * calm["p50"],
            baseline_what="before it",
            ratio=calm["p50"] / then["p50"],
            asked="as before, within a half",
            met=then["p50"] <= 1.5 * calm["p50"] and set(then["statuses"]) == {"200"},
        ),
    ]


def soaked(port: int, picture: Path, pid: int, requests: int) -> Figure:
    """Memory after very many requests."""
    early = min(SETTLED, requests // 4)
    load(port, picture, 8, 3600, early)
    first = resident(pid)
    found = load(port, picture, 8, 7200, requests - early)
    last = resident(pid)
    return Figure(
        what=f"Memory after {requests:,} requests",
        value=last,
        unit="MB",
        n=requests,
        baseline=first,
        baseline_what=f"after {early:,}",
        ratio=first / last,
        asked="within 5 %",
        met=last <= GROWTH * first and set(found["statuses"]) == {"200"},
    )


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, seconds=10, soak=200_000, overload=60)
    seconds, soak, overload = (2, 2000, 3) if given.quick else (given.seconds, given.soak, given.overload)
    tenfold = str(Path(sysconfig.get_path("scripts")) / "tenfold")
    with tempfile.TemporaryDirectory() as folder:
        network = str(Path(folder) / "report.keras")
        save = f"from tenfold.catalogue.report import build; build().save({network!r})"
        subprocess.run([sys.executable, "-c", save], check=True, stderr=subprocess.DEVNULL)
        picture = Path(folder) / "digit.png"
        Image.open(DRAWING).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(picture)
        port = free_port()
        plain_server = [sys.executable, str(Path(__file__).with_name("_keras_server.py")), network, str(port)]
        with served(plain_server, port, picture, TF_CPP_MIN_LOG_LEVEL="3"):
            plain = {clients: load(port, picture, clients, seconds) for clients in CLIENTS}
        port = free_port()
        server = [tenfold, "serve", "--port", str(port), "--database", f"sqlite:///{folder}/kept.db"]
        figures = []
        for processes in sorted({1, PROCESSES}):
            with served([*server, "--workers", str(processes)], port, picture) as pid:
                ours = {clients: load(port, picture, clients, seconds) for clients in CLIENTS}
                figures += ordinary(ours, plain, processes)
                if processes == 1:
                    figures += overloaded(port, picture, pid, overload, ours[8])
        with served(server, port, picture) as pid:
            figures.append(soaked(port, picture, pid, soak))
    report("load", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
