"""Corrections: one comes in, waits, is looked at, and is accepted or rejected."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tenfold.server.aside import aside, keeper_of
from tenfold.server.errors import Refusal, Unauthorized
from tenfold.server.guards import is_loopback
from tenfold.server.keeper import Keeper
from tenfold.server.room import address_of
from tenfold.store.errors import UnknownAnswer
from tenfold.store.values import LONGEST, Correction

router = APIRouter(prefix="/v1/feedback")

Id = Annotated[str, Field(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]
Kept = Literal["waiting", "accepted", "rejected"]

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": Refusal, "description": "Nothing of that id is kept"},
    409: {"model": Refusal, "description": "It was reviewed already"},
    413: {"model": Refusal, "description": "The body is over a limit"},
    422: {"model": Refusal, "description": "Well-formed, but not what is asked for"},
    503: {"model": Refusal, "description": "The database does not answer, or none is kept"},
}


class Said(BaseModel):
    """What is right, where an answer was wrong: `digit` for an answer about one, `value` for a number."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"id": "0" * 32, "digit": 7}})

    id: Id = Field(description="The `id` of the answer")
    digit: int | None = Field(None, ge=0, le=9, strict=True, description="What it is; null if it is no digit at all")
    value: str | None = Field(None, max_length=LONGEST, pattern="^[0-9]*$", description="The same for a number")

    @model_validator(mode="after")
    def _one_of_both(self) -> Said:
        given = self.model_fields_set & {"digit", "value"}
        if len(given) != 1:
            raise ValueError("give either digit or value")
        return self

    @property
    def text(self) -> str:
        """What it is, as digits."""
        return (self.value or "") if "value" in self.model_fields_set else "" if self.digit is None else str(self.digit)


class Verdict(BaseModel):
    """What a reviewer makes of a correction."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"accept": True, "said": "7"}})

    accept: bool = Field(strict=True)
    value: str | None = Field(
        None, max_length=LONGEST, pattern="^[0-9]*$", description="What it is, if not what was said"
    )
    seen: Kept = Field("waiting", description="The state it was in when the reviewer saw it")
    said: str = Field(max_length=LONGEST, description="What it was said to be when the reviewer saw it: its `value`")


class OneCorrection(BaseModel):
    """A correction."""

    id: str
    answer: str = Field(description="The `id` of the answer it corrects")
    at: float = Field(description="Seconds since 1970, UTC")
    client: str = Field(description="A name for who sent it, from which the address cannot be told")
    task: Literal["digit", "number"]
    value: str = Field(description="What it is said to be: digits, none for no digit")
    state: Kept
    final: str | None = Field(description="What the reviewer says it is, once accepted")
    was: str = Field(description="What Tenfold had read")
    status: str = Field(description="How it was answered")
    confidence: float
    model: str
    has_picture: bool
    score: float = Field(description="How suspicious it is; the highest is to be looked at first")
    reasons: list[str] = Field(description="Why")


class Corrections(BaseModel):
    """A list of corrections, and how many there are in all."""

    counts: dict[str, int]
    corrections: list[OneCorrection]


def reviewer(request: Request) -> Keeper:
    """Whoever is let through to review: with the token, or from this machine where there is none.

    Raises:
        Unauthorized: If the server is open to others and has no token.
        NoStore: If nothing is kept.
    """
    settings = request.app.state.shelf.recognizer.settings
    here = is_loopback(settings.host) and is_loopback(address_of(request))
    # A proxy on this machine asks for others.
    passed_on = settings.proxy or any(name == "forwarded" or name.startswith("x-forwarded") for name in request.headers)
    if not settings.token and (not here or passed_on):
        raise Unauthorized("Corrections are reviewed over the network with a token only.", "Set TENFOLD_TOKEN.")
    return keeper_of(request)


Reviewer = Annotated[Keeper, Depends(reviewer)]


@router.post("", response_model=OneCorrection, responses=REFUSALS)
async def correct(request: Request, said: Said) -> OneCorrection:
    """Say what is right. It is kept when this is answered, and used when somebody has looked at it."""
    state = request.app.state
    address = address_of(request)
    found = await aside(request, state.correcting, lambda keeper: keeper.correct(said.id, address, said.text))
    state.metrics.corrected()
    return shown(found)


@router.get("", response_model=Corrections, responses=REFUSALS)
def listed(
    keeper: Reviewer,
    state: Annotated[
        Kept, Query(description="Those waiting come most suspicious first, others latest first")
    ] = "waiting",
    most: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Corrections:
    """Corrections in one state."""
    store = keeper.store
    found = store.waiting(most) if state == "waiting" else store.listed(state, most)
    return Corrections(counts=store.counts(), corrections=[shown(one) for one in found])


@router.get("/{id}/picture", response_class=Response, responses={**REFUSALS, 200: {"content": {"image/png": {}}}})
def picture(keeper: Reviewer, id: Id) -> Response:
    """The picture a correction is about."""
    data = keeper.store.picture(id)
    if data is None:
        raise UnknownAnswer("The picture is not kept.", "Pictures are kept with TENFOLD_KEEP_PICTURES_DAYS above 0.")
    return Response(data, media_type="image/png")


@router.post("/{id}/review", response_model=OneCorrection, responses=REFUSALS)
def review(keeper: Reviewer, id: Id, verdict: Verdict) -> OneCorrection:
    """Accept a correction, accept it as another digit, or reject it."""
    return shown(keeper.store.review(id, verdict.accept, verdict.value, verdict.seen, verdict.said))


def shown(one: Correction) -> OneCorrection:
    """A correction as it is sent."""
    names = [name for name in OneCorrection.model_fields if name not in ("score", "reasons")]
    suspicion = one.suspicion
    return OneCorrection(
        **{name: getattr(one, name) for name in names}, score=suspicion.score, reasons=list(suspicion.reasons)
    )
