"""Who calls: bearer token or session cookie, then the tenant of the headers, then the permission."""

from __future__ import annotations

from typing import Annotated, cast
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Request

from muster.domain.errors import ForbiddenError, InvalidRequestError, NotSignedInError
from muster.domain.ids import ClientAccountId, EngagementId
from muster.domain.tenant import Permission, RequestContext
from muster.services.context import Services
from muster.services.tenants import context_for
from muster.services.tokens import Caller, authenticate

SESSION_COOKIE = "muster_session"
CLIENT_HEADER = "X-Client-Account-ID"
ENGAGEMENT_HEADER = "X-Engagement-ID"

TENANT_PERMISSIONS = frozenset({Permission.READ, Permission.IMPORT, Permission.EDIT, Permission.MANAGE_ENGAGEMENT})
"""Permissions that are held in an engagement; routes that ask for one take the tenant headers."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


async def admit(request: Request, permission: Permission) -> None:
    """Let the call pass, or raise NotSignedInError, InvalidRequestError (headers) or ForbiddenError."""
    if permission is Permission.PUBLIC:
        return
    services = services_of(request)
    caller = await authenticate(services, _secret(request))
    request.state.caller = caller
    if permission is Permission.MANAGE_PLATFORM and not caller.is_platform_admin:
        raise ForbiddenError("Only a platform admin may do this.", needed_permission=str(permission))
    if permission not in TENANT_PERMISSIONS:
        return  # what is held for a client is checked where the client is known
    context = await context_for(
        services,
        caller,
        client_account_id=ClientAccountId(_header_id(request, CLIENT_HEADER)),
        engagement_id=EngagementId(_header_id(request, ENGAGEMENT_HEADER)),
        request_id=request.scope["muster.request_id"],
    )
    if not context.may(permission):
        raise ForbiddenError(
            f"Your role in this engagement does not include {permission!s}.", needed_permission=str(permission)
        )
    request.state.context = context


def services_of(request: Request) -> Services:
    """Return what the application was made with."""
    return cast("Services", request.app.state.services)


def _context_of(request: Request) -> RequestContext:
    return cast("RequestContext", request.state.context)


def _caller_of(request: Request) -> Caller:
    return cast("Caller", request.state.caller)


Provided = Annotated[Services, Depends(services_of)]
"""The services, for a use case."""
Tenanted = Annotated[RequestContext, Depends(_context_of)]
"""Who calls and for which engagement; only on routes that ask for a permission of an engagement."""
SignedIn = Annotated[Caller, Depends(_caller_of)]
"""Who calls; on every route that is not public."""


def session_of(request: Request) -> str | None:
    """Return the secret of the browser's session, None when it has none."""
    return request.cookies.get(SESSION_COOKIE) or None


def _secret(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not secret.strip():
            raise NotSignedInError("The Authorization header takes `Bearer` and a token made by `muster token create`.")
        return secret.strip()
    session = session_of(request)
    if session is None:
        raise NotSignedInError(
            "Send `Authorization: Bearer` and a token made by `muster token create`, or open a sign-in link first."
        )
    if request.method not in _SAFE_METHODS and not _is_same_origin(request):
        raise ForbiddenError("A browser may change things only from muster's own pages; programs send a token.")
    return session


def _is_same_origin(request: Request) -> bool:
    """Whether a browser says that our own page sent this. A cookie travels along with anybody's request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.hostname or origin.scheme != request.url.scheme:
        return False
    default = _DEFAULT_PORTS.get(request.url.scheme)
    own = (request.url.hostname, request.url.port or default)
    return (origin.hostname, origin.port or default) == own


def _header_id(request: Request, name: str) -> UUID:
    value = request.headers.get(name)
    if value is None:
        raise InvalidRequestError(
            f"This address needs the header {name}; /api/v1/me/tenants lists yours.",
            errors=[{"field": f"header.{name}", "message": "Field required"}],
        )
    try:
        return UUID(value)
    except ValueError:
        raise InvalidRequestError(
            f"The header {name} takes a UUID.",
            errors=[{"field": f"header.{name}", "message": "Input should be a valid UUID"}],
        ) from None
