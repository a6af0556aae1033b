"""Each request has an id, is counted, and may leave a line in the log: no picture and no token in any of them."""

from __future__ import annotations

import json
import re
import sys
import time
import uuid
from datetime import UTC, datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.server.metrics import Metrics

HEADER = "x-request-id"
# A client may invent any: each of these is a series of its own.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Watch:
    """Stands outermost: sees every request and its answer.

    Args:
        app: The application inside.
        metrics: Counts them.
        log: Whether to write a line of JSON for each to standard error.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, log: bool) -> None:
        self.app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        came, began = datetime.now(UTC), time.perf_counter()
        asked = Headers(scope=scope).get(HEADER, "")
        # One that was given along the way stays, so that it can be followed from machine to machine.
        name = asked if _PLAIN.fullmatch(asked) else uuid.uuid4().hex
        status, sent = 499, 0  # as long as nobody hears an answer

        async def watched(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = name
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            path = _path(scope)
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.requested(path, method, status, seconds)
            if self._log:
                line = {
                    "time": came.isoformat(timespec="milliseconds"),
                    "request": name,
                    "client": (scope.get("client") or ("",))[0],
                    "method": scope["method"],
                    "path": path,
                    "status": status,
                    "milliseconds": round(1000 * seconds, 2),
                    "bytes": sent,
                }
                sys.stderr.write(json.dumps(line) + "\n")
                sys.stderr.flush()


def _path(scope: Scope) -> str:
    """The address as the interface names it, without what a client may have put into it."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    return path or "other"
