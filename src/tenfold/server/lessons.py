"""POST /v1/lessons: a small network trains while one watches; all that is said of it comes over this one connection.

The training runs in a process of its own (`lesson_work.py`), one at a time for the whole server, however many processes
serve: whoever trains holds a lock on a file that all of them see. Nothing of it is kept. The weights go to whoever
asked, who can draw at the network without asking here again; so there is nothing that another process would not have.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO, Annotated, Any, Literal

import anyio
import anyio.abc
import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from tenfold.config import Settings
from tenfold.data.mnist import mnist_here
from tenfold.errors import UnknownName
from tenfold.server.errors import NOT_NOW, Busy, NoLessons, NoMnist, Refusal
from tenfold.server.metrics import SHARED

if sys.platform != "win32":
    import fcntl

router = APIRouter(prefix="/v1/lessons")

# Seconds that loading the digits and the examination take beside the training, at most.
AROUND = 60.0
# Seconds to say that it is over.
GOODBYE = 5
# How often it is looked whether the lesson is to be stopped.
LOOK = 0.2
# Arithmetic on one thread: the other processors belong to those who ask.
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
_NAME = re.compile(r"[0-9a-f]{32}")


class Teaching(BaseModel):
    """How the network is to learn."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"data": "samples", "epochs": 3}})

    data: Literal["mnist", "samples"] = Field("mnist", description="MNIST, or the 200 samples that are built in")
    digits: int = Field(4000, ge=100, le=10_000, description="Training digits of MNIST to learn from")
    epochs: int = Field(3, ge=1, le=100, description="How often each is looked at")
    rate: float = Field(0.001, gt=0, le=1, description="Adam's learning rate")
    dropout: float = Field(0.25, ge=0, le=0.9, description="Share of neurons silenced while learning")
    seed: int = Field(0, ge=0, lt=2**32, description="Of everything random")


class Offered(BaseModel):
    """What can be learned from here."""

    mnist: bool = Field(description="Whether MNIST is here; if not: tenfold data fetch mnist")
    seconds: float = Field(description="Longest time for a training; 0 if this server trains nothing for visitors")


class Lessons:
    """The one place at which a network is trained.

    Args:
        settings: How long it may take, and where MNIST is.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._lock = Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._mnist = False

    def has_mnist(self) -> bool:
        """Whether MNIST is in the cache, or in the folder that the settings name; blocking work."""
        self._mnist = self._mnist or mnist_here(self.settings)
        return self._mnist

    def _folder(self) -> Path:
        """Where the processes of one server have their figures, they find each other's lessons too."""
        if shared := os.environ.get(SHARED):
            return Path(shared)
        with self._lock:  # one folder, however many ask for the first lesson at once
            self._own = self._own or tempfile.TemporaryDirectory(prefix="tenfold-lessons-")
            return Path(self._own.name)

    def begin(self, wanted: Teaching) -> Taught:
        """Take the place; blocking work.

        Raises:
            Busy: If somebody else has it.
            NoLessons: If the settings allow none.
            NoMnist: If it is wanted and not here.
        """
        if not self.settings.lesson_seconds:
            raise NoLessons("This server trains nothing for visitors.", "Run one yourself: tenfold serve")
        if wanted.data == "mnist" and not self.has_mnist():
            raise NoMnist("MNIST is not here.", "Where Tenfold runs: tenfold data fetch mnist")
        place = self._take()
        note = self._folder() / f"lesson-{uuid.uuid4().hex}"
        for left in self._folder().glob("lesson-*"):  # of a process that was killed: the place was free
            left.unlink(missing_ok=True)
        note.touch()
        return Taught(self, wanted, place, note)

    def _take(self) -> IO[bytes]:
        file = (self._folder() / "lessons.lock").open("wb")
        try:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            elif any(self._folder().glob("lesson-*")):
                raise BlockingIOError
        except BlockingIOError as error:
            file.close()
            seconds = self.settings.lesson_seconds
            raise Busy(
                "Somebody else's network is being trained; there is one place.",
                f"Try again later: a training takes {seconds:g} seconds at most.",
                min(10.0, seconds),
            ) from error
        return file

    def stop(self, name: str) -> bool:
        """Let a lesson come to its end, in whichever process it is; False if there is none of that name."""
        if not _NAME.fullmatch(name):
            return False
        try:
            (self._folder() / f"lesson-{name}").unlink()
        except FileNotFoundError:
            return False
        return True

    def start(self, wanted: Teaching) -> subprocess.Popen[bytes]:
        """Start the process that trains, and tell it how."""
        command = [sys.executable, "-P", "-m", "tenfold.server.lesson_work"]
        surroundings = {**os.environ, **ONE_THREAD}
        process = self._running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=surroundings
        )
        told = {
            "data": wanted.data,
            "digits": wanted.digits,
            "seconds": self.settings.lesson_seconds,
            "cache_dir": str(self.settings.cache_dir),
            "mnist_dir": str(self.settings.mnist_dir) if self.settings.mnist_dir else None,
            "lesson": wanted.model_dump(include={"epochs", "rate", "dropout", "seed"}),
        }
        assert process.stdin is not None
        with suppress(OSError):  # one that died at once is heard to have died
            process.stdin.write(json.dumps(told).encode() + b"\n")
            process.stdin.flush()
        return process

    def end(self) -> None:
        """End what is running here, as the server ends: who listens hears that it was cut off."""
        if self._running:
            self._running.kill()

    def close(self) -> None:
        """Leave nothing behind."""
        self.end()
        if self._own:
            self._own.cleanup()


class Taught(Response):
    """The answer to who begins a lesson: server-sent events, as long as somebody listens.

    Args:
        lessons: The place.
        wanted: How to learn.
        place: The lock, held until this is over.
        note: A file that is there as long as the lesson is to go on.
    """

    media_type = "text/event-stream"

    def __init__(self, lessons: Lessons, wanted: Teaching, place: IO[bytes], note: Path) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._lessons, self._wanted, self._place, self._note = lessons, wanted, place, note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            process = self._lessons.start(self._wanted)
            headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
            try:
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._leave, receive, tasks.cancel_scope)
                    tasks.start_soon(self._watch, process)
                    with anyio.move_on_after(self._lessons.settings.lesson_seconds + AROUND):
                        async for event in self._events(process):
                            await send({"type": "http.response.body", "body": event, "more_body": True})
                    tasks.cancel_scope.cancel()
            finally:
                process.kill()
                # What waits for the process's words hears that there are no more, and ends with it.
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(process.wait)
                for pipe in (process.stdin, process.stdout):
                    with suppress(OSError):
                        if pipe:
                            pipe.close()
        finally:
            self._note.unlink(missing_ok=True)
            self._place.close()
        # Who left does not hear the end, and who does not listen is not waited for: the place is free already.
        with anyio.move_on_after(GOODBYE), suppress(OSError):
            await send({"type": "http.response.body", "body": b""})

    async def _events(self, process: subprocess.Popen[bytes]) -> AsyncIterator[bytes]:
        assert process.stdout is not None
        name, seconds = self._note.name.partition("-")[2], self._lessons.settings.lesson_seconds
        yield _event("named", {"id": name, "seconds": seconds})
        ended = False
        while line := await anyio.to_thread.run_sync(process.stdout.readline, abandon_on_cancel=True):
            event, _, data = line.rstrip().partition(b" ")
            ended = ended or event in (b"ended", b"failed")
            yield b"event: %b\ndata: %b\n\n" % (event, data)
        if not ended:
            error = {"code": "died", "message": "The training was cut off.", "hint": "Start it again."}
            yield _event("failed", error)

    async def _leave(self, receive: Receive, scope: anyio.CancelScope) -> None:
        """End all when nobody listens any more."""
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()

    async def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Tell the process to come to an end when its note is taken away."""
        while self._note.exists():
            await anyio.sleep(LOOK)
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()


def _event(name: str, data: Mapping[str, object]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


_Answers = dict[int | str, dict[str, Any]]
_WRONG: _Answers = {
    413: {"model": Refusal, "description": "The body is over a limit"},
    422: {"model": Refusal, "description": "Well-formed, but not what is asked for"},
}
STREAM: dict[str, Any] = {
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
    "description": "What happens, as it happens",
}
BEGIN: _Answers = {200: STREAM, 404: {"model": Refusal, "description": "MNIST is not here"}, **_WRONG, **NOT_NOW}
STOP: _Answers = {404: {"model": Refusal, "description": "No lesson of this name is under way"}, **_WRONG}


@router.get("", response_model=Offered)
async def offered(request: Request) -> Offered:
    """What can be learned from here."""
    lessons: Lessons = request.app.state.lessons
    mnist = await anyio.to_thread.run_sync(lessons.has_mnist)
    return Offered(mnist=mnist, seconds=lessons.settings.lesson_seconds)


@router.post(
    "",
    response_class=Response,
    responses=BEGIN,
)
async def begin(request: Request, wanted: Teaching) -> Response:
    """Train a small network, and hear how it goes: events `named`, `begun`, `stepped`, `checked`, `tested`, `ended`."""
    lessons: Lessons = request.app.state.lessons
    return await anyio.to_thread.run_sync(lessons.begin, wanted)


@router.delete("/{id}", status_code=204, response_class=Response, responses=STOP)
async def stop(request: Request, id: Annotated[str, InPath(max_length=100, description="As `named` gave it")]) -> None:
    """Stop learning: what was learned so far is examined, and the events come to their end."""
    lessons: Lessons = request.app.state.lessons
    if not lessons.stop(id):
        raise UnknownName("lesson", id, [])
