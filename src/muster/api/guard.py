"""One gate before every route: who calls, whether they may, and how much body is taken; before any body is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request

from muster.api import caller
from muster.api.limits import BODY_IDLE_SECONDS, Body, bytes_of
from muster.domain.errors import TooLargeError
from muster.domain.tenant import Permission

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.responses import Response
    from starlette.types import Message, Receive

PERMISSION_KEY = "x-permission"
BODY_KEY = "x-body"


class UnguardedRouteError(Exception):
    """A route declares no permission. Raised at start-up."""


class GuardedRoute(APIRoute):
    """A route that declares, in its OpenAPI extras, the permission it asks for and the kind of body it takes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler behind the gate. Raises UnguardedRouteError when no permission is declared."""
        permission = permission_of(self)
        body = Body((self.openapi_extra or {}).get(BODY_KEY, Body.SMALL))
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            await caller.admit(request, permission)
            limit = bytes_of(body, request.app.state.services.limits)
            _check_length(request, limit)
            return await handler(Request(request.scope, _limited(request.receive, limit)))

        return guarded


def permission_of(route: APIRoute) -> Permission:
    """Return what `route` declares. Raises UnguardedRouteError when it declares nothing."""
    declared = (route.openapi_extra or {}).get(PERMISSION_KEY)
    if declared is None:
        raise UnguardedRouteError(f"{sorted(route.methods or ())} {route.path} declares no permission")
    return Permission(declared)


def too_large(limit: int) -> TooLargeError:
    """Return the refusal of a body of more than `limit` bytes."""
    return TooLargeError(f"The request is larger than {limit:,} bytes, the most that is taken here.", limit_bytes=limit)


def _check_length(request: Request, limit: int) -> None:
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > limit:
        raise too_large(limit)


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what arrives, and give up on a sender that stops sending."""
    taken = 0
    complete = False

    async def limited() -> Message:
        nonlocal taken, complete
        if complete:
            return await receive()  # the wait for the caller's hanging up, which may take as long as it likes
        try:
            async with asyncio.timeout(BODY_IDLE_SECONDS):
                message = await receive()
        except TimeoutError:
            # FastAPI turns every other error of reading a body into 400.
            raise HTTPException(408, f"Nothing arrived for {BODY_IDLE_SECONDS} seconds.") from None
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if taken > limit:
                raise HTTPException(413, f"The request is larger than {limit:,} bytes, the most that is taken here.")
        return message

    return limited
