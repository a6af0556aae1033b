"""Whose hand a request is about: the handle of a profile, in a header, and the recogniser for it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header

from tenfold.recognizer import Recognizer
from tenfold.server.body import Room
from tenfold.server.errors import PICTURE_REFUSALS, NoStore, Refusal
from tenfold.store.profiles import Profiles

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


def for_hand(room: Room, recognizer: Recognizer, handle: str | None) -> Recognizer:
    """A recogniser for the hand of a profile; the same one where no profile is named.

    Raises:
        UnknownProfile: If no profile has that handle.
        OtherNetwork: If it belongs to another network than the recogniser's.
        NoStore: If nothing is kept.
        StoreUnavailable: If the database does not answer.
    """
    if handle is None:
        return recognizer
    # Asked each time: what another process has added or forgotten holds here too.
    return recognizer.with_profile(profiles_of(room).get(handle))


def profiles_of(room: Room) -> Profiles:
    """Where profiles are kept.

    Raises:
        NoStore: If nothing is.
        StoreUnavailable: If the database does not answer.
    """
    if room.keeper is None:
        raise NoStore("This server keeps no profiles.", "Start it with --database.")
    return Profiles(room.keeper.store)
