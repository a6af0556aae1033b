"""GET /v2/health/live and /v2/health/ready, as in the Open Inference Protocol."""

from __future__ import annotations

from fastapi import APIRouter, Request

from tenfold.server.desk import Desk
from tenfold.server.errors import NO_PLACE, Busy

router = APIRouter(prefix="/v2/health")


@router.get("/live")
def live() -> dict[str, bool]:
    """The process answers."""
    return {"live": True}


@router.get("/ready", responses=NO_PLACE)
async def ready(request: Request) -> dict[str, bool]:
    """The model is loaded and a request would find a place."""
    desk: Desk = request.app.state.desk
    if desk.full:
        raise Busy("Every place is taken.", "Try again in a moment.")
    return {"ready": True}
