"""The outermost layer: request id, one log event and one measurement per call, safe headers, and the last resort."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from muster.api.problems import unexpected
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NO_ROUTE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_log = structlog.stdlib.get_logger(__name__)


class Measurements:
    """Counts and times of calls by route template, never by tenant, user or id."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self.calls = Counter("muster_http_requests", "Calls answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "muster_http_request_seconds", "Time to the end of the answer.", ["method", "route"], registry=self.registry
        )


class Observed:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, measurements: Measurements) -> None:
        self._app = app
        self._measurements = measurements

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid7().hex
        scope["muster.request_id"] = request_id
        status = 0
        began = time.perf_counter()

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, observed)
            except Exception:  # noqa: BLE001 - the ASGI handler: the last resort of every call
                _log.exception("http.failed", route=_route(scope))
                if status == 0:
                    await unexpected(Request(scope))(scope, receive, observed)
            finally:
                self._finish(scope, status, time.perf_counter() - began)

    def _finish(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "(other)"
        self._measurements.calls.labels(method, route, str(status)).inc()
        self._measurements.seconds.labels(method, route).observe(seconds)
        _log.info("http.answered", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _route(scope: Scope) -> str:
    """Return the template, not the path: ids and query strings stay out of logs and measurements."""
    return getattr(scope.get("route"), "path", _NO_ROUTE)
