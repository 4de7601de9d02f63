"""`Routes`: the routes of one subject; none can be added without its permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from fastapi import APIRouter

from muster.api.guard import BODY_KEY, PERMISSION_KEY, GuardedRoute
from muster.api.limits import Body

if TYPE_CHECKING:
    from typing import Unpack

    from starlette.responses import Response

    from muster.domain.tenant import Permission

API = "/api/v1"

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class RouteOptions(TypedDict, total=False):
    """What a route may say beside its method, path and permission."""

    body: Body
    status: int
    responses: dict[int | str, dict[str, Any]]
    response_class: type[Response]
    extra: dict[str, Any]
    in_schema: bool


class Routes:
    """Routes under one prefix. The endpoint's name is its operationId, its docstring the text users read."""

    def __init__(self, prefix: str, tag: str) -> None:
        self.router = APIRouter(prefix=prefix, tags=[tag], route_class=GuardedRoute)

    def get(self, path: str, permission: Permission, **options: Unpack[RouteOptions]) -> Callable[[Endpoint], Endpoint]:
        """Register the decorated endpoint for GET."""
        return self._route("GET", path, permission, options)

    def post(
        self, path: str, permission: Permission, **options: Unpack[RouteOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Register the decorated endpoint for POST."""
        return self._route("POST", path, permission, options)

    def put(self, path: str, permission: Permission, **options: Unpack[RouteOptions]) -> Callable[[Endpoint], Endpoint]:
        """Register the decorated endpoint for PUT."""
        return self._route("PUT", path, permission, options)

    def patch(
        self, path: str, permission: Permission, **options: Unpack[RouteOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Register the decorated endpoint for PATCH."""
        return self._route("PATCH", path, permission, options)

    def delete(
        self, path: str, permission: Permission, **options: Unpack[RouteOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Register the decorated endpoint for DELETE."""
        return self._route("DELETE", path, permission, options)

    def _route(
        self, method: str, path: str, permission: Permission, options: RouteOptions
    ) -> Callable[[Endpoint], Endpoint]:
        extra = {
            PERMISSION_KEY: str(permission),
            BODY_KEY: str(options.get("body", Body.SMALL)),
            **options.get("extra", {}),
        }
        more: dict[str, Any] = {"response_class": options["response_class"]} if "response_class" in options else {}

        def register(endpoint: Endpoint) -> Endpoint:
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                status_code=options.get("status"),
                operation_id=endpoint.__name__,
                summary=endpoint.__name__.replace("_", " ").capitalize(),
                responses=options.get("responses"),
                openapi_extra=extra,
                include_in_schema=options.get("in_schema", True),
                **more,
            )
            return endpoint

        return register
