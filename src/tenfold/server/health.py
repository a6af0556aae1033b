"""GET /v2/health/live and /v2/health/ready, as in the Open Inference Protocol."""

from __future__ import annotations

from fastapi import APIRouter, Request

from tenfold.server.desk import Desk
from tenfold.server.errors import NOT_NOW, NotReady
from tenfold.server.guards import Arrivals

router = APIRouter(prefix="/v2/health")


@router.get("/live")
async def live() -> dict[str, bool]:
    """The process answers."""
    return {"live": True}


@router.get("/ready", responses=NOT_NOW)
async def ready(request: Request) -> dict[str, bool]:
    """The networks are warm, and a request would find memory for its body and a place."""
    desk: Desk = request.app.state.desk
    arrivals: Arrivals = request.app.state.arrivals
    if not request.app.state.warm.is_set():
        raise NotReady("The networks are being loaded.", "Try again in a moment.")
    if desk.full:
        raise NotReady("Every place is taken.", "Try again in a moment.")
    if arrivals.full:
        raise NotReady("All memory for what is on its way is taken.", "Try again in a moment.")
    return {"ready": True}
