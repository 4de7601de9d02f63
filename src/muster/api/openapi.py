"""The OpenAPI 3.1 document: FastAPI's, with who may call, tenant headers and problem documents on every operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from muster import __doc__ as muster_doc
from muster.api.caller import CLIENT_HEADER, ENGAGEMENT_HEADER, SESSION_COOKIE, TENANT_PERMISSIONS
from muster.api.guard import BODY_KEY, PERMISSION_KEY, UnguardedRouteError, permission_of
from muster.api.problems import MEDIA_TYPE
from muster.domain.tenant import Permission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

_METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457 problem document. `code` is stable; further members hold the facts of the case.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is the matter and what to do next."},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "examples": [
        {
            "type": "urn:muster:problem:not_found",
            "title": "There is no such thing here",
            "status": 404,
            "detail": "No import of this id in this engagement.",
            "instance": "/api/v1/data-import/0192f0c1-0000-7000-8000-000000000001",
            "code": "not_found",
            "request_id": "0192f0c1a0007000800000000000000a",
        }
    ],
}
_TENANT_HEADERS = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": text,
        "schema": {"type": "string", "format": "uuid"},
    }
    for name, text in (
        (CLIENT_HEADER, "The client whose estate this is about."),
        (ENGAGEMENT_HEADER, "The engagement of that client."),
    )
]
_SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token made by `muster token create`."},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "Set by a sign-in link."},
}


def routes_of(app: FastAPI) -> Iterator[APIRoute]:
    """Yield every route. Raises UnguardedRouteError for one that the gate does not stand before."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            raise UnguardedRouteError(f"{context.path} is served past the gate")
        permission_of(route)
        yield route


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of `app`."""
    schema: dict[str, Any] = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=muster_doc,
        routes=app.routes,
        separate_input_output_schemas=True,
    )
    components = schema.setdefault("components", {})
    components["securitySchemes"] = _SECURITY_SCHEMES
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for path in schema["paths"].values():
        for method in _METHODS:
            if method in path:
                _complete(path[method])
    return schema


def _complete(operation: dict[str, Any]) -> None:
    permission = Permission(operation[PERMISSION_KEY])
    operation.pop(BODY_KEY)
    operation["security"] = [] if permission is Permission.PUBLIC else [{"bearer": []}, {"session": []}]
    if permission in TENANT_PERMISSIONS:
        operation["parameters"] = [*_TENANT_HEADERS, *operation.get("parameters", [])]
    responses = operation["responses"]
    responses.pop("422", None)
    responses["default"] = {
        "description": "Any refusal, as a problem document.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
