"""GET /v1/models: the cards of the models that can be asked for by name, and the files of those that are networks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field

from tenfold.errors import UnknownName
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, read_card, shipped_names
from tenfold.server.desk import Shelf
from tenfold.server.errors import Refusal
from tenfold.server.renewal import Renewal

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
    """The ONNX file of a shipped network, or of the version of it that was promoted; no other file is given away."""
    card, file = _network(request, name)
    if sha256 not in (None, card.sha256):
        raise UnknownName("network of that hash, named", name, [card.identity])
    headers = {"etag": f'"{card.sha256}"', "cache-control": FOR_GOOD if sha256 else TILL_CHANGED}
    if if_none_match == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(file, media_type=KIND, headers=headers)


def _network(request: Request, name: str) -> tuple[ModelCard, bytes]:
    """The card and the file of a shipped network, or of its version that answers here in its place.

    Raises:
        UnknownName: If there is none; also where a file of whoever runs the server answers under that name.
    """
    renewal: Renewal | None = request.app.state.renewal
    promoted = renewal.promoted if renewal else None
    if promoted and name == promoted.card.name:
        return promoted.card, promoted.weights
    own: ModelCard = request.app.state.shelf.recognizer.classifier.card
    known = shipped_names()
    card = read_card(WEIGHTS / f"{name}.json") if name in known else None
    if card is None or (name == own.name and own.sha256 != card.sha256):
        raise UnknownName("network", name, known)
    return card, (WEIGHTS / f"{name}.onnx").read_bytes()
