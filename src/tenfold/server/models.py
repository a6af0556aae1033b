"""GET /v1/models: the cards of the models that can be asked for by name."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, read_card, shipped_names
from tenfold.server.desk import Shelf

router = APIRouter()


class Models(BaseModel):
    """The models in reach, and the one that answers where none is named."""

    default: str = Field(description="name@hash of the model that answers where none is named")
    models: list[ModelCard]


@router.get("/v1/models", response_model=Models)
def models(request: Request) -> Models:
    """The cards of the models that `POST /v1/predict?model=` takes."""
    shelf: Shelf = request.app.state.shelf
    own = shelf.recognizer.classifier.card
    cards = {own.name: own}
    for name in shipped_names():
        cards.setdefault(name, read_card(WEIGHTS / f"{name}.json"))
    return Models(default=own.identity, models=[cards[name] for name in sorted(cards)])
