"""Clients, engagements, people, memberships, tokens and the audit log.

`users`, `api_tokens` and `sign_in_links` belong to no engagement: the application role has no right on them and
reaches them only through the functions of db/sql/security_definer.sql.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from muster.db.tables.base import SCHEMA, Base, TenantMixin


class ClientAccount(Base):
    """A company whose estate is migrated."""

    __tablename__ = "client_accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Engagement(Base):
    """One project for one client: the scope of an inventory.

    `inventory_version` grows with every change of the inventory; a plan carries the version it was computed for.
    `fold_version` and `policy_version` say with which rules the inventory was folded; `source_ranks` are the ranks that
    the engagement set itself: source id -> field group -> rank.
    """

    __tablename__ = "engagements"
    __table_args__ = (
        UniqueConstraint("client_account_id", "name"),
        ForeignKeyConstraint(["client_account_id"], [f"{SCHEMA}.client_accounts.id"], ondelete="CASCADE"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_account_id: Mapped[UUID]
    name: Mapped[str]
    inventory_version: Mapped[int] = mapped_column(server_default="0")
    fold_version: Mapped[int] = mapped_column(server_default="1")
    policy_version: Mapped[int] = mapped_column(server_default="1")
    source_ranks: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class User(Base):
    """A person, or a program with an account of its own."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    is_platform_admin: Mapped[bool] = mapped_column(server_default="false")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Membership(Base):
    """A role of a user: in one engagement, or (engagement_id null, role client_admin) for a whole client."""

    __tablename__ = "memberships"
    __table_args__ = (
        ForeignKeyConstraint(["client_account_id"], [f"{SCHEMA}.client_accounts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["engagement_id"], [f"{SCHEMA}.engagements.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["user_id"], [f"{SCHEMA}.users.id"], ondelete="CASCADE"),
        UniqueConstraint("user_id", "client_account_id", "engagement_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_account_id: Mapped[UUID]
    engagement_id: Mapped[UUID | None]
    user_id: Mapped[UUID]
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ApiToken(Base):
    """A bearer token. Only the SHA-256 of its 256 random bits is kept."""

    __tablename__ = "api_tokens"
    __table_args__ = (ForeignKeyConstraint(["user_id"], [f"{SCHEMA}.users.id"], ondelete="CASCADE"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    kind: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class SignInLink(Base):
    """A one-time link, exchanged for a browser session once and before it expires."""

    __tablename__ = "sign_in_links"
    __table_args__ = (ForeignKeyConstraint(["user_id"], [f"{SCHEMA}.users.id"], ondelete="CASCADE"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AuditEntry(TenantMixin, Base):
    """Who did what to which thing, when. The application role may only add rows."""

    __tablename__ = "access_audit_logs"
    __table_args__ = (Index(None, "engagement_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    request_id: Mapped[str] = mapped_column(server_default="")
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
