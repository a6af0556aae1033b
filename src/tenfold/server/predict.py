"""POST /v1/predict: one picture or one hand's strokes in, one answer out."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from tenfold.models.profile import Profile
from tenfold.server.body import Reading, Room, answered
from tenfold.server.hands import REFUSALS, MaybeHandle, for_hand, hand_of
from tenfold.server.keeper import a_digit
from tenfold.types import Status, Strokes

router = APIRouter()

_NUMBERS = {"type": "array", "items": {"type": "number"}}
BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": {"image": {"type": "string", "format": "binary"}},
            }
        },
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["strokes"],
                "properties": {
                    "strokes": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["x", "y"],
                            "properties": {"x": _NUMBERS, "y": _NUMBERS, "t": _NUMBERS},
                        },
                    }
                },
            }
        },
    },
}


class OtherReading(BaseModel):
    """Another reading of the same ink."""

    digit: int
    probability: float


class InkBox(BaseModel):
    """A rectangle in pixels of the given picture."""

    x: int
    y: int
    width: int
    height: int


class Answer(BaseModel):
    """What Tenfold reads in a picture, or why it reads nothing."""

    id: str = Field(description="The handle of this answer")
    status: Status = Field(description="Only `ok` carries a digit")
    digit: int | None = Field(description="0 to 9, or null")
    confidence: float = Field(description="Calibrated probability that the best reading is right")
    probabilities: list[float] = Field(description="One for each digit, 0 to 9")
    alternatives: list[OtherReading] = Field(description="Other readings, most probable first")
    reason: str = Field(description="Why there is no digit; empty when ok")
    model: str = Field(description="name@hash of the network that answered")
    one_digit: float = Field(description="Probability that the ink is one digit at all, whichever it may be")
    saw: list[int] = Field(description="The 28x28 the network was given, row by row, 0 to 255, bright ink on black")
    box: InkBox | None = Field(description="Where the ink stands in the given picture; null for strokes")


@router.post("/v1/predict", response_model=Answer, responses=REFUSALS, openapi_extra={"requestBody": BODY})
async def predict(
    request: Request,
    model: Annotated[str | None, Query(max_length=100, description="A shipped model's name")] = None,
    error_budget: Annotated[
        float | None, Query(gt=0, le=1, description="Largest share of wrong answers among those given")
    ] = None,
    profile: MaybeHandle = None,
) -> dict[str, Any]:
    """Read one digit from a picture or from strokes."""
    hand = await hand_of(request, profile)
    return await answered(request, partial(_answer, model, error_budget, hand))


def _answer(
    model: str | None, error_budget: float | None, hand: Profile | None, room: Room, reading: Reading
) -> dict[str, Any]:
    recognizer = for_hand(room.shelf.get(model), hand)
    source = reading()
    picture = recognizer.load(source)
    prediction, ink = recognizer.examine(picture, error_budget)
    room.metrics.answered(prediction)
    handle = uuid.uuid4().hex
    if keeper := room.keeper:
        kept = picture if keeper.keeps_pictures else None
        keeper.keep(a_digit(handle, keeper.client(room.address), prediction, ink, kept))
    # Strokes are drawn by Tenfold itself: a box in that drawing says nothing to who sent them.
    box = None if ink.box is None or isinstance(source, Strokes) else ink.box
    return {
        "id": handle,
        **prediction.to_dict(),
        "saw": ink.pixels.ravel().tolist(),
        "box": box and {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
    }
