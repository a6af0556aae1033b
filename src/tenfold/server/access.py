"""Who may ask, and how often: a bearer token, and a rate for each client."""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from tenfold.server.errors import TooOften, Unauthorized, refuse
from tenfold.server.guards import is_loopback, network_of

# What needs no token: the page asks for it, and whoever looks after the process has none.
_OPEN = ("/v2/health/", "/openapi.json", "/page/")
_OPEN_PAGES = ("/", "/docs", "/inside", "/learn", "/literature", "/review", "/v2")
# How many clients are remembered, and for how many seconds' worth of requests one may burst.
CLIENTS, BURST = 10_000, 2.0


class Token:
    """Refuses requests that do not bring the token.

    Args:
        app: The application inside.
        token: What they have to bring.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_open(scope["path"]) or self._brings(scope):
            await self.app(scope, receive, send)
            return
        error = Unauthorized("This server answers to those who bring its token.", "Authorization: Bearer TOKEN")
        await refuse(error)(scope, receive, send)

    def _brings(self, scope: Scope) -> bool:
        kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        # Takes as long for a token that is wrong in its first letter as for one wrong in its last.
        return kind.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._token)


class ClientRate:
    """Refuses clients that ask too often: each has a bucket of requests that fills up steadily.

    Requests from this machine are not counted.

    Args:
        app: The application inside.
        rate: Requests a second for one client.
    """

    def __init__(self, app: ASGIApp, rate: float) -> None:
        self.app = app
        self._rate = rate
        self._most = max(1.0, BURST * rate)
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = (scope.get("client") or ("",))[0]
        if scope["type"] == "http" and not is_loopback(client) and (wait := self._wait(network_of(client))) > 0:
            message = f"More than {self._rate:g} requests a second from one client."
            error = TooOften(message, f"Wait {wait:.1f} seconds.", wait)
            await refuse(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _wait(self, client: str) -> float:
        """Seconds until the next request of a client may come; 0 if this one may."""
        now = time.monotonic()
        left, then = self._clients.pop(client, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._clients[client] = (left - 1 if left >= 1 else left, now)
        while len(self._clients) > CLIENTS:
            self._clients.popitem(last=False)
        return wait


def _is_open(path: str) -> bool:
    return path in _OPEN_PAGES or path.startswith(_OPEN)
