"""A closed loop of clients in a process of its own: each sends its next request when its last one is answered.

python benchmarks/_load_client.py HOST PORT PATH PICTURE CLIENTS SECONDS [REQUESTS] prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path


async def client(
    host: str, port: int, request: bytes, end: float, waits: list[float], seen: Counter, left: list
) -> None:
    """Send the request over and over on one connection, a new one if that breaks."""
    reader = writer = None
    while time.perf_counter() < end and left[0] > 0:
        left[0] -= 1
        start = time.perf_counter()
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection(host, port)
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split(None, 2)[1])
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):
            seen["broken"] += 1
            writer = None
            continue
        waits.append(time.perf_counter() - start)
        seen[str(status)] += 1
        if status == 429:
            # Who is told to wait does not ask again at once; a second would leave nothing to refuse.
            await asyncio.sleep(0.05)
    if writer is not None:
        writer.close()


async def main() -> None:
    """Run all of them."""
    host, port, path, picture, clients, seconds, *most = sys.argv[1:]
    body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    body += Path(picture).read_bytes() + b"\r\n--x--\r\n"
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    waits: list[float] = []
    seen: Counter[str] = Counter()
    left = [int(most[0]) if most else 10**12]
    start = time.perf_counter()
    end = start + float(seconds)
    await asyncio.gather(*(client(host, int(port), request, end, waits, seen, left) for _ in range(int(clients))))
    taken = time.perf_counter() - start
    waits.sort()
    at = {
        f"p{share}": waits[min(len(waits) - 1, len(waits) * share // 100)] if waits else 0.0 for share in (50, 95, 99)
    }
    print(json.dumps({"seconds": taken, "answered": len(waits), "statuses": seen, **at}))


if __name__ == "__main__":
    asyncio.run(main())
