"""What stands before the routes: which host names are answered, how large a body may be, and how long it may take."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.server.desk import BREATH
from tenfold.server.errors import BadRequest, BodyTooLarge, Busy, UnknownHost, refuse

# How long a body may take to arrive, and after how long one that is still coming may have to give way to others.
RECEIVE_SECONDS, GRACE = 120.0, 5.0
# Of memory a request takes at least, and the file in a form at most: Starlette puts what is larger on the disk.
LEAST, IN_MEMORY = 16_384, 1_048_576
# How much of a body over the limit is read and thrown away, and for how long, before the connection is cut.
LINGER_BYTES = 64_000_000
LINGER_SECONDS = 20
# What takes pictures; everything else is told in a few words.
TAKE_PICTURES = (
    "/v1/predict",
    "/v1/read",
    "/v1/picture",
    "/v1/explain",
    "/v1/compare",
    "/v1/profiles/digits",
    "/v2/models/",
)
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


class Arrivals:
    """Memory for the bodies of requests: each takes as much as has come of it, so that what comes slowly takes little.

    Where there is none left, the slowest of those that still come after `GRACE` gives way. One client has at most half
    of it, but with a body alone as much as that takes; this machine, which asks for others too, is not counted.

    Args:
        places: So many times `IN_MEMORY` is there for all bodies together.
        limit: Of one body: that much is there in any case.
    """

    def __init__(self, places: int, limit: int) -> None:
        self._most = self._left = max(places * IN_MEMORY, limit)
        self._held: dict[_Body, int] = {}
        self._of: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether the next request with a body would be refused."""
        return self._left < LEAST and not self._late(self._held)

    async def hold(self, body: _Body) -> None:
        """Take what has come of a body by now.

        Raises:
            Busy: If there is no room for it, and still is none after `BREATH`.
        """
        if not self._fits(body):
            await anyio.sleep(BREATH)
            if not self._fits(body):
                whose = "from one client as much as one may send" if self._crowds(body) else "as much as it can hold"
                raise Busy(f"Tenfold is receiving {whose}.", "Try again in a moment.")

    def let_go(self, body: _Body) -> None:
        """Give back what a body took."""
        size = self._held.pop(body, 0)
        self._left += size
        self._of[body.client] -= size
        if not self._of[body.client]:
            del self._of[body.client]

    def _fits(self, body: _Body) -> bool:
        if self._crowds(body):
            return False
        while (more := body.size - self._held.get(body, 0)) > self._left:
            slowest = min(self._late((body, *self._held)), key=lambda one: one.taken / one.seconds, default=body)
            if slowest is body:
                return False
            slowest.give_way()
            self.let_go(slowest)
        self._held[body] = body.size
        self._left -= more
        self._of[body.client] += more
        return True

    def _crowds(self, body: _Body) -> bool:
        """Whether a client would have more than its share with this."""
        others = self._of[body.client] - self._held.get(body, 0)
        return bool(body.client and others) and others + body.size > self._most // 2

    def _late(self, bodies: Iterable[_Body]) -> list[_Body]:
        return [one for one in bodies if one.seconds > GRACE and not one.ended]


class BodyLimit:
    """Refuses bodies over a limit: by their Content-Length before, by counting while they are read.

    Args:
        app: The application inside.
        limit: Largest body passed on, in bytes, to addresses that take pictures; others take no more than `SMALL`.
        arrivals: The memory for them.
    """

    def __init__(self, app: ASGIApp, limit: int, arrivals: Arrivals) -> None:
        self.app = app
        self.limit = limit
        self._arrivals = arrivals

    def _limit(self, path: str) -> int:
        return self.limit if path.startswith(TAKE_PICTURES) else min(SMALL, self.limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit(scope["path"])
        # A form goes to a file beyond `IN_MEMORY`; the inference protocol has none, whatever a body says it is.
        is_form = headers.get("content-type", "").lower().startswith("multipart/form-data")
        in_memory = IN_MEMORY if is_form and not scope["path"].startswith("/v2/") else limit
        address = (scope.get("client") or ("",))[0]
        client = "" if is_loopback(address) else network_of(address)
        body = _Body(receive, headers, client, limit, in_memory, self._arrivals)

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.finish()
            await send(message)

        declared = headers.get("content-length", "")
        try:
            if declared.isdecimal() and int(declared[:20]) > limit:
                await refuse(body.too_large())(scope, receive, send_after_body)
            else:
                await self.app(scope, body.read, send_after_body)
        finally:  # with or without an answer
            self._arrivals.let_go(body)


class _Body:
    """One request's body: counted as it is read, and read to its end before the answer starts.

    Most senders listen only when everything is sent: answered earlier, they would see a broken connection
    instead of the refusal. What is read for their sake is thrown away, and is bounded too.
    """

    def __init__(
        self, receive: Receive, headers: Headers, client: str, limit: int, in_memory: int, arrivals: Arrivals
    ) -> None:
        self._receive, self._arrivals = receive, arrivals
        self.client = client
        self._limit, self._in_memory = limit, in_memory
        self._began: float | None = None
        self._coming = anyio.CancelScope()
        self._gave_way = False
        self.taken = 0
        self.ended = "content-length" not in headers and "transfer-encoding" not in headers
        # Who sends "Expect: 100-continue" waits for leave, and hears the refusal without sending anything.
        self._waits = "expect" in headers

    @property
    def size(self) -> int:
        """Bytes of memory that it takes."""
        return max(LEAST, min(self.taken, self._in_memory))

    @property
    def seconds(self) -> float:
        """Since somebody first asked for it: what came before that, the sender is not to blame for."""
        return anyio.current_time() - self._began if self._began is not None else 0.0

    def too_large(self) -> BodyTooLarge:
        message = f"The request is larger than the limit of {self._limit:,} bytes."
        return BodyTooLarge(message, "Send a smaller picture.")

    def give_way(self) -> None:
        """Receive no more of it."""
        self._gave_way = True
        self._coming.cancel()

    async def read(self) -> Message:
        if self.ended:  # what may come now is that nobody listens any more
            return await self._receive()
        if not self._gave_way:
            self._began = anyio.current_time() if self._began is None else self._began
            with anyio.CancelScope(deadline=self._began + RECEIVE_SECONDS) as self._coming:
                message = await self._next()
                if self.taken > self._limit:
                    raise self.too_large()
                await self._arrivals.hold(self)
                return message
        if self._gave_way:
            raise Busy("This came slowly, and others waited.", "Send it again.")
        raise BadRequest(f"The body did not arrive within {RECEIVE_SECONDS:g} seconds.", "Send it again.")

    async def finish(self) -> None:
        self._arrivals.let_go(self)
        if self._waits and self.taken == 0:
            return
        with anyio.move_on_after(LINGER_SECONDS):
            while not self.ended and self.taken < self._limit + LINGER_BYTES:
                await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self.taken += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)
        return message
