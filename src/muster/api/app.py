"""`create_app`: the application for given services, refused when a route stands without its permission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from muster.api import openapi, problems
from muster.api.crowd import Crowd
from muster.api.observe import Measurements, Observed
from muster.api.routes import ROUTES

if TYPE_CHECKING:
    from muster.services.context import Services

_TITLE = "muster"


def create_app(services: Services, *, version: str = "") -> FastAPI:
    """Return the ASGI application. It opens and closes nothing: `services` belong to the caller.

    Raises UnguardedRouteError for a route without a permission.
    """
    app = FastAPI(
        title=_TITLE,
        version=version or "0",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # It would hand bodies and parameters, which hold cell values and ids, to whatever collects traces.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.services = services
    app.state.crowd = Crowd()
    app.state.measurements = Measurements()
    app.add_middleware(Observed, measurements=app.state.measurements)
    problems.install(app)
    for routes in ROUTES:
        app.include_router(routes.router)
    list(openapi.routes_of(app))
    _serve_document(app)
    return app


def _serve_document(app: FastAPI) -> None:
    document: dict[str, Any] = {}

    def made() -> dict[str, Any]:
        if not document:
            document.update(openapi.document(app))
        return document

    app.openapi = made  # type: ignore[method-assign]  # FastAPI's documented way to extend it
