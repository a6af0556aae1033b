"""What stands before the routes: which host names are answered, and how large a body may be."""

from __future__ import annotations

import ipaddress

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.server.errors import BodyTooLarge, UnknownHost, refuse

# How much of a body over the limit is read and thrown away, and for how long, before the connection is cut.
LINGER_BYTES = 64_000_000
LINGER_SECONDS = 20
# What takes pictures; everything else is told in a few words.
TAKE_PICTURES = ("/v1/predict", "/v1/read", "/v1/explain", "/v1/compare", "/v1/profiles/digits", "/v2/models/")
SMALL = 64_000


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine: ``localhost``, ``127.x.x.x``, ``::1``."""
    host = host.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def network_of(client: str) -> str:
    """Whose an address is: of IPv6 a client has a whole network of 64 bits, and may choose any address in it."""
    try:
        address = ipaddress.IPv6Address(client)
    except ValueError:
        return client
    return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address) >> 64 << 64))


def host_name(header: str) -> str:
    """The name in a Host header, without the port: ``[::1]:8000`` gives ``[::1]``."""
    name, colon, port = header.rpartition(":")
    return name if colon and port.isdigit() and not name.endswith(":") else header


class LoopbackOnly:
    """Refuses requests whose Host header does not mean this machine.

    A page on the web can make a browser resolve the page's own name to 127.0.0.1 (DNS rebinding) and
    would then be of one origin with this server. The Host header still carries that page's name.

    Args:
        app: The application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = host_name(Headers(scope=scope).get("host", ""))
            if not is_loopback(host):
                error = UnknownHost(
                    f"This server answers on this machine only, not as {host[:80]!r}.",
                    "Open it as http://localhost, or start it with --host for use from elsewhere.",
                )
                await refuse(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses bodies over a limit: by their Content-Length before, by counting while they are read.

    Args:
        app: The application inside.
        limit: Largest body passed on, in bytes, to addresses that take pictures; others take no more than `SMALL`.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    def _limit(self, path: str) -> int:
        return self.limit if path.startswith(TAKE_PICTURES) else min(SMALL, self.limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit(scope["path"])
        body = _Body(receive, headers, limit)

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.finish()
            await send(message)

        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            await refuse(body.too_large())(scope, receive, send_after_body)
        else:
            await self.app(scope, body.read, send_after_body)


class _Body:
    """One request's body: counted as it is read, and read to its end before the answer starts.

    Most senders listen only when everything is sent: answered earlier, they would see a broken connection
    instead of the refusal. What is read for their sake is thrown away, and is bounded too.
    """

    def __init__(self, receive: Receive, headers: Headers, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._taken = 0
        self._ended = "content-length" not in headers and "transfer-encoding" not in headers
        # Who sends "Expect: 100-continue" waits for leave, and hears the refusal without sending anything.
        self._waits = "expect" in headers

    def too_large(self) -> BodyTooLarge:
        message = f"The request is larger than the limit of {self._limit:,} bytes."
        return BodyTooLarge(message, "Send a smaller picture.")

    async def read(self) -> Message:
        message = await self._next()
        if self._taken > self._limit:
            raise self.too_large()
        return message

    async def finish(self) -> None:
        if self._waits and self._taken == 0:
            return
        with anyio.move_on_after(LINGER_SECONDS):
            while not self._ended and self._taken < self._limit + LINGER_BYTES:
                await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        return message
