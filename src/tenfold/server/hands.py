"""Whose hand a request is about: the handle of a profile, in a header, and the recogniser for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

import anyio
from fastapi import Header, Request

from tenfold.models.profile import Profile
from tenfold.recognizer import Recognizer
from tenfold.server.errors import PICTURE_REFUSALS, Refusal, TooSlow
from tenfold.server.feedback import keeper_of
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
    return await beside(request, lambda keeper: Profiles(keeper.store).get(handle))


def for_hand(recognizer: Recognizer, hand: Profile | None) -> Recognizer:
    """A recogniser for the hand of a profile; the same one where there is none.

    Raises:
        OtherNetwork: If it belongs to another network than the recogniser's.
    """
    return recognizer if hand is None else recognizer.with_profile(hand)


async def beside(request: Request, work: Callable[[Keeper], T]) -> T:
    """Work with the database in a thread that answers none: who asks for nothing of it never waits for it.

    Raises:
        NoStore: If nothing is kept.
        TooSlow: If it takes too long. What has begun by then goes on, and what it was to write may be written.
    """
    state = request.app.state
    seconds = state.shelf.recognizer.settings.request_seconds
    done = partial(work, keeper_of(request))
    try:
        with anyio.fail_after(seconds):
            return await asyncio.get_running_loop().run_in_executor(state.profiling, done)
    except TimeoutError as error:
        hint = "Try again later; what was to be kept may have been: look before you send it again."
        raise TooSlow(f"The database took longer than {seconds:g} seconds.", hint) from error
