"""The pages for people: sign in by link, see an engagement's imports and assets, read about the API."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from muster.api import pages
from muster.api.caller import Provided, SignedIn, session_of
from muster.api.documents.assets import AssetDocument
from muster.api.documents.imports import ImportSummaryDocument
from muster.api.routing import Routes
from muster.api.session_cookie import clear_session, set_session
from muster.domain.errors import NotSignedInError
from muster.domain.tenant import Permission
from muster.services.context import Services
from muster.services.list_assets import list_assets
from muster.services.list_imports import list_imports
from muster.services.paging import PageRequest
from muster.services.sign_in import redeem_sign_in_link, sign_out
from muster.services.tenants import context_for, my_tenants
from muster.services.tokens import Caller, authenticate

routes = Routes("", "pages")

_SHOWN_IMPORTS = 20
_SHOWN_ASSETS = 50


@routes.get("/", Permission.PUBLIC, in_schema=False, response_class=HTMLResponse)
async def show_landing_page(request: Request, services: Provided, engagement: UUID | None = None) -> Response:
    """What there is for whoever is signed in, or how to sign in."""
    session = session_of(request)
    if session is None:
        return pages.welcome()
    try:
        caller = await authenticate(services, session)
    except NotSignedInError:
        response = pages.welcome()
        clear_session(response)
        return response
    return pages.landing(await _visit(services, caller, engagement))


@routes.get("/sign-in", Permission.PUBLIC, in_schema=False, response_class=HTMLResponse)
async def redeem_link(
    request: Request, services: Provided, link: Annotated[str, Query(min_length=1, max_length=500)]
) -> Response:
    """Exchange a one-time link for a session, and go on without the secret in the address."""
    try:
        session = await redeem_sign_in_link(services, link)
    except NotSignedInError as error:
        return pages.refused(error.message)
    response = RedirectResponse("/", status_code=303)
    set_session(request, response, session)
    return response


@routes.post("/sign-out", Permission.SIGNED_IN, in_schema=False, response_class=HTMLResponse)
async def leave(services: Provided, caller: SignedIn) -> Response:
    """End the session."""
    await sign_out(services, caller)
    response = RedirectResponse("/", status_code=303)
    clear_session(response)
    return response


@routes.get("/docs", Permission.PUBLIC, in_schema=False, response_class=HTMLResponse)
async def show_api_reference(request: Request) -> Response:
    """The OpenAPI document, readable."""
    return pages.reference(request.app.openapi())


async def _visit(services: Services, caller: Caller, wanted: UUID | None) -> pages.Visit:
    mine = [entry for entry in await my_tenants(services, caller) if entry.archived_at is None]
    places = [
        pages.Place(entry.tenant.engagement_id, f"{entry.client_name} / {entry.engagement_name}") for entry in mine
    ]
    here = next((entry.tenant for entry in mine if wanted in {None, entry.tenant.engagement_id}), None)
    if here is None:
        return pages.Visit(caller.display_name, places)
    context = await context_for(
        services, caller, client_account_id=here.client_account_id, engagement_id=here.engagement_id
    )
    imports = await list_imports(services, context, page=PageRequest(limit=_SHOWN_IMPORTS))
    assets = await list_assets(services, context, page=PageRequest(limit=_SHOWN_ASSETS))
    return pages.Visit(
        caller.display_name,
        places,
        here.engagement_id,
        [ImportSummaryDocument.of(entry) for entry in imports.items],
        [AssetDocument.of_asset(asset) for asset in assets.items],
        more_assets=assets.next_cursor is not None,
    )
