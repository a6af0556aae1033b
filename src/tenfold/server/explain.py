"""POST /v1/explain: one picture or one hand's strokes in, why it is read as it is out."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from tenfold.explanation.explain import explain_ink
from tenfold.imaging.load import strokes_in
from tenfold.models.profile import Profile
from tenfold.server.body import Asked, admitted
from tenfold.server.hands import REFUSALS, MaybeHandle, for_hand, hand_of
from tenfold.server.predict import BODY, Answer, InkBox
from tenfold.server.room import Room

router = APIRouter()

_PICTURE = "28x28, row by row, 0 to 255, bright ink on black"


class SeenPart(BaseModel):
    """A piece of the ink between its gaps."""

    pixels: list[int] = Field(description=_PICTURE)
    one: float = Field(description="Probability that it is one digit")


class SeenByGate(BaseModel):
    """What the gate saw, which tells one digit from several and from neither."""

    one: float = Field(description="Probability that the ink is one digit", examples=[0.998])
    several: float
    neither: float
    least: float = Field(description="Below this probability of one digit, ink is turned away", examples=[0.13])
    parts: list[SeenPart] = Field(description="The pieces between the gaps, left to right; none where nothing cuts it")


class SaidStroke(BaseModel):
    """How one stroke spoke."""

    evidence: float = Field(description="Nats by which the answer leads its rival less without it", examples=[4.2])
    share: float = Field(description="The same as a share of what all strokes said, -1 to 1", examples=[0.68])


class TrainingDigit(BaseModel):
    """A training digit that is like the ink."""

    digit: int
    distance: float = Field(description="0 the same, 2 the opposite", examples=[0.31])
    number: int = Field(description="Its place among MNIST's 60,000 training digits, from 0", examples=[12345])
    pixels: list[int] = Field(description=_PICTURE)


class ChangeToDigit(BaseModel):
    """The smallest change found that makes the ink another digit."""

    digit: int = Field(description="What it was to become")
    found: bool = Field(description="Whether there is one after which Tenfold answers that digit")
    probability: float = Field(description="Tenfold's confidence then; 0 without one", examples=[0.88])
    ink: float = Field(description="What is added and taken away, as a share of the ink there was", examples=[0.21])
    changed: list[int] | None = Field(description=f"The changed picture: {_PICTURE}")
    add: list[int] | None = Field(description="Ink to add, likewise")
    remove: list[int] | None = Field(description="Ink to take away, likewise")


class Reasons(Answer):
    """What Tenfold reads, and why."""

    answer: int | None = Field(description="The best reading, even of an uncertain answer")
    rival: int | None = Field(description="The digit it is held against")
    sentences: list[str] = Field(
        description="All of it in words",
        examples=[["This is a 4, 99.4 % sure.", "Most for a 4 and against a 9 speaks the ink on the left."]],
    )
    map: list[float] = Field(
        description="What each of the 28x28 pixels says, in nats: above zero for the answer, below for the rival"
    )
    gate: SeenByGate
    saw_box: InkBox | None = Field(description="Where the ink of `box` stands in the 28x28")
    strokes: list[SaidStroke] = Field(description="One for each stroke, where strokes were sent")
    nearest: list[TrainingDigit] = Field(description="Training digits like it, the nearest first")
    space: str = Field(description="What they were compared by: `features` or `pixels`", examples=["features"])
    changes: list[ChangeToDigit] = Field(description="What would make it the rival; none where no digit was read")


@router.post("/v1/explain", response_model=Reasons, responses=REFUSALS, openapi_extra={"requestBody": BODY})
async def explain(
    request: Request,
    model: Annotated[str | None, Query(max_length=100, description="A shipped model's name")] = None,
    against: Annotated[
        int | None, Query(ge=0, le=9, description="The digit it might have been; by default the next best")
    ] = None,
    profile: MaybeHandle = None,
) -> dict[str, Any]:
    """Say why one digit is read as it is: which ink spoke, what it is like, and what would make it another."""
    room, desk = Room.of(request), request.app.state.desk
    async with admitted(request, desk) as asked:
        hand = await hand_of(request, profile)
        answer: dict[str, Any] = await desk.run(partial(_answer, room, model, against, hand, asked))
    return answer


def _answer(room: Room, model: str | None, against: int | None, hand: Profile | None, asked: Asked) -> dict[str, Any]:
    recognizer = for_hand(room.shelf.get(model), hand)
    source = asked.reading()
    strokes = strokes_in(source, recognizer.settings.max_bytes)
    picture = recognizer.load(source if strokes is None else strokes)
    prediction, ink = recognizer.examine(picture)
    why = explain_ink(recognizer, prediction, ink, strokes, against, with_layers=False)
    # Why is asked of what surprises: that is an answer more, but says nothing of how all of them have drifted.
    handle = room.answered(asked.address, prediction, ink, room.cutting(picture, ink), drifts=False)
    found = {"id": handle, **why.to_dict()}
    # Strokes are drawn by Tenfold itself: a box in that drawing says nothing to who sent them.
    return {**found, "box": None} if strokes else found
