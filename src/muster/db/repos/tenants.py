"""Clients, engagements and roles, by way of the functions in security_definer.sql; all without a tenant."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from muster.domain.errors import ForbiddenError
from muster.domain.ids import ClientAccountId, EngagementId
from muster.domain.tenant import Role, Tenant
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import UserId

_TENANTS_OF = text("SELECT * FROM migration.tenants_of(:user)")
_CLIENTS_OF = text("SELECT * FROM migration.clients_of(:user)")
_ROLES_IN = text("SELECT roles FROM migration.roles_in(:user, :client, :engagement)")
_ENSURE_CLIENT = text("SELECT migration.ensure_client(:actor, :id, :name)")
_ENSURE_ENGAGEMENT = text("SELECT migration.ensure_engagement(:actor, :client, :id, :name)")
_SET_MEMBER = text(
    "SELECT migration.set_member(:actor, :id, :client, CAST(:engagement AS uuid), :user, :role)"
)  # fmt: skip
_TENANT_OF = text("SELECT * FROM migration.tenant_of(:kind, :id)")


class ThingKind(StrEnum):
    """What an id may name when it is to tell its engagement."""

    IMPORT = "import"
    FLOW = "flow"
    ASSET = "asset"


@dataclass(frozen=True, slots=True)
class TenantEntry:
    """An engagement that a user may enter, and the roles held there."""

    tenant: Tenant
    client_name: str
    engagement_name: str
    archived_at: datetime | None
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class ClientEntry:
    """A client that a user has to do with; `roles` are those held for the whole client."""

    client_account_id: ClientAccountId
    client_name: str
    roles: frozenset[Role]


async def tenants_of(session: AsyncSession, user_id: UserId) -> list[TenantEntry]:
    """The engagements of a user by name, for a platform admin all; none for a disabled user."""
    return [
        TenantEntry(
            Tenant(ClientAccountId(row.client_account_id), EngagementId(row.engagement_id)),
            row.client_name,
            row.engagement_name,
            row.archived_at,
            _roles(row.roles),
        )
        for row in await session.execute(_TENANTS_OF, {"user": user_id})
    ]


async def clients_of(session: AsyncSession, user_id: UserId) -> list[ClientEntry]:
    """The clients of a user by name, those without an engagement included."""
    return [
        ClientEntry(ClientAccountId(row.client_account_id), row.client_name, _roles(row.roles))
        for row in await session.execute(_CLIENTS_OF, {"user": user_id})
    ]


async def roles_in(session: AsyncSession, user_id: UserId, tenant: Tenant) -> frozenset[Role] | None:
    """The roles of a user in an engagement; None when the client has no such engagement."""
    named = {"user": user_id, "client": tenant.client_account_id, "engagement": tenant.engagement_id}
    row = (await session.execute(_ROLES_IN, named)).one_or_none()
    return None if row is None else _roles(row.roles)


async def ensure_client(session: AsyncSession, actor: UserId, new_id: UUID, name: str) -> ClientAccountId:
    """The client of this name, made with `new_id` when new. Raises ForbiddenError unless `actor` is platform admin."""
    with _forbidden("Only a platform admin makes a new client."):
        found = await session.scalar(_ENSURE_CLIENT, {"actor": actor, "id": new_id, "name": name})
    return ClientAccountId(found)


async def ensure_engagement(
    session: AsyncSession, actor: UserId, client: ClientAccountId, new_id: UUID, name: str
) -> Tenant:
    """The client's engagement of this name, made with `new_id` when new.

    Raises ForbiddenError unless `actor` is a platform admin or an admin of the client.
    """
    with _forbidden("Only an admin of the client makes a new engagement."):
        found = await session.scalar(_ENSURE_ENGAGEMENT, {"actor": actor, "client": client, "id": new_id, "name": name})
    return Tenant(client, EngagementId(found))


async def set_member(session: AsyncSession, actor: UserId, tenant: Tenant, user_id: UserId, role: Role) -> None:
    """Give a user a role: client_admin for the whole client of `tenant`, any other in its engagement.

    Raises ForbiddenError unless `actor` is a platform admin, an admin of the client, or of the engagement.
    """
    engagement = None if role is Role.CLIENT_ADMIN else tenant.engagement_id
    with _forbidden("Only an admin gives roles."):
        await session.execute(
            _SET_MEMBER,
            {
                "actor": actor,
                "id": uuid7(),
                "client": tenant.client_account_id,
                "engagement": engagement,
                "user": user_id,
                "role": str(role),
            },
        )


async def tenant_of(session: AsyncSession, kind: ThingKind, thing_id: UUID) -> Tenant | None:
    """The engagement of an import, flow or asset by its id alone, whoever asks."""
    row = (await session.execute(_TENANT_OF, {"kind": str(kind), "id": thing_id})).one_or_none()
    return None if row is None else Tenant(ClientAccountId(row.client_account_id), EngagementId(row.engagement_id))


def _roles(words: list[str]) -> frozenset[Role]:
    return frozenset(Role(word) for word in words)


@contextmanager
def _forbidden(message: str) -> Iterator[None]:
    """Turn the refusal of a function into ForbiddenError."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, errors.InsufficientPrivilege):
            raise ForbiddenError(message) from error
        raise
