"""POST /v1/read: one picture in, the numbers on it out."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from tenfold.errors import UnreadableImage
from tenfold.imaging.document import is_pdf
from tenfold.reading.fields import LONGEST
from tenfold.server.body import Asked, admitted
from tenfold.server.errors import PICTURE_REFUSALS
from tenfold.server.keeper import a_number
from tenfold.server.predict import BODY, InkBox
from tenfold.server.room import Room
from tenfold.types import Status, Strokes

router = APIRouter()


class ReadDigit(BaseModel):
    """One digit of a number."""

    digit: int
    confidence: float = Field(description="Calibrated probability that it is right")
    box: InkBox


class OtherValue(BaseModel):
    """Another reading of the same number."""

    value: str
    probability: float


class ReadNumber(BaseModel):
    """A number on the picture."""

    id: str = Field(description="The handle of this number")
    text: str = Field(description="What stands there, separators and all; `?` for a doubtful digit")
    value: str = Field(description="The best reading, digits only")
    confidence: float = Field(description="Calibrated probability that the whole value is right")
    box: InkBox
    digits: list[ReadDigit]
    alternatives: list[OtherValue] = Field(description="Other readings, most probable first")
    note: str = Field(description="What is to be said of its check digit; otherwise empty")
    page: int


class ReadPage(BaseModel):
    """The numbers on a picture, or why there are none."""

    id: str = Field(description="The handle of this answer")
    status: Status = Field(description="`ok` if there are numbers, `uncertain` if none of them is sure")
    width: int
    height: int
    numbers: list[ReadNumber] = Field(description="Top to bottom, left to right")
    reason: str = Field(description="Why there are none; empty if there are")
    model: str = Field(description="name@hash of the reader")
    page: int
    turned: int = Field(description="Degrees clockwise by which the picture had to be turned")


@router.post("/v1/read", response_model=ReadPage, responses=PICTURE_REFUSALS, openapi_extra={"requestBody": BODY})
async def read(
    request: Request,
    field: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=LONGEST,
            description="What may stand in each number: digits:4, zip, amount, date, luhn, or a regular expression",
        ),
    ] = None,
    error_budget: Annotated[
        float | None, Query(gt=0, le=1, description="Largest share of wrong numbers among those without ?")
    ] = None,
) -> dict[str, Any]:
    """Read the numbers on a picture, or those written with strokes."""
    room, desk = Room.of(request), request.app.state.desk
    async with admitted(request, desk) as asked:
        answer: dict[str, Any] = await desk.run(partial(_answer, room, field, error_budget, asked))
    return answer


def _answer(room: Room, field: str | None, error_budget: float | None, asked: Asked) -> dict[str, Any]:
    source = no_pdf(asked.reading())
    recognizer = room.shelf.recognizer
    ((picture, page),) = recognizer.examine_pages(source, field, error_budget, refuse=True)
    handles = [uuid.uuid4().hex for _ in page.numbers]
    # Where there is one number, or none, that is what the page's own handle stands for.
    handle = handles[0] if len(handles) == 1 else uuid.uuid4().hex
    if keeper := room.keeper:
        client, kept = keeper.client(asked.address), picture if keeper.keeps_pictures else None
        for one, number in zip(handles, page.numbers, strict=True):
            keeper.keep(a_number(one, client, page, number, kept))
        if not handles:
            keeper.keep(a_number(handle, client, page, None, kept))
    answer = page.to_dict()
    answer["numbers"] = [{"id": one, **number} for one, number in zip(handles, answer["numbers"], strict=True)]
    return {"id": handle, **answer}


def no_pdf(source: bytes | Strokes) -> bytes | Strokes:
    """What a request holds.

    Raises:
        UnreadableImage: If it is a PDF.
    """
    if is_pdf(source):
        raise UnreadableImage(
            "This is a PDF; pictures are read here, one at a time.", "Read it with: tenfold read FILE.pdf --json"
        )
    return source
