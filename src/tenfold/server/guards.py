"""What stands before the routes: which host names are answered, and how large a body may be."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.server.errors import BodyTooLarge, UnknownHost, refuse

# What is read and thrown away of a body that is too large, so that its sender, who does not listen
# before everything is sent, gets the refusal instead of a broken connection.
LINGER_BYTES = 64_000_000


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine: ``localhost``, ``127.x.x.x``, ``::1``."""
    host = host.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


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
        limit: Largest body passed on, in bytes.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self.limit:
            if "expect" not in headers:  # who sends "Expect: 100-continue" waits and hears the refusal
                await _drain(receive)
            await refuse(self._too_large())(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                if message.get("more_body", False):
                    await _drain(receive)
                raise self._too_large()
            return message

        await self.app(scope, counted, send)

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(f"The request is larger than the limit of {self.limit:,} bytes.", "Send a smaller picture.")


async def _drain(receive: Receive) -> None:
    left = LINGER_BYTES
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body", False):
            return
