"""From a request's body to something the recogniser can load: a picture out of a form, or strokes out of ink."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

import anyio
from fastapi import Request
from starlette.datastructures import UploadFile

from tenfold.errors import UnreadableImage
from tenfold.imaging.stroke_files import MAX_INK_BYTES, parse_ink, strokes_of
from tenfold.server.desk import Desk, Shelf
from tenfold.server.errors import BadRequest, BodyTooLarge, InvalidInput, UnknownBody
from tenfold.server.keeper import Keeper
from tenfold.server.metrics import Metrics
from tenfold.types import Strokes

# Room for the lines around the picture in a multipart body.
FORM_SLACK = 64_000
INKML = "application/inkml+xml"
RECEIVE_SECONDS = 120

EXPECTED = 'Send a form with the picture in the field "image", or JSON {"strokes": [{"x": […], "y": […]}, …]}.'

Reading = Callable[[], bytes | Strokes]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        reading: Gives what its body holds.
        address: Of the client.
    """

    reading: Reading
    address: str


@dataclass(frozen=True, slots=True)
class Room:
    """What is in reach of the work on requests.

    Attributes:
        shelf: The recognisers.
        keeper: Remembers answers; None if nothing is kept.
        metrics: Counts them.
    """

    shelf: Shelf
    keeper: Keeper | None
    metrics: Metrics

    @classmethod
    def of(cls, request: Request) -> Room:
        """That of the application which the request came to."""
        state = request.app.state
        return cls(state.shelf, state.keeper, state.metrics)


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Reading]:
    """Receive a request's body; what it holds is read by the call the context gives.

    The call does blocking work (a file, JSON), so make it in a thread.

    Args:
        request: A request whose body is multipart/form-data with one file ``image``, JSON with ``strokes``, or InkML.

    Raises:
        BadRequest: If the form is broken, or the body takes longer than `RECEIVE_SECONDS`.
        BodyTooLarge: If the ink is over `MAX_INK_BYTES`.
        UnknownBody: If the content type is another.
        InvalidInput: If the form has no such file. The call raises it for strokes that are none.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    with in_time():
        if kind == "multipart/form-data":
            form = await request.form(max_files=1, max_fields=8, max_part_size=10_000)
        elif kind in ("application/json", INKML):
            text = await _read_ink(request)
        else:
            raise UnknownBody(f"A body of type {kind[:80] or 'unknown'!r} is not taken here.", EXPECTED)
    if kind != "multipart/form-data":
        yield partial(parse_ink, text, "The body") if kind == INKML else partial(parse_strokes, text)
        return
    try:
        upload = form.get("image")
        if not isinstance(upload, UploadFile):
            raise InvalidInput('The form holds no file "image".', EXPECTED)
        yield upload.file.read
    finally:
        await form.close()


@contextmanager
def in_time() -> Iterator[None]:
    """Bounds how long a body may take to arrive.

    Raises:
        BadRequest: If it takes longer than `RECEIVE_SECONDS`.
    """
    try:
        with anyio.fail_after(RECEIVE_SECONDS):
            yield
    except TimeoutError as error:
        raise BadRequest(f"The body did not arrive within {RECEIVE_SECONDS} seconds.", "Send it again.") from error


@asynccontextmanager
async def admitted(request: Request) -> AsyncIterator[Asked]:
    """Hold a place for a request about a picture, and receive its body.

    Args:
        request: As for `received`.

    Raises:
        Busy: If every place is taken; and what `received` raises.
    """
    desk: Desk = request.app.state.desk
    async with desk.place(), received(request) as reading:
        yield Asked(reading, request.client.host if request.client else "")


async def _read_ink(request: Request) -> bytes:
    text = bytearray()
    async for chunk in request.stream():
        text += chunk
        if len(text) > MAX_INK_BYTES:
            raise BodyTooLarge(
                f"The ink is larger than the limit of {MAX_INK_BYTES:,} bytes.", "Send fewer points, or a picture."
            )
    return bytes(text)


def parse_strokes(text: bytes) -> Strokes:
    """The strokes in a JSON body.

    Raises:
        BadRequest: If the text is not JSON.
        InvalidInput: If it holds no strokes, or more or others than `tenfold.imaging.stroke_files` takes.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error!s:.120}.", EXPECTED) from error
    if not isinstance(data, dict) or not isinstance(data.get("strokes"), list):
        raise InvalidInput('The JSON holds no list "strokes".', EXPECTED)
    try:
        return strokes_of(data, "The body")
    except UnreadableImage as error:
        raise InvalidInput(error.message, error.hint) from error
