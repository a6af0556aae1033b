"""Claim: the service answers many times as many as a plain handler and refuses what is too much.

A closed loop of clients in a second process on loopback sends a PNG of 280x280 to `/v1/predict`; answers are written
down as they are by default. The plain way is a FastAPI handler around the report's network in Keras, in the same run.
What is asked for is 20 times that handler as anybody would start it, in one process, by ours as a service is run, in a
process for every processor. Like stands beside like, too: ours in one process, and the plain one in as many as ours.

    python benchmarks/load.py [--seconds 10] [--overload 60]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from _claim import Figure, arguments, report
from _service import drawing, free_port, load, resident, served, tenfold_serve

CLAIM = "The service answers 20 times as many as a plain handler and refuses what is too much."
PROCESSES = len(os.sched_getaffinity(0))
CLIENTS = (1, 8, 64)
TIMES, TAIL = 20.0, 10.0


def plainly_served(port: int, processes: int) -> list[str]:
    """The command of the plain handler; it finds the network's file in its environment, as NETWORK."""
    folder = str(Path(__file__).parent)
    command = [sys.executable, "-m", "uvicorn", "_keras_server:app", "--app-dir", folder, "--port", str(port)]
    command += ["--log-level", "error", "--no-access-log", "--workers", str(processes)]
    # A process that is busy with loading Keras is not to be taken for a dead one.
    return [*command, "--timeout-worker-healthcheck", "60"]


def counted(processes: int) -> str:
    """So many processes, in words."""
    return "one process" if processes == 1 else f"{processes} processes"


def beside(ours: dict[int, Any], processes: int, plain: dict[int, Any], plain_processes: int) -> list[Figure]:
    """Requests a second and times by number of clients, beside the plain handler in so many processes.

    Args:
        ours: What `load` found, by number of clients.
        processes: How many processes ours had.
        plain: The same of the plain handler.
        plain_processes: How many that had.
    """
    how = counted(processes)
    figures = []
    for clients, found in ours.items():
        ratio = found["rate"] / plain[clients]["rate"]
        judged = clients == 8 and processes == PROCESSES and plain_processes == 1
        asked = f"at least {TIMES:g} times the plain handler in one process" if judged else ""
        times = {name: 1000 * found[name] for name in ("p50", "p95", "p99")}
        figures.append(
            Figure(
                what=f"Requests a second, {how}, {clients} client{'s' if clients > 1 else ''}",
                value=found["rate"],
                unit="",
                n=found["answered"],
                baseline=plain[clients]["rate"],
                baseline_what=f"FastAPI and Keras' predict, {counted(plain_processes)}",
                ratio=ratio,
                asked=asked,
                met=not asked or ratio >= TIMES,
                more={
                    **{f"{name} ms": value for name, value in times.items()},
                    "plain p50 ms": 1000 * plain[clients]["p50"],
                },
            )
        )
    return figures


def tail(ours: dict[int, Any], processes: int) -> Figure:
    """How long the slowest wait where there are most clients."""
    most = ours[CLIENTS[-1]]
    return Figure(
        what=f"99th of 100 answers, {counted(processes)}, {CLIENTS[-1]} clients",
        value=1000 * most["p99"],
        unit="ms",
        n=most["answered"],
        baseline=1000 * most["p50"],
        baseline_what="the 50th",
        ratio=most["p99"] / most["p50"],
        asked=f"at most {TAIL:g} times",
        met=most["p99"] <= TAIL * most["p50"],
    )


def overloaded(port: int, picture: Path, pid: int, seconds: float, calm: dict[str, Any]) -> list[Figure]:
    """Three times as many at once as there are places."""
    before = resident(pid)
    found = load(port, picture, 192, seconds)
    after, then = resident(pid), load(port, picture, 8, 5)
    return [
        refused(found, {"answered a second": found["rate"], "memory before MB": before, "memory after MB": after}),
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


def refused(found: dict[str, Any], more: dict[str, float]) -> Figure:
    """Whether what was too much was refused, and in no other way than it should be."""
    statuses = found["statuses"]
    others = sum(count for status, count in statuses.items() if status not in ("200", "429"))
    return Figure(
        what="192 clients at 64 places: answers that are neither a digit nor a 429",
        value=others,
        unit="",
        n=sum(statuses.values()),
        baseline=statuses.get("429", 0),
        baseline_what="refused with 429",
        asked="none, and some refused with 429",
        # A server that refuses nothing has not been asked too much, and shows nothing.
        met=others == 0 and statuses.get("429", 0) > 0,
        more=more,
    )


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, seconds=10, overload=60)
    seconds, overload = (2, 3) if given.quick else (given.seconds, given.overload)
    with tempfile.TemporaryDirectory() as folder:
        network = str(Path(folder) / "report.keras")
        save = f"from tenfold.catalogue.report import build; build().save({network!r})"
        subprocess.run([sys.executable, "-c", save], check=True, stderr=subprocess.DEVNULL)
        picture = drawing(Path(folder))
        many = sorted({1, PROCESSES})
        plain = {}
        for processes in many:
            port = free_port()
            command = plainly_served(port, processes)
            with served(command, port, picture, processes, NETWORK=network, TF_CPP_MIN_LOG_LEVEL="3"):
                plain[processes] = {clients: load(port, picture, clients, seconds) for clients in CLIENTS}
        port = free_port()
        server = tenfold_serve(port, Path(folder))
        figures = []
        for processes in many:
            with served([*server, "--workers", str(processes)], port, picture) as pid:
                ours = {clients: load(port, picture, clients, seconds) for clients in CLIENTS}
                for others in sorted({1, processes}):
                    figures += beside(ours, processes, plain[others], others)
                figures.append(tail(ours, processes))
                if processes == 1:
                    figures += overloaded(port, picture, pid, overload, ours[8])
    report("load", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
