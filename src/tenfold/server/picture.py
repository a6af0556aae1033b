"""POST /v1/picture: what was handed over, as it is read, for pages whose browser cannot show the file itself."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tenfold.config import Settings
from tenfold.imaging.document import open_pages
from tenfold.imaging.load import load
from tenfold.server.body import Asked, admitted
from tenfold.server.errors import PICTURE_REFUSALS
from tenfold.server.keeper import to_png
from tenfold.server.predict import BODY
from tenfold.server.read import no_pdf
from tenfold.server.room import Room

router = APIRouter()


@router.post(
    "/v1/picture",
    response_class=Response,
    responses={**PICTURE_REFUSALS, 200: {"content": {"image/png": {}}}},
    openapi_extra={"requestBody": BODY},
)
async def picture(
    request: Request,
    sheet: Annotated[bool, Query(description="Strokes as `/v1/read` reads them, and not as one digit")] = False,
) -> Response:
    """Give the picture that is read, as PNG: strokes as they are drawn, files of other kinds upright and decoded."""
    desk = request.app.state.desk
    async with admitted(request, desk) as asked:
        shown = await desk.run(partial(_shown, Room.of(request).shelf.recognizer.settings, sheet, asked))
    return Response(shown, media_type="image/png")


def _shown(settings: Settings, sheet: bool, asked: Asked) -> bytes:
    source = no_pdf(asked.reading())
    if not sheet:
        return to_png(load(source, settings.max_bytes, settings.max_pixels).pixels)
    (found,) = open_pages(source, settings)
    if isinstance(found, Exception):
        raise found
    return to_png(found.pixels)
