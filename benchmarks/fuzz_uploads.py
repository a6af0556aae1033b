"""Claim: no upload, however broken, gets anything but its proper answer from the service.

The mutated pictures and PDFs of `fuzz_read.py` are sent to `/v1/predict` and `/v1/read` of a server of its own, some in
forms that are themselves broken: other field names, several files, names of paths, boundaries missing, lengths that are
not so. Anything but a digit or number (200) or a refusal that is described (400, 413, 415, 422) is a failure, and so is
a server that is not ready in the end.

    python benchmarks/fuzz_uploads.py [--cases 10000] [--seed 1]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

import cv2
import httpx
import numpy as np
from _claim import Figure, arguments, report
from _service import DRAWING, free_port, resident, served, tenfold_serve
from fuzz_read import case, seeds

CLAIM = "No upload, however broken, gets anything but its proper answer from the service."
PROPER = {200, 400, 413, 415, 422}
NAMES = ("a.png", "../../../../etc/passwd", "a\x00b.png", "ü" * 300, "x" * 10_000, "", "C:\\con.png", "%2e%2e%2fa")


def body(data: bytes, rng: np.random.Generator) -> tuple[bytes, dict[str, str]]:
    """A form with the file, one time in three a broken one."""
    name = NAMES[rng.integers(len(NAMES))] if rng.random() < 0.2 else "a.png"
    field = "image" if rng.random() < 0.95 else ("picture", "", "image[]")[rng.integers(3)]
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
    whole, headers = head + data + b"\r\n--x--\r\n", {"content-type": "multipart/form-data; boundary=x"}
    way = rng.random()
    if way < 0.05:
        headers["content-type"] = ("text/plain", "multipart/form-data", "application/json", "")[rng.integers(4)]
    elif way < 0.1:
        whole = whole[: rng.integers(len(whole))]
    elif way < 0.15:
        whole = head + data + b"\r\n" + whole
    elif way < 0.2:
        whole = bytes(rng.integers(0, 256, int(rng.integers(1, 2000)), np.uint8))
    elif way < 0.25:
        extra = (
            b'--x\r\nContent-Disposition: form-data; name="more"\r\n\r\n' + b"y" * int(rng.integers(20_000)) + b"\r\n"
        )
        whole = extra + whole
    return whole, headers


def main() -> None:
    """Send them all and report."""
    given = arguments(CLAIM, cases=10_000, seed=1)
    cases = 200 if given.quick else given.cases
    sources, statuses, wrong = seeds(), Counter(), []
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(tenfold_serve(port, Path(folder)), port, DRAWING) as pid,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        before = resident(pid)
        for number in range(cases):
            rng = np.random.default_rng([given.seed, number, 7])
            made = case(number, given.seed, sources)
            data = made if isinstance(made, bytes) else cv2.imencode(".png", made)[1].tobytes()
            content, headers = body(data, rng)
            path = ("/v1/predict", "/v1/read")[number % 2]
            try:
                answer = client.post(path, content=content, headers=headers)
            except httpx.TransportError as error:
                wrong.append(f"case {number}: {error!r}")
                continue
            statuses[answer.status_code] += 1
            if answer.status_code not in PROPER:
                wrong.append(f"case {number}: {answer.status_code} {answer.text[:200]}")
            if number % 500 == 499 and sys.stderr.isatty():
                print(f"\r{number + 1:,} of {cases:,}", end="", file=sys.stderr, flush=True)
        ready = client.get("/v2/health/ready").status_code == 200
        after = resident(pid)
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    figure = Figure(
        what="Broken uploads that got anything but their proper answer",
        value=len(wrong) + (not ready),
        unit="",
        n=cases,
        baseline=statuses[200],
        baseline_what="answered with what was read",
        asked="none",
        met=not wrong and ready,
        more={**{f"status {status}": count for status, count in sorted(statuses.items())}, "memory before MB": before}
        | {"memory after MB": after},
    )
    report("fuzz_uploads", CLAIM, [figure], quick=given.quick)


if __name__ == "__main__":
    main()
