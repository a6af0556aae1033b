"""Personal profiles over HTTP: made, filled, counted, forgotten; each for whoever brings its handle in a header."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from tenfold.errors import UsageError
from tenfold.models.personal import featured
from tenfold.models.profile import MOST, Profile
from tenfold.recognizer import Recognizer
from tenfold.server.body import Reading, admitted
from tenfold.server.errors import PICTURE_REFUSALS, NoStore, Refusal, TooOften
from tenfold.server.hands import CONFLICT, Handle, with_profiles
from tenfold.server.keeper import Keeper
from tenfold.server.predict import BODY
from tenfold.server.room import Room, address_of
from tenfold.store.errors import TooManyProfiles
from tenfold.store.profiles import Profiles
from tenfold.types import Floats

router = APIRouter(prefix="/v1/profiles")

# Seconds after which it may make sense to ask for another profile.
LATER = 3600.0

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": Refusal, "description": "There is no profile of that handle"},
    413: {"model": Refusal, "description": "The body is over a limit"},
    422: {"model": Refusal, "description": "Well-formed, but not what is asked for"},
    503: {"model": Refusal, "description": "The database does not answer, or no profiles are kept"},
}
MAKING = {status: said for status, said in REFUSALS.items() if status != 404}


class Counts(BaseModel):
    """What a profile holds."""

    digits: list[int] = Field(description="How many of each digit, 0 to 9", min_length=10, max_length=10)
    most: int = Field(description="How many it may hold in all")
    model: str = Field(description="name@hash of the network it is for")
    current: bool = Field(description="Whether that network answers now; if not, the digits have to be written again")


class Made(Counts):
    """A new profile."""

    profile: str = Field(description="Its handle, which is kept nowhere else: whoever has it has the profile")


@router.post("", response_model=Made, responses=MAKING)
async def create(request: Request) -> Made:
    """Make an empty profile. Its handle goes into the header `X-Tenfold-Profile` of what follows."""
    address = address_of(request)
    recognizer: Recognizer = request.app.state.shelf.recognizer

    def make(keeper: Keeper) -> Made:
        _featured(recognizer)
        try:
            handle = Profiles(keeper.store).create(keeper.client(address), recognizer.model)
        except TooManyProfiles as error:
            raise TooOften(error.message, error.hint, LATER) from error
        return Made(profile=handle, **_counts(Profile(recognizer.model), recognizer.model))

    return await with_profiles(request, make)


@router.get("", response_model=Counts, responses=REFUSALS)
async def count(request: Request, handle: Handle) -> Counts:
    """How many of each digit a profile holds."""
    model = request.app.state.shelf.recognizer.model
    return await with_profiles(request, lambda keeper: Counts(**_counts(Profiles(keeper.store).get(handle), model)))


@router.delete("", response_model=Counts, responses=REFUSALS)
async def forget(request: Request, handle: Handle) -> Counts:
    """Forget a profile and all it holds, at once; its handle is none from then on."""
    model = request.app.state.shelf.recognizer.model

    def drop(keeper: Keeper) -> Counts:
        Profiles(keeper.store).delete(handle)
        return Counts(**_counts(Profile(model), model))

    return await with_profiles(request, drop)


@router.post(
    "/digits",
    response_model=Counts,
    responses={**PICTURE_REFUSALS, **REFUSALS, **CONFLICT},
    openapi_extra={"requestBody": BODY},
)
async def add(
    request: Request, handle: Handle, digit: Annotated[int, Query(ge=0, le=9, description="Which digit it is")]
) -> dict[str, Any]:
    """Put a digit into a profile: what the network saw in it is kept, the picture is not."""
    profile = await with_profiles(request, lambda keeper: Profiles(keeper.store).get(handle))
    room, desk = Room.of(request), request.app.state.desk
    async with admitted(request, desk) as asked:
        model, features = await desk.run(partial(_features, profile, room, asked.reading))
    await with_profiles(request, lambda keeper: Profiles(keeper.store).add(handle, features, digit))
    profile.add(features, digit)
    return _counts(profile, model)


def _featured(recognizer: Recognizer) -> None:
    try:
        featured(recognizer.classifier)
    except UsageError as error:
        raise NoStore("This server keeps no profiles: its network gives nothing to keep.", error.hint) from error


def _features(profile: Profile, room: Room, reading: Reading) -> tuple[str, Floats]:
    recognizer = room.shelf.get(None)
    profile.check_model(recognizer.model)
    return recognizer.model, recognizer.features(reading())


def _counts(profile: Profile, model: str) -> dict[str, Any]:
    return {
        "digits": list(profile.counts),
        "most": MOST,
        "model": profile.model,
        "current": profile.model == model,
    }
