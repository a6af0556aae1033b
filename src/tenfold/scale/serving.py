"""The service on Ray Serve: `serve run tenfold.scale.serving:app`, with the settings of `tenfold serve`."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

from tenfold.config import Settings, load_settings
from tenfold.errors import TenfoldError
from tenfold.recognizer import Recognizer
from tenfold.scale.extra import need_serve
from tenfold.server import need_server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Message = dict[str, Any]

# How long the networks may take until they have answered once, and what Ray waits for that.
WARM_SECONDS, CHECK_SECONDS = 25.0, 30.0
# A replica is sent so many times what it has places for: the rest it refuses itself, with 429 and `Retry-After`. So
# many times as much waits in each of Ray's proxies until then; what comes beyond is refused there, with a plain 503.
SENT, WAITING = 2, 10
# Seconds beyond the longest answer that a replica has in the end, to write down what was answered.
PARTING = 5.0


class Service:
    """The ASGI application of `tenfold serve`; only its settings travel, and it is built where it is first asked.

    Args:
        settings: Model, limits, token and database, as for `tenfold serve`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: Any = None

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Any]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Answer; what Ray Serve asks first is the lifespan, so that requests find it built."""
        if self._app is None:
            from tenfold.server.run import application

            self._app = application(self._settings)
        await self._app(scope, receive, send)

    async def check(self) -> None:
        """Whether the replica can answer. That every place is taken is no reason to start it anew.

        Raises:
            TenfoldError: If the networks have not answered yet.
        """
        warm = self._app is not None and await asyncio.to_thread(self._app.state.warm.wait, WARM_SECONDS)
        if not warm:
            raise TenfoldError("The networks have not answered yet.", "See the replica's log.")


class Replica:
    """What Ray Serve looks after: one process with the application and its networks."""

    app: Service  # given by Ray Serve's ingress

    async def check_health(self) -> None:
        """Asked when the replica starts, and every few seconds; see `Service.check`."""
        await self.app.check()


def app(given: dict[str, str]) -> Any:
    """Build the application for `serve run`.

    As many replicas as the setting `workers` says, of one processor each, on whichever machines have one free. Host and
    port are those of Ray Serve's proxies; `TENFOLD_HOST` has to say the same for the application to know who may ask.

    Args:
        given: Settings over those in force here, as `serve run tenfold.scale.serving:app places=200` gives them.

    Returns:
        What `ray.serve.run` takes.

    Raises:
        MissingExtra: If the extra ``[scale]`` or ``[serve]`` is not installed.
        UsageError: If a setting is unknown or out of range.
        UnknownName: If there is no such model.
        ModelError: If the model cannot be trusted.
    """
    serve = need_serve()
    need_server()
    settings = load_settings(**given)
    Recognizer(settings=settings)  # before anything is started: a bad model is the user's to hear of
    deployment = serve.deployment(
        serve.ingress(Service(settings))(Replica),
        name="tenfold",
        num_replicas=settings.workers,
        ray_actor_options={"num_cpus": 1},
        max_ongoing_requests=SENT * settings.places,
        max_queued_requests=WAITING * settings.places,
        health_check_timeout_s=CHECK_SECONDS,
        graceful_shutdown_timeout_s=math.ceil(settings.request_seconds) + PARTING,
    )
    return deployment.bind()
