"""Health, readiness, measurements and the OpenAPI document: no sign-in, no tenant."""

from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from muster.api.caller import Provided
from muster.api.documents.system import HealthDocument, ReadyDocument
from muster.api.routing import API, Routes
from muster.domain.errors import DatabaseUnavailableError, MusterError
from muster.domain.tenant import Permission

routes = Routes(API, "system")
at_root = Routes("", "system")
"""The same under the addresses where probes and scrapers look by habit."""

_log = structlog.stdlib.get_logger(__name__)
_METRICS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus text.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


@at_root.get("/healthz", Permission.PUBLIC, in_schema=False)
@routes.get("/healthz", Permission.PUBLIC)
async def get_health(request: Request) -> HealthDocument:
    """The process answers; nothing else is asked."""
    return HealthDocument(version=request.app.version)


@at_root.get("/readyz", Permission.PUBLIC, in_schema=False)
@routes.get("/readyz", Permission.PUBLIC)
async def get_readiness(services: Provided) -> ReadyDocument:
    """The database answers, with the schema and the role that this program needs; else 503."""
    try:
        await services.database.verify()
    except MusterError as error:
        _log.warning("http.not_ready", code=error.code, reason=error.message)
        raise DatabaseUnavailableError("The database is away or not fit to be used; the log says why.") from error
    return ReadyDocument()


@at_root.get("/metrics", Permission.PUBLIC, in_schema=False)
@routes.get("/metrics", Permission.PUBLIC, responses=_METRICS, response_class=Response)
async def get_metrics(request: Request) -> Response:
    """Counts and times of calls by route; nothing of tenants."""
    body = generate_latest(request.app.state.measurements.registry)
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


@routes.get("/openapi.json", Permission.PUBLIC, in_schema=False)
async def get_openapi_document(request: Request) -> JSONResponse:
    """The OpenAPI 3.1 document."""
    return JSONResponse(request.app.openapi(), headers={"Cache-Control": "no-cache"})
