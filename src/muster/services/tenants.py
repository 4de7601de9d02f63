"""Clients and engagements: who may enter which, with which roles; making new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import tenants
from muster.db.repos.tenants import ThingKind
from muster.domain.errors import ForbiddenError, InvalidRequestError, NotFoundError
from muster.domain.tenant import RequestContext, Role, Tenant
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from uuid import UUID

    from muster.db.repos.tenants import ClientEntry, TenantEntry
    from muster.domain.ids import ClientAccountId, EngagementId, UserId
    from muster.services.context import Services
    from muster.services.tokens import Caller

__all__ = [
    "ThingKind",
    "context_for",
    "create_client",
    "create_engagement",
    "my_clients",
    "my_tenants",
    "set_member",
    "tenant_of",
]

_LONGEST_NAME = 200


async def context_for(
    services: Services,
    caller: Caller,
    *,
    client_account_id: ClientAccountId,
    engagement_id: EngagementId,
    request_id: str = "",
) -> RequestContext:
    """Return the caller's context in an engagement, with the roles held there.

    Raises ForbiddenError when the caller is no member, or there is no such engagement: which of the two is not said.
    """
    tenant = Tenant(client_account_id, engagement_id)
    async with services.database.begin_without_tenant() as session:
        roles = await tenants.roles_in(session, caller.user_id, tenant)
    if not roles:
        raise ForbiddenError("You are not a member of this engagement.", engagement_id=str(engagement_id))
    return RequestContext(tenant, caller.user_id, roles, request_id)


async def my_tenants(services: Services, caller: Caller) -> list[TenantEntry]:
    """The engagements that the caller may enter, by client and name; for a platform admin all there are."""
    async with services.database.begin_without_tenant() as session:
        return await tenants.tenants_of(session, caller.user_id)


async def my_clients(services: Services, caller: Caller) -> list[ClientEntry]:
    """The clients that the caller has to do with, by name; for a platform admin all there are."""
    async with services.database.begin_without_tenant() as session:
        return await tenants.clients_of(session, caller.user_id)


async def create_client(services: Services, caller: Caller, name: str) -> ClientAccountId:
    """The client of this name, made when new. Raises ForbiddenError unless the caller is a platform admin."""
    name = _checked(name, "client")
    async with services.database.begin_without_tenant() as session:
        return await tenants.ensure_client(session, caller.user_id, uuid7(), name)


async def create_engagement(services: Services, caller: Caller, client: ClientAccountId, name: str) -> Tenant:
    """The client's engagement of this name, made when new.

    Raises ForbiddenError unless the caller is a platform admin or an admin of the client.
    """
    name = _checked(name, "engagement")
    async with services.database.begin_without_tenant() as session:
        return await tenants.ensure_engagement(session, caller.user_id, client, uuid7(), name)


async def set_member(services: Services, caller: Caller, tenant: Tenant, user_id: UserId, role: Role) -> None:
    """Give a user a role: client_admin for the whole client of `tenant`, any other in its engagement.

    Raises ForbiddenError unless the caller administers what the role is held in, InvalidRequestError for
    platform_admin, which is no membership.
    """
    if role is Role.PLATFORM_ADMIN:
        raise InvalidRequestError("platform_admin belongs to a user, not to a membership.", field="role")
    async with services.database.begin_without_tenant() as session:
        await tenants.set_member(session, caller.user_id, tenant, user_id, role)


async def tenant_of(services: Services, kind: ThingKind, thing_id: UUID) -> Tenant:
    """The engagement of an import, flow or asset by its id alone. Raises NotFoundError.

    For the command line, whose user may see everything; it says nothing about the caller's right to enter.
    """
    async with services.database.begin_without_tenant() as session:
        found = await tenants.tenant_of(session, kind, thing_id)
    if found is None:
        raise NotFoundError(f"There is no {kind} with the id {thing_id}.", id=str(thing_id))
    return found


def _checked(name: str, what: str) -> str:
    """Return `name` without spaces around it. Raises InvalidRequestError."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise InvalidRequestError(
            f"The name of a{'n' if what[0] == 'e' else ''} {what} is 1 to {_LONGEST_NAME} printable characters.",
            field=what,
        )
    return name
