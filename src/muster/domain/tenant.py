"""Who asks, for which tenant, and what each role may do: the one permission table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.domain.ids import ClientAccountId, EngagementId, UserId


class Role(StrEnum):
    """Roles, from the narrowest to the widest. The first three belong to one engagement."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"
    CLIENT_ADMIN = "client_admin"
    PLATFORM_ADMIN = "platform_admin"


class Permission(StrEnum):
    """What a route asks for. PUBLIC needs no sign-in, SIGNED_IN needs no tenant."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    READ = "read"
    IMPORT = "import"
    EDIT = "edit"
    MANAGE_ENGAGEMENT = "manage_engagement"
    MANAGE_CLIENT = "manage_client"
    MANAGE_PLATFORM = "manage_platform"


_VIEWER = frozenset({Permission.PUBLIC, Permission.SIGNED_IN, Permission.READ})
_EDITOR = _VIEWER | {Permission.IMPORT, Permission.EDIT}
_ADMIN = _EDITOR | {Permission.MANAGE_ENGAGEMENT}
_CLIENT_ADMIN = _ADMIN | {Permission.MANAGE_CLIENT}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.ADMIN: _ADMIN,
    Role.CLIENT_ADMIN: _CLIENT_ADMIN,
    Role.PLATFORM_ADMIN: _CLIENT_ADMIN | {Permission.MANAGE_PLATFORM},
}


@dataclass(frozen=True, slots=True)
class Tenant:
    """One engagement of one client: the wall that no query crosses."""

    client_account_id: ClientAccountId
    engagement_id: EngagementId


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One call: its tenant, its user, the roles held there, and the id that its log lines carry."""

    tenant: Tenant
    user_id: UserId
    roles: frozenset[Role] = field(default_factory=frozenset)
    request_id: str = ""

    @property
    def client_account_id(self) -> ClientAccountId:
        """The client of the tenant."""
        return self.tenant.client_account_id

    @property
    def engagement_id(self) -> EngagementId:
        """The engagement of the tenant."""
        return self.tenant.engagement_id

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles grants `permission`."""
        return any(permission in GRANTS[role] for role in self.roles)
