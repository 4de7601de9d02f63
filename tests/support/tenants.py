"""Makes clients, engagements, users and memberships as the owner of the schema, past the use cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import psycopg

from muster.domain.ids import ClientAccountId, EngagementId, UserId
from muster.domain.tenant import Role, Tenant
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from uuid import UUID


class Tenants:
    """A connection as the owner; every tenant it makes is new, so tests need no cleaning."""

    def __init__(self, owner_url: str) -> None:
        self._connection = psycopg.connect(owner_url, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def new(self, client_account_id: UUID | None = None) -> Tenant:
        """A new engagement, of a new client unless one is named."""
        engagement = uuid7()
        if client_account_id is None:
            client_account_id = uuid7()
            self._connection.execute(
                "INSERT INTO migration.client_accounts (id, name) VALUES (%s, %s)",
                (client_account_id, f"Client {client_account_id}"),
            )
        self._connection.execute(
            "INSERT INTO migration.engagements (id, client_account_id, name) VALUES (%s, %s, %s)",
            (engagement, client_account_id, f"Engagement {engagement}"),
        )
        return Tenant(ClientAccountId(client_account_id), EngagementId(engagement))

    def new_user(self, *, is_platform_admin: bool = False, disabled: bool = False) -> UserId:
        user = uuid7()
        self._connection.execute(
            "INSERT INTO migration.users (id, email, display_name, is_platform_admin, disabled_at)"
            " VALUES (%s, %s, 'Somebody', %s, CASE WHEN %s THEN now() END)",
            (user, f"{user}@example.org", is_platform_admin, disabled),
        )
        return UserId(user)

    def new_member(self, tenant: Tenant, role: Role) -> UserId:
        """A new user with this role: in the engagement, or for the whole client when it is client_admin."""
        user = self.new_user()
        self._connection.execute(
            "INSERT INTO migration.memberships (id, client_account_id, engagement_id, user_id, role)"
            " VALUES (%s, %s, %s, %s, %s)",
            (
                uuid7(),
                tenant.client_account_id,
                None if role is Role.CLIENT_ADMIN else tenant.engagement_id,
                user,
                str(role),
            ),
        )
        return user
