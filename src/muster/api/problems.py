"""Every refusal as an RFC 9457 problem document with a stable `code`."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import to_jsonable_python
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from muster.domain.errors import BusyError, DatabaseUnavailableError, MusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request
    from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
"""What a caller waits when the refusal itself names no time."""

_RESERVED = frozenset({"type", "title", "status", "detail", "instance", "code", "request_id"})
_CODES = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.NOT_FOUND: "no_such_route",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_TIMEOUT: "request_timeout",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
}
_DETAILS = {
    HTTPStatus.BAD_REQUEST: "The body can not be read as its Content-Type says.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address; /api/v1/openapi.json lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; the Allow header lists those it takes.",
}
_log = structlog.stdlib.get_logger(__name__)


def problem(  # noqa: PLR0913 - the members of a problem document
    request: Request,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the problem document. A fact named like a member of RFC 9457 is sent as `current_<name>`."""
    members = {
        f"current_{name}" if name in _RESERVED else name: to_jsonable_python(value, fallback=str)
        for name, value in (facts or {}).items()
    }
    document = {
        "type": f"urn:muster:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "code": code,
        "request_id": request.scope.get("muster.request_id", ""),
        **members,
    }
    return JSONResponse(document, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    app.add_exception_handler(MusterError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(PoolTimeoutError, _no_connection)


def unexpected(request: Request) -> JSONResponse:
    """Return the answer for a fault of ours: an id to quote, and nothing else."""
    return problem(
        request,
        status=500,
        code="internal",
        title="Something went wrong",
        detail="This is a fault of muster, not of your request. Its log names the cause under this request_id.",
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, MusterError)  # noqa: S101 - registered for this type; narrows it
    headers: dict[str, str] = {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in error.facts:
        headers["Retry-After"] = str(max(1, round(float(error.facts["retry_after"]))))
    elif error.status == HTTPStatus.SERVICE_UNAVAILABLE or isinstance(error, BusyError):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("http.failed", code=error.code, request_id=request.scope.get("muster.request_id"), exc_info=error)
    return problem(
        request,
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.message,
        facts=error.facts,
        headers=headers,
    )


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type; narrows it
    fields = [
        {"field": ".".join(str(part) for part in entry["loc"]), "message": entry["msg"]} for entry in error.errors()
    ]
    return problem(
        request,
        status=422,
        code="invalid_request",
        title="The request is not valid",
        detail=f"{len(fields)} field{'s are' if len(fields) > 1 else ' is'} not as expected; `errors` names each.",
        facts={"errors": fields},
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type; narrows it
    status = HTTPStatus(error.status_code)
    return problem(
        request,
        status=status,
        code=_CODES.get(status, f"http_{int(status)}"),
        title=status.phrase,
        detail=_DETAILS.get(status, error.detail),
        headers=error.headers,
    )


async def _no_connection(request: Request, error: Exception) -> Response:
    """Every connection of the pool is in use: no fault of the code, and over in a moment."""
    del error
    return await _refused(request, DatabaseUnavailableError("The database is fully in use; try again in a moment."))
