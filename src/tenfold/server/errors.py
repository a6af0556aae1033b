"""The ways only the server can refuse, and the one place where errors become HTTP answers.

    TenfoldError
    ├── CannotListen        exit 1              the address cannot be bound
    ├── BadRequest                   HTTP 400   the request is malformed
    ├── UnknownHost                  HTTP 400   the Host header names another machine
    ├── Unauthorized                 HTTP 401   the token is missing or wrong
    ├── BodyTooLarge                 HTTP 413   over a limit, refused without keeping it
    ├── UnknownBody                  HTTP 415   neither multipart, JSON nor InkML
    ├── InvalidInput                 HTTP 422   well-formed, but not what is asked for
    ├── Busy                         HTTP 429   every place is taken, or all memory for what is sent
    │   └── TooOften                 HTTP 429   one client asks too often
    ├── NotReady                     HTTP 503   the networks are not warm yet, or every place is taken
    ├── NoStore                      HTTP 503   this server keeps nothing
    └── TooSlow                      HTTP 503   an answer took too long

Every refusal is JSON: ``{"error": {"code", "message", "hint"}}``.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenfold.errors import TenfoldError

_log = logging.getLogger(__name__)


class CannotListen(TenfoldError):
    """The server cannot bind the address it was given."""

    code = "cannot_listen"


class BadRequest(TenfoldError):
    """The request cannot be understood: broken JSON, broken multipart, or too slow in coming."""

    code = "bad_request"
    http_status = 400


class UnknownHost(TenfoldError):
    """The Host header names another machine: the sign of a page elsewhere that reaches for this one."""

    code = "unknown_host"
    http_status = 400


class BodyTooLarge(TenfoldError):
    """The request's body is over a limit."""

    code = "too_large"
    http_status = 413


class UnknownBody(TenfoldError):
    """The body is of a type the server does not take."""

    code = "unsupported_media_type"
    http_status = 415


class InvalidInput(TenfoldError):
    """The request is well-formed, but what it holds is not what is asked for."""

    code = "invalid_input"
    http_status = 422


class Unauthorized(TenfoldError):
    """The request does not bring the token."""

    code = "unauthorized"
    http_status = 401


class Busy(TenfoldError):
    """More requests at once than the server takes.

    Args:
        message: See `TenfoldError`.
        hint: See `TenfoldError`.
        wait: Seconds after which to come again; a request takes a few milliseconds.
    """

    code = "busy"
    http_status = 429

    def __init__(self, message: str, hint: str = "", wait: float = 1.0) -> None:
        super().__init__(message, hint)
        self.wait = wait


class TooOften(Busy):
    """One client asks more often than it may."""

    code = "too_many_requests"


class NotReady(TenfoldError):
    """A request would not be answered now."""

    code = "not_ready"
    http_status = 503


class NoStore(TenfoldError):
    """The server keeps no answers, so that none can be corrected."""

    code = "no_store"
    http_status = 503


class NoLessons(TenfoldError):
    """This server trains nothing for visitors."""

    code = "no_lessons"
    http_status = 503


class NoMnist(TenfoldError):
    """MNIST is asked for, and the service has not got it; it is not fetched at a visitor's request."""

    code = "no_mnist"
    http_status = 404


class TooSlow(TenfoldError):
    """An answer took longer than it may."""

    code = "too_slow"
    http_status = 503


_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_HINTS = {
    404: "The page /docs lists what there is.",
    405: "The page /docs says which method goes with which address.",
}


def refusal(
    status: int, code: str, message: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The HTTP answer for a refusal, in the one shape all of them have."""
    body = {"error": {"code": code, "message": message, "hint": hint}}
    return JSONResponse(body, status, headers=headers)


def refuse(error: TenfoldError) -> JSONResponse:
    """The HTTP answer for an error Tenfold raised on purpose."""
    headers = {}
    if isinstance(error, Busy):
        headers["retry-after"] = str(max(1, math.ceil(error.wait)))
    elif isinstance(error, Unauthorized):
        headers["www-authenticate"] = "Bearer"
    return refusal(error.http_status, error.code, error.message, error.hint, headers)


class Refused(BaseModel):
    """What was wrong, and what to do."""

    code: str = Field(description="A word for programs")
    message: str = Field(description="A sentence for people: what was wrong")
    hint: str = Field(description="What to do; may be empty")


class Refusal(BaseModel):
    """The body of every answer that is no success."""

    error: Refused


# What any address may answer besides success, for the description of the interface.
_Answers = dict[int | str, dict[str, Any]]
_WAIT = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
REFUSALS: _Answers = {
    400: {"model": Refusal, "description": "The request is malformed, or its Host header names another machine"},
    401: {"model": Refusal, "description": "The token is missing or wrong, where one is asked for"},
    429: {"model": Refusal, "description": "Too many requests, of one client or of all", "headers": _WAIT},
    500: {"model": Refusal, "description": "An accident inside Tenfold"},
}
NOT_NOW: _Answers = {503: {"model": Refusal, "description": "Not ready yet, or an answer took too long"}}
# Those of addresses that take a picture.
PICTURE_REFUSALS: _Answers = {
    404: {"model": Refusal, "description": "There is no model of that name"},
    413: {"model": Refusal, "description": "The body, or what it holds, is over a limit"},
    415: {"model": Refusal, "description": "The body is of no type that is taken, or the file in it no picture"},
    422: {"model": Refusal, "description": "Well-formed, but not what is asked for; or the file in it is damaged"},
    **NOT_NOW,
}


def add_error_answers(app: FastAPI) -> None:
    """Make every error of the application, FastAPI's own included, answer in the one shape."""
    app.add_exception_handler(TenfoldError, _on_tenfold_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_middleware(Accidents)


async def _on_tenfold_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TenfoldError)
    return refuse(error)


async def _on_http_exception(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, TenfoldError):  # raised while FastAPI received a body, which has no words for it
        return refuse(error.__cause__)
    status = error.status_code
    code = _CODES.get(status, "http_error")
    return refusal(status, code, f"{error.detail}.".replace("..", "."), _HINTS.get(status, ""), error.headers)


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where, *names = first["loc"]
    if first["type"] == "json_invalid":
        return refusal(400, BadRequest.code, "The body is not JSON.", "The page /docs says what it may be.")
    what = ".".join(str(name) for name in names if not isinstance(name, int)) or "as a whole"
    message = f"{str(where).capitalize()} {what!r}: {first['msg']}, got {str(first['input'])[:80]!r}."
    return refusal(422, InvalidInput.code, message, "The page /docs says what each may be.")


class Accidents:
    """Answers what nobody foresaw with a plain refusal, and keeps the traceback in the server's log.

    Starlette would answer too, but outside the layers that add the headers, and the connection would be cut.

    Args:
        app: The application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:  # while it was still sending: nobody hears an answer
            return
        except Exception:  # whatever it is: the server goes on with the next request
            if started or scope["type"] != "http":
                raise
            _log.exception("An accident while answering %s %s", scope["method"], scope["path"])
            message = "Something went wrong inside Tenfold; the picture was not read."
            hint = "Try again; if it happens again, the server's log says why."
            await refusal(500, "internal_error", message, hint)(scope, receive, send)
