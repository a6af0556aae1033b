"""GET /v1/models: the cards of the models that can be asked for by name, and the files of those that are networks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field

from tenfold.errors import UnknownName
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, read_card, shipped_names
from tenfold.server.desk import Shelf
from tenfold.server.errors import Refusal

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


KIND = "application/octet-stream"
# What is asked for by its hash never changes; by its name alone it may, with the next version.
FOR_GOOD, TILL_CHANGED = "private, max-age=31536000, immutable", "private, no-cache"


@router.get(
    "/v1/models/{name}/weights",
    response_class=Response,
    responses={
        200: {"content": {KIND: {"schema": {"type": "string", "format": "binary"}}}, "description": "The ONNX file"},
        304: {"description": "The file is still the one whose hash was sent as If-None-Match"},
        404: {"model": Refusal, "description": "There is no such network, or none of that hash"},
    },
)
def weights(
    request: Request,
    name: Annotated[str, Path(max_length=100, description="The name on a model's card")],
    sha256: Annotated[
        str | None, Query(pattern="^[0-9a-f]{64}$", description="The hash on the card: then the file may be kept")
    ] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The ONNX file of a network, as it answers here."""
    card, file = _network(request.app.state.shelf, name)
    if sha256 not in (None, card.sha256):
        raise UnknownName("network of that hash, named", name, [card.identity])
    headers = {"etag": f'"{card.sha256}"', "cache-control": FOR_GOOD if sha256 else TILL_CHANGED}
    if if_none_match == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(file, media_type=KIND, headers=headers)


def _network(shelf: Shelf, name: str) -> tuple[ModelCard, bytes]:
    """The card and the file of a network: the one that answers here, which may be a later version, or a shipped one."""
    own = shelf.recognizer.classifier
    if name == own.card.name and isinstance(own, OnnxClassifier):
        return own.card, own.weights
    known = shipped_names()
    if name not in known or name == own.card.name:
        raise UnknownName("network", name, known)
    return read_card(WEIGHTS / f"{name}.json"), (WEIGHTS / f"{name}.onnx").read_bytes()
