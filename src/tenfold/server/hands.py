"""Whose hand a request is about: the handle of a profile, in a header, and the recogniser for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Header, Request

from tenfold.models.profile import Profile
from tenfold.recognizer import Recognizer
from tenfold.server.aside import aside
from tenfold.server.errors import PICTURE_REFUSALS, Refusal
from tenfold.server.keeper import Keeper
from tenfold.store.profiles import Profiles

T = TypeVar("T")

# A handle is 43 signs. In a header it is in no log and in no history, as it would be in an address.
HEADER = "X-Tenfold-Profile"
Handle = Annotated[str, Header(alias=HEADER, max_length=200, description="The handle of a profile")]
MaybeHandle = Annotated[
    str | None, Header(alias=HEADER, max_length=200, description="The handle of a profile: whose hand it is")
]
CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": Refusal, "description": "The profile is full, or belongs to another network than the one in use"}
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    **PICTURE_REFUSALS,
    **CONFLICT,
    404: {"model": Refusal, "description": "There is no model of that name, or no profile of that handle"},
}


async def hand_of(request: Request, handle: str | None) -> Profile | None:
    """The profile of a handle as it is now; None where no handle is given, and then nothing is asked.

    Raises:
        UnknownProfile: If no profile has that handle.
        NoStore: If nothing is kept.
        StoreUnavailable: If the database does not answer.
        TooSlow: If it takes too long.
    """
    if handle is None:
        return None
    # Asked each time: what another process has added or forgotten holds here too.
    return await with_profiles(request, lambda keeper: Profiles(keeper.store).get(handle))


def for_hand(recognizer: Recognizer, hand: Profile | None) -> Recognizer:
    """A recogniser for the hand of a profile; the same one where there is none.

    Raises:
        OtherNetwork: If it belongs to another network than the recogniser's.
    """
    return recognizer if hand is None else recognizer.with_profile(hand)


async def with_profiles(request: Request, work: Callable[[Keeper], T]) -> T:
    """Work with the profiles of the database, in the threads that are for them; see `tenfold.server.aside.aside`."""
    return await aside(request, request.app.state.profiling, work)
