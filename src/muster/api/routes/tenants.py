"""Who is signed in, and which clients and engagements there are for them."""

from muster.api.caller import Provided, SignedIn
from muster.api.documents.tenants import (
    ClientDocument,
    ClientsDocument,
    MeDocument,
    NewClientDocument,
    NewClientRequest,
    NewEngagementDocument,
    NewEngagementRequest,
    TenantDocument,
    TenantsDocument,
)
from muster.api.routing import API, Routes
from muster.domain.ids import ClientAccountId
from muster.domain.tenant import Permission
from muster.services.context import Services
from muster.services.tenants import create_client, create_engagement, my_clients, my_tenants
from muster.services.tokens import Caller

routes = Routes(API, "tenants")


@routes.get("/me", Permission.SIGNED_IN)
async def get_me(caller: SignedIn) -> MeDocument:
    """Who is signed in."""
    return MeDocument.of(caller)


@routes.get("/me/tenants", Permission.SIGNED_IN)
async def list_my_tenants(services: Provided, caller: SignedIn) -> TenantsDocument:
    """The engagements that the caller may enter; their ids go into the tenant headers."""
    return await _tenants(services, caller)


@routes.get("/client-accounts", Permission.SIGNED_IN)
async def list_client_accounts(services: Provided, caller: SignedIn) -> ClientsDocument:
    """The clients that the caller has to do with."""
    return ClientsDocument(items=tuple(ClientDocument.of(entry) for entry in await my_clients(services, caller)))


@routes.post("/client-accounts", Permission.MANAGE_PLATFORM, status=201)
async def create_client_account(services: Provided, caller: SignedIn, body: NewClientRequest) -> NewClientDocument:
    """Make a client, or find the one of this name."""
    client_id = await create_client(services, caller, body.name)
    return NewClientDocument(id=client_id, client_account_id=client_id, name=body.name)


@routes.get("/engagements", Permission.SIGNED_IN)
async def list_engagements(services: Provided, caller: SignedIn) -> TenantsDocument:
    """The engagements that the caller may enter."""
    return await _tenants(services, caller)


@routes.post("/engagements", Permission.MANAGE_CLIENT, status=201)
async def create_client_engagement(
    services: Provided, caller: SignedIn, body: NewEngagementRequest
) -> NewEngagementDocument:
    """Make an engagement of a client, or find the one of this name; for admins of the client."""
    tenant = await create_engagement(services, caller, ClientAccountId(body.client_account_id), body.name)
    return NewEngagementDocument(
        id=tenant.engagement_id,
        client_account_id=tenant.client_account_id,
        engagement_id=tenant.engagement_id,
        name=body.name,
    )


async def _tenants(services: Services, caller: Caller) -> TenantsDocument:
    return TenantsDocument(
        items=tuple(
            TenantDocument(
                client_account_id=entry.tenant.client_account_id,
                client_name=entry.client_name,
                engagement_id=entry.tenant.engagement_id,
                engagement_name=entry.engagement_name,
                archived_at=entry.archived_at,
                roles=tuple(sorted(entry.roles)),
            )
            for entry in await my_tenants(services, caller)
        )
    )
