"""What is in reach of the work on requests, and what becomes of an answer about one digit."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from fastapi import Request

from tenfold.server.desk import Shelf
from tenfold.server.keeper import Keeper, a_digit, cut
from tenfold.server.metrics import Metrics
from tenfold.types import Normalized, Picture, Prediction


@dataclass(frozen=True, slots=True)
class Room:
    """What is in reach.

    Attributes:
        shelf: The recognisers.
        keeper: Remembers answers; None if nothing is kept.
        metrics: Counts them.
    """

    shelf: Shelf
    keeper: Keeper | None
    metrics: Metrics

    @classmethod
    def of(cls, request: Request) -> Room:
        """That of the application which the request came to."""
        state = request.app.state
        return cls(state.shelf, state.keeper, state.metrics)

    def cutting(self, picture: Picture, ink: Normalized) -> bytes | None:
        """What is kept of a picture of one digit; None if none is, or nothing is written on it."""
        keeps = self.keeper is not None and self.keeper.keeps_pictures
        return cut(picture, ink.box) if keeps and ink.box else None

    def answered(
        self, address: str, prediction: Prediction, ink: Normalized, cutting: bytes | None, drifts: bool = True
    ) -> str:
        """Count an answer and keep it, soon; gives its handle.

        Args:
            address: Of who asked.
            prediction: The answer.
            ink: What it is about.
            cutting: See `cutting`.
            drifts: See `tenfold.server.metrics.Metrics.answered`.
        """
        self.metrics.answered(prediction, drifts)
        handle = uuid.uuid4().hex
        if self.keeper:
            self.keeper.keep(a_digit(handle, self.keeper.client(address), prediction, ink, cutting))
        return handle


def address_of(request: Request) -> str:
    """Of the client; empty where nobody knows."""
    return request.client.host if request.client else ""
