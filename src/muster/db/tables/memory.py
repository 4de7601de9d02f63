"""What tenants have taught: layouts of tables with the words on their columns, and custom fields.

A layout and its words belong to one engagement, or (engagement_id null) to all engagements of the client.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from muster.db.tables.base import SCHEMA, Base, TenantMixin


class MappingLayout(Base):
    """A kind of table (domain.mapping_memory.Layout); `fingerprint` is that of the file that was seen last."""

    __tablename__ = "mapping_layouts"
    __table_args__ = (
        ForeignKeyConstraint(["client_account_id"], [f"{SCHEMA}.client_accounts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["engagement_id"], [f"{SCHEMA}.engagements.id"], ondelete="CASCADE"),
        UniqueConstraint(
            "client_account_id",
            "engagement_id",
            "source_system",
            "fingerprint",
            name="uq_mapping_layouts_kind",  # the usual name would be longer than PostgreSQL takes
            postgresql_nulls_not_distinct=True,
        ),
    )

    client_account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID | None]
    source_system: Mapped[str]
    fingerprint: Mapped[str]
    source_table: Mapped[str | None]
    table_name: Mapped[str]
    columns: Mapped[list[Any]] = mapped_column(JSONB)
    filename: Mapped[str | None]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MappingMemory(Base):
    """A word on one column of a layout. `header` is the key by which the column is found again.

    `said` is corrected, confirmed or imported; the import that it was said of may be gone.
    """

    __tablename__ = "mapping_memory"
    __table_args__ = (
        ForeignKeyConstraint(
            ["client_account_id", "layout_id"],
            [f"{SCHEMA}.mapping_layouts.client_account_id", f"{SCHEMA}.mapping_layouts.id"],
            ondelete="CASCADE",
        ),
    )

    client_account_id: Mapped[UUID] = mapped_column(primary_key=True)
    layout_id: Mapped[UUID] = mapped_column(primary_key=True)
    header: Mapped[str] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID | None]
    source_field: Mapped[str]
    target_field: Mapped[str | None]
    transformation: Mapped[str | None]
    said: Mapped[str]
    said_by: Mapped[UUID | None]
    said_at: Mapped[datetime]
    data_import_id: Mapped[UUID | None]
    filename: Mapped[str | None]
    times_used: Mapped[int] = mapped_column(server_default="0")
    last_used_at: Mapped[datetime | None]


class EngagementField(TenantMixin, Base):
    """A field that the engagement declared for itself (domain.custom_fields); `declaration` is its JSON form."""

    __tablename__ = "custom_fields"
    __table_args__ = (ForeignKeyConstraint(["engagement_id"], [f"{SCHEMA}.engagements.id"], ondelete="CASCADE"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    declaration: Mapped[dict[str, Any]]
    declared_by: Mapped[UUID | None]
    declared_at: Mapped[datetime] = mapped_column(server_default=func.now())
