"""Claim: the service has no more memory in use after 200,000 requests than after the first 10,000.

Eight clients in a second process on loopback send a PNG of 280x280 to `/v1/predict`, one after the other each; answers
are written down as they are by default. What is compared is the resident memory of the server's one process.

    python benchmarks/soak.py [--requests 200000]
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from _claim import Figure, arguments, report
from _service import drawing, free_port, load, resident, served, tenfold_serve

CLAIM = "The service does not grow: its memory after 200,000 requests is that after 10,000."
CLIENTS = 8
SETTLED, GROWTH = 10_000, 1.05


def soaked(port: int, picture: Path, pid: int, requests: int) -> Figure:
    """Memory after very many requests."""
    early = min(SETTLED, requests // 4)
    load(port, picture, CLIENTS, 3600, early)
    first = resident(pid)
    found = load(port, picture, CLIENTS, 7200, requests - early)
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
    given = arguments(CLAIM, requests=200_000)
    with tempfile.TemporaryDirectory() as folder:
        picture, port = drawing(Path(folder)), free_port()
        with served(tenfold_serve(port, Path(folder)), port, picture) as pid:
            figure = soaked(port, picture, pid, 2_000 if given.quick else given.requests)
    report("soak", CLAIM, [figure], quick=given.quick)


if __name__ == "__main__":
    main()
