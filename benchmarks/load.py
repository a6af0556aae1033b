"""Claim: the service answers many times as many as a plain handler and refuses what is too much.

A closed loop of clients in a second process on loopback sends a PNG of 280x280 to `/v1/predict`; answers are written
down as they are by default. The plain way is a FastAPI handler around the report's network in Keras, in the same run.
What is asked for is 20 times that handler as anybody would start it, in one process, by ours as a service is run, in a
process for every processor. Like stands beside like, too: ours in one process, and the plain one in as many as ours.

All four servers run all the time and are asked in turns, so that a machine that gets slower does so for each of them;
the figures are the medians of the rounds.

    python benchmarks/load.py [--rounds 3] [--seconds 8] [--overload 60]
"""

from __future__ import annotations

import contextlib
import os
import statistics
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


def middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """One finding of several: the medians, and how many were answered in all."""
    medians = {name: statistics.median(found[name] for found in rounds) for name in ("rate", "p50", "p95", "p99")}
    return {**medians, "answered": sum(found["answered"] for found in rounds)}


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, rounds=3, seconds=8, overload=60)
    rounds, seconds, overload = (1, 2, 3) if given.quick else (given.rounds, given.seconds, given.overload)
    many = sorted({1, PROCESSES})
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as running:
        folder = Path(name)
        network = str(folder / "report.keras")
        save = f"from tenfold.catalogue.report import build; build().save({network!r})"
        subprocess.run([sys.executable, "-c", save], check=True, stderr=subprocess.DEVNULL)
        picture = drawing(folder)
        plain, ours, pids = {}, {}, {}
        for processes in many:
            port = plain[processes] = free_port()
            told = {"NETWORK": network, "TF_CPP_MIN_LOG_LEVEL": "3"}
            running.enter_context(served(plainly_served(port, processes), port, picture, processes, **told))
            port = ours[processes] = free_port()
            command = [*tenfold_serve(port, folder / str(processes)), "--workers", str(processes)]
            pids[processes] = running.enter_context(served(command, port, picture))
        found: dict[int, dict[int, list[Any]]] = {
            port: {clients: [] for clients in CLIENTS} for port in (*plain.values(), *ours.values())
        }
        # In turns, as a machine that others use too is now quicker and now slower.
        for _ in range(rounds):
            for clients in CLIENTS:
                for port in found:
                    found[port][clients].append(load(port, picture, clients, seconds))
        medians = {port: {clients: middle(found[port][clients]) for clients in CLIENTS} for port in found}
        figures = []
        for processes in many:
            for others in sorted({1, processes}):
                figures += beside(medians[ours[processes]], processes, medians[plain[others]], others)
            figures.append(tail(medians[ours[processes]], processes))
        figures += overloaded(ours[1], picture, pids[1], overload, medians[ours[1]][8])
    report("load", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()
