"""The Open Inference Protocol, version 2: for programs that speak it to any model server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.config import JsonDict

from tenfold import __version__
from tenfold.errors import UnreadableImage
from tenfold.imaging.load import Source
from tenfold.imaging.normalize import normalize
from tenfold.imaging.stroke_files import EXPECTED, LOOKED_AT, ink_format
from tenfold.recognizer import Recognizer
from tenfold.server.desk import Desk, Shelf
from tenfold.server.errors import PICTURE_REFUSALS, InvalidInput
from tenfold.server.room import Room, address_of
from tenfold.types import Normalized, Pixels, Prediction

router = APIRouter(prefix="/v2")

# Pictures in one request, and the longest side of each.
MOST, LONGEST = 256, 512
Name = Annotated[str, Path(max_length=100, description="A shipped model's name")]
OUTPUTS = (
    ("digit", "INT64", [-1]),
    ("status", "BYTES", [-1]),
    ("confidence", "FP32", [-1]),
    ("probabilities", "FP32", [-1, 10]),
    ("id", "BYTES", [-1]),
)
_NO_DIGIT = -1

EXAMPLE: JsonDict = {
    "example": {"inputs": [{"name": "images", "shape": [1, 2, 2], "datatype": "UINT8", "data": [0, 255, 0, 255]}]}
}


class Input(BaseModel):
    """One input tensor."""

    name: str = Field(max_length=100)
    shape: list[int] = Field(min_length=1, max_length=4)
    datatype: Literal["UINT8", "FP32", "BYTES"]
    data: list[Any] = Field(max_length=MOST * LONGEST * LONGEST)
    parameters: dict[str, Any] | None = None


class Wanted(BaseModel):
    """An output that is asked for."""

    name: str = Field(max_length=100)
    parameters: dict[str, Any] | None = None


class Inference(BaseModel):
    """A request: pictures or strokes of one digit each."""

    model_config = ConfigDict(json_schema_extra=EXAMPLE)

    id: str | None = Field(None, max_length=100)
    inputs: list[Input] = Field(min_length=1, max_length=1)
    outputs: list[Wanted] | None = Field(None, max_length=10)
    parameters: dict[str, Any] | None = None


BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Inference.model_json_schema(), **EXAMPLE}},
    }
}


class Tensor(BaseModel):
    """An output tensor."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any]


class Inferred(BaseModel):
    """What was inferred: for each picture the digit (-1 for none), its status, its confidence, ten probabilities, `id`.

    The output `id` has the handle of each answer, by which it can be corrected; an empty text for what is no picture.
    """

    id: str | None
    model_name: str
    model_version: str
    outputs: list[Tensor]


@router.get("")
def server() -> dict[str, Any]:
    """What serves here."""
    return {"name": "tenfold", "version": __version__, "extensions": []}


@router.get("/models/{name}", responses=PICTURE_REFUSALS)
def model(request: Request, name: Name) -> dict[str, Any]:
    """What a model takes and gives."""
    shelf: Shelf = request.app.state.shelf
    card = shelf.get(name).classifier.card
    return {
        "name": card.name,
        "versions": [card.sha256[:8]],
        "platform": "onnxruntime_onnx",
        "inputs": [
            *({"name": "images", "datatype": kind, "shape": [-1, -1, -1]} for kind in ("UINT8", "FP32")),
            {"name": "strokes", "datatype": "BYTES", "shape": [-1]},
        ],
        "outputs": [{"name": one, "datatype": kind, "shape": shape} for one, kind, shape in OUTPUTS],
    }


@router.get("/models/{name}/ready", responses=PICTURE_REFUSALS)
def model_ready(request: Request, name: Name) -> dict[str, Any]:
    """Whether a model can be asked."""
    shelf: Shelf = request.app.state.shelf
    return {"name": shelf.get(name).classifier.card.name, "ready": True}


@router.post("/models/{name}/infer", response_model=Inferred, responses=PICTURE_REFUSALS, openapi_extra=BODY)
async def infer(request: Request, name: Name) -> Inferred:
    """Read a stack of pictures, (n, height, width): UINT8 0 to 255 or FP32 0 to 1, dark on light or light on dark.

    Or strokes, (n,): BYTES, each a text of JSON, {"strokes": [{"x": […], "y": […]}, …]}, or of InkML.
    """
    desk: Desk = request.app.state.desk
    text = await request.body()
    async with desk.place():
        # A long list of numbers takes as long to take apart as to look at: in a thread, as everything that works.
        return await desk.run(partial(_infer, Room.of(request), name, address_of(request), text))


def _infer(room: Room, name: str, address: str, text: bytes) -> Inferred:
    recognizer = room.shelf.get(name)
    try:
        asked = Inference.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "as a whole"
        raise InvalidInput(f"Body {where!r}: {first['msg']}.", "The page /docs says what it may be.") from error
    given = asked.inputs[0]
    sources = _inks(given) if given.datatype == "BYTES" else list(_pictures(given))
    answers, handles = _answered(room, recognizer, address, sources)
    count = len(answers)
    columns: dict[str, tuple[str, list[int], list[Any]]] = {
        "digit": ("INT64", [count], [_NO_DIGIT if one.digit is None else one.digit for one in answers]),
        "status": ("BYTES", [count], [one.status for one in answers]),
        "confidence": ("FP32", [count], [one.confidence for one in answers]),
        "probabilities": (
            "FP32",
            [count, 10],
            [chance for one in answers for chance in (one.probabilities or (0.0,) * 10)],
        ),
        "id": ("BYTES", [count], handles),
    }
    wanted = [one.name for one in asked.outputs] if asked.outputs else list(columns)
    if unknown := [one for one in wanted if one not in columns]:
        raise InvalidInput(f"There is no output {unknown[0][:40]!r}.", f"There are: {', '.join(columns)}.")
    outputs = [
        Tensor(name=one, datatype=columns[one][0], shape=columns[one][1], data=columns[one][2]) for one in wanted
    ]
    card = recognizer.classifier.card
    return Inferred(id=asked.id, model_name=card.name, model_version=card.sha256[:8], outputs=outputs)


def _answered(
    room: Room, recognizer: Recognizer, address: str, sources: Sequence[Source]
) -> tuple[list[Prediction], list[str]]:
    """An answer to each, and its handle; none for what cannot be opened, in which there is nothing to correct."""
    inks: list[Normalized | Prediction] = []
    cuttings: list[bytes | None] = []
    for source in sources:
        try:
            picture = recognizer.load(source)
        except UnreadableImage as error:
            inks.append(Prediction("unreadable_image", reason=str(error), model=recognizer.model))
            cuttings.append(None)
        else:
            ink = normalize(picture)
            inks.append(ink)
            cuttings.append(room.cutting(picture, ink))
    room.metrics.batch(len(inks))
    answers = recognizer.answer(inks)
    handles = []
    for answer, seen, cutting in zip(answers, inks, cuttings, strict=True):
        if isinstance(seen, Normalized):
            handles.append(room.answered(address, answer, seen, cutting))
        else:
            room.metrics.answered(answer)
            handles.append("")
    return answers, handles


def _inks(given: Input) -> list[bytes]:
    texts = given.data
    if given.shape not in ([len(texts)], [len(texts), 1]) or not 1 <= len(texts) <= MOST:
        raise InvalidInput(
            f"Input {given.name[:40]!r} has shape {given.shape} and {len(texts):,} texts.",
            f"Send (n), and a text of strokes each, at most {MOST}.",
        )
    if not all(isinstance(text, str) and ink_format(text[:LOOKED_AT].encode(errors="replace")) for text in texts):
        raise InvalidInput(f"The data of input {given.name[:40]!r} are not texts of strokes.", EXPECTED)
    return [text.encode(errors="replace") for text in texts]


def _pictures(given: Input) -> Pixels:
    shape = given.shape
    if len(shape) == 4 and shape[3] == 1:
        shape = shape[:3]
    if len(shape) != 3 or not 1 <= shape[0] <= MOST or not all(1 <= side <= LONGEST for side in shape[1:]):
        raise InvalidInput(
            f"Input {given.name[:40]!r} has shape {given.shape}.",
            f"Send (n, height, width): at most {MOST} pictures, no side longer than {LONGEST}.",
        )
    try:
        values = np.asarray(given.data, np.float64).ravel()
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(
            f"The data of input {given.name[:40]!r} are not numbers.", "Send them row by row."
        ) from error
    if values.size != int(np.prod(shape)):
        raise InvalidInput(f"A shape of {given.shape} has {int(np.prod(shape)):,} values, got {values.size:,}.")
    most = 255.0 if given.datatype == "UINT8" else 1.0
    if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= most):
        raise InvalidInput(f"Values of {given.datatype} lie from 0 to {most:g}.", "Scale them.")
    return np.rint(values.reshape(shape) * (255.0 / most)).astype(np.uint8)
