"""Binding the address and running the server's processes until they are told to end."""

from __future__ import annotations

import math
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

import cv2
import uvicorn
from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tenfold.config import Settings
from tenfold.errors import TenfoldError
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.server.errors import CannotListen
from tenfold.server.metrics import SHARED

BACKLOG = 128
# Seconds beyond the longest answer that requests under way have in the end.
PARTING = 2


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; see `tenfold.server.serve`."""
    recognizer = Recognizer(settings=settings)  # before anything is bound: a bad model is the user's to hear of
    _one_thread_each()
    with listen(settings.host, settings.port) as listener:
        port = listener.getsockname()[1]
        with suppress(KeyboardInterrupt):  # Ctrl-C is how a server is ended; requests under way were let finish
            if settings.workers == 1:
                ready(address(settings.host, port))
                make_server(create_app(recognizer), settings).run(sockets=[listener])
            else:
                with ExitStack() as stack:
                    listeners = [stack.enter_context(one) for one in _one_each(listener, settings.workers)]
                    ready(address(settings.host, port))
                    _supervise(settings, listeners)


def listen(host: str, port: int) -> socket.socket:
    """A socket that accepts connections.

    Args:
        host: A name or an address, IPv4 or IPv6.
        port: 0 picks a free one.

    Raises:
        CannotListen: If the address is unknown, in use, or not allowed.
    """
    place = f"{host}, port {port}"
    try:
        family, kind, protocol, _, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"Cannot listen on {place}: {error.strerror}.", "Check --host.") from error
    try:
        # Without it a restart would have to wait until the last connections are forgotten. Windows
        # gives the option another meaning: two servers on one port.
        if hasattr(socket, "SO_REUSEPORT"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(name)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(
            f"Cannot listen on {place}: {error.strerror}.",
            "Is Tenfold running already? End that program, or choose another port: tenfold serve --port 0 takes any.",
        ) from error
    return listener


def address(host: str, port: int) -> str:
    """The page's address as a browser on this machine takes it."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def make_server(app: FastAPI, settings: Settings | None = None) -> uvicorn.Server:
    """The process that serves an application: quiet, and trusting nothing but a proxy it was told of.

    Args:
        app: The application.
        settings: Name proxies that are believed when they name the client, and how long an answer may take: so long
            it is waited for in the end, too.
    """
    settings = settings or Settings()
    proxy = settings.proxy
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy or None,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=math.ceil(settings.request_seconds) + PARTING,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """Waits in the end for requests under way, but not for a network that somebody watches being trained."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app: FastAPI = self.config.app  # type: ignore[assignment]  # uvicorn serves any application
        app.state.lessons.end()
        await super().shutdown(sockets)


def _one_each(listener: socket.socket, count: int) -> list[socket.socket]:
    """A socket for every process, all on one port: of one that they share, the first to look takes all that wait.

    Args:
        listener: Has the port; where the system spreads connections over several sockets, it is closed.
        count: How many processes there are.
    """
    if sys.platform != "linux":
        return [listener.dup() for _ in range(count)]
    name, family = listener.getsockname(), listener.family
    listener.close()
    listeners = [socket.socket(family, socket.SOCK_STREAM) for _ in range(count)]
    for one in listeners:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(name)
    # Nobody is let in before all are there.
    for one in listeners:
        one.listen(BACKLOG)
    return listeners


def _one_thread_each() -> None:
    """OpenCV's own threads gain a digit little, and take the processors from the requests beside it."""
    cv2.setNumThreads(1)


def application(settings: Settings) -> FastAPI:
    """The application for a server that is not ours: who a proxy says the client is, is heard within.

    Args:
        settings: As for `tenfold.server.serve`.

    Raises:
        UnknownName: If there is no such model.
        ModelError: If the model cannot be trusted.
    """
    _one_thread_each()
    app = create_app(Recognizer(settings=settings))
    if settings.proxy:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxy)
    return app


def _work(settings: Settings, listener: socket.socket) -> None:
    _one_thread_each()
    with suppress(KeyboardInterrupt):  # the terminal sends Ctrl-C to every process; the parent ends the same way
        server = make_server(create_app(Recognizer(settings=settings)), settings)
        threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
        server.run(sockets=[listener])


def _end_with_parent(server: uvicorn.Server) -> None:
    """A parent that is killed can tell nobody: without this its processes would keep the port, and nobody them."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        server.should_exit = True


def _supervise(settings: Settings, listeners: list[socket.socket]) -> None:
    """Keep a process on each socket; one that dies is replaced, and who waits at its socket is answered by the next."""
    context = get_context("spawn")
    shared = tempfile.TemporaryDirectory(prefix="tenfold-metrics-")
    # Where the processes write their figures, for whichever of them is asked.
    os.environ[SHARED] = shared.name

    def start(listener: socket.socket) -> SpawnProcess:
        process = context.Process(target=_work, args=(settings, listener), daemon=True)
        process.start()
        return process

    before = signal.signal(signal.SIGTERM, _interrupt)
    workers = [start(listener) for listener in listeners]
    try:
        while True:
            wait([worker.sentinel for worker in workers])
            for place, worker in enumerate(workers):
                if worker.exitcode is None:
                    continue
                if worker.exitcode > 0:  # it could not start; the next one could not either
                    raise TenfoldError(f"A server process ended with status {worker.exitcode}.", "See above.")
                mark_process_dead(worker.pid, shared.name)  # type: ignore[no-untyped-call]  # has no types
                workers[place] = start(listeners[place])
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()
        signal.signal(signal.SIGTERM, before)
        del os.environ[SHARED]
        shared.cleanup()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
