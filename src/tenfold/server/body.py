"""From a request's body to something the recogniser can load: a picture out of a form, or strokes out of ink."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from fastapi import Request
from starlette.datastructures import UploadFile

from tenfold.errors import ImageTooLarge, UnreadableImage
from tenfold.imaging.inkml import parse_inkml
from tenfold.imaging.stroke_files import MAX_INK_BYTES, strokes_of
from tenfold.server.desk import Desk
from tenfold.server.errors import BadRequest, BodyTooLarge, InvalidInput, UnknownBody
from tenfold.server.room import address_of
from tenfold.types import Strokes

# Room for the lines around the picture in a multipart body.
FORM_SLACK = 64_000
INKML = "application/inkml+xml"

EXPECTED = 'Send a form with the picture in the field "image", JSON {"strokes": [{"x": […], "y": […]}, …]}, or InkML.'

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


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Reading]:
    """Receive a request's body; what it holds is read by the call the context gives.

    The call does blocking work (a file, JSON), so make it in a thread.

    Args:
        request: A request whose body is multipart/form-data with one file ``image``, JSON with ``strokes``, or InkML.

    Raises:
        HTTPException: If the form is broken.
        BodyTooLarge: If the ink is over `MAX_INK_BYTES`.
        UnknownBody: If the content type is another.
        InvalidInput: If the form has no such file. What the call raises for ink, `parse_body` says.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("application/json", INKML):
        yield partial(parse_body, await _read_ink(request), kind)
        return
    if kind != "multipart/form-data":
        raise UnknownBody(f"A body of type {kind[:80] or 'unknown'!r} is not taken here.", EXPECTED)
    form = await request.form(max_files=1, max_fields=8, max_part_size=10_000)
    try:
        upload = form.get("image")
        if not isinstance(upload, UploadFile):
            raise InvalidInput('The form holds no file "image".', EXPECTED)
        yield upload.file.read
    finally:
        await form.close()


@asynccontextmanager
async def admitted(request: Request, desk: Desk) -> AsyncIterator[Asked]:
    """Receive the body of a request about a picture, and hold a place for it from then on.

    Args:
        request: As for `received`.
        desk: Has the places. Who sends slowly holds none.

    Raises:
        Busy: If every place is taken; and what `received` raises.
    """
    async with received(request) as reading, desk.place():
        yield Asked(reading, address_of(request))


async def _read_ink(request: Request) -> bytes:
    text = bytearray()
    async for chunk in request.stream():
        text += chunk
        if len(text) > MAX_INK_BYTES:
            raise BodyTooLarge(
                f"The ink is larger than the limit of {MAX_INK_BYTES:,} bytes.", "Send fewer points, or a picture."
            )
    return bytes(text)


def parse_body(text: bytes, kind: str) -> Strokes:
    """The strokes in a body; what is wrong with it is told alike of JSON and of InkML.

    Args:
        text: The body.
        kind: Its type: `INKML`, or else JSON, an object with a list ``strokes``.

    Raises:
        BadRequest: If the text is broken off, or no JSON or XML at all.
        ImageTooLarge: If there are more strokes or points than `tenfold.imaging.stroke_files` takes.
        InvalidInput: If it holds no strokes.
    """
    try:
        if kind == INKML:
            return parse_inkml(text, "The body")
        data = json.loads(text)
        return strokes_of(data if isinstance(data, dict) else None, "The body")
    except ImageTooLarge:
        raise
    except UnreadableImage as error:
        raise InvalidInput(error.message, error.hint) from error
    except (ValueError, RecursionError) as error:
        what = "XML" if kind == INKML else "JSON"
        raise BadRequest(f"The body is not {what}: {error!s:.120}.", EXPECTED) from error
