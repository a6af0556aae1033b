"""POST /v1/predict: one picture or one hand's strokes in, one answer out."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from tenfold.errors import TenfoldError
from tenfold.imaging.load import INK
from tenfold.imaging.normalize import normalize
from tenfold.models.profile import Profile
from tenfold.recognizer import Recognizer
from tenfold.server.body import INKML, Asked, admitted
from tenfold.server.hands import REFUSALS, MaybeHandle, for_hand, hand_of
from tenfold.server.room import Room
from tenfold.types import Box, Normalized, Prediction, Status

router = APIRouter()

# Seconds of preparing after which those prepared are answered, and the others wait for another worker.
ENOUGH = 0.1

# A four, as a pen moves: as JSON, and as InkML.
EXAMPLE = {"strokes": [{"x": [40, 32, 31, 70], "y": [17, 45, 54, 50]}, {"x": [63, 57], "y": [17, 83]}]}
INKML_EXAMPLE = (
    '<ink xmlns="http://www.w3.org/2003/InkML">'
    "<trace>40 17, 32 45, 31 54, 70 50</trace><trace>63 17, 57 83</trace></ink>"
)
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
            },
            "example": EXAMPLE,
        },
        INKML: {"schema": {"type": "string"}, "example": INKML_EXAMPLE},
    },
}


class OtherReading(BaseModel):
    """Another reading of the same ink."""

    digit: int = Field(examples=[9])
    probability: float = Field(examples=[0.004])


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
    digit: int | None = Field(description="0 to 9, or null", examples=[4])
    confidence: float = Field(description="Calibrated probability that the best reading is right", examples=[0.994])
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
) -> Response:
    """Read one digit from a picture or from strokes."""
    room, desk = Room.of(request), request.app.state.desk
    async with admitted(request, desk) as asked:
        work = Answers(room, model, error_budget, await hand_of(request, profile))
        return Response(await desk.run_together(work, asked), media_type="application/json")


@dataclass(frozen=True, slots=True)
class Answers:
    """The work on requests for one digit: pictures prepared one by one, then one call of the networks for all.

    Attributes:
        room: What is in reach.
        model: A shipped model's name; None for the server's own.
        error_budget: None for that of the settings.
        hand: The profile of whose hand it is, which is like no other request's; None for anybody's.
    """

    room: Room
    model: str | None
    error_budget: float | None
    hand: Profile | None

    def __call__(self, some: Sequence[Asked]) -> list[bytes | Exception]:
        """The body of each answer, or why there is none; of the first ones only, where pictures are large."""
        recognizer = for_hand(self.room.shelf.get(self.model), self.hand)
        seen: list[_Seen | Exception] = []
        enough = time.monotonic() + ENOUGH
        for asked in some:
            seen.append(self._look(recognizer, asked))
            if time.monotonic() > enough:
                break
        inks = [one.ink for one in seen if isinstance(one, _Seen)]
        found = iter(recognizer.answer(inks, self.error_budget))
        return [self._say(one, next(found)) if isinstance(one, _Seen) else one for one in seen]

    def _look(self, recognizer: Recognizer, asked: Asked) -> _Seen | Exception:
        try:
            picture = recognizer.load(asked.reading())
            ink = normalize(picture)
            # Strokes are drawn by Tenfold itself: a box in that drawing says nothing to who sent them.
            box = None if picture.source == INK else ink.box
            return _Seen(asked.address, ink, box, self.room.cutting(picture, ink))
        except TenfoldError as error:
            return _bare(error)
        except Exception as error:  # whatever it is: it must not keep the others
            return error

    def _say(self, seen: _Seen, prediction: Prediction) -> bytes:
        handle = self.room.answered(seen.address, prediction, seen.ink, seen.cutting, drifts=self.hand is None)
        box = seen.box and seen.box.to_dict()
        saw = seen.ink.pixels.ravel().tolist()
        return json.dumps({"id": handle, **prediction.to_dict(), "saw": saw, "box": box}).encode()


def _bare(error: TenfoldError) -> TenfoldError:
    """An error that does not hold on to the picture it was raised over."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One picture, prepared."""

    address: str
    ink: Normalized
    box: Box | None
    cutting: bytes | None
