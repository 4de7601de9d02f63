"""Flows: the master (life cycle) and its child (operational state)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Double, ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from muster.db.tables.base import SCHEMA, Base, TenantMixin


class MasterFlow(TenantMixin, Base):
    """Life cycle of a flow. The table's name is the contract of existing reports.

    `phase` and `attempt` are the fence: a phase's last transaction changes them only where both are still what it
    started with. `attempt` grows each time a worker takes the phase up.
    """

    __tablename__ = "crewai_flow_state_extensions"
    __table_args__ = (
        ForeignKeyConstraint(["engagement_id"], [f"{SCHEMA}.engagements.id"], ondelete="CASCADE"),
        Index(None, "engagement_id", "flow_status"),
    )

    flow_id: Mapped[UUID] = mapped_column(primary_key=True)
    flow_type: Mapped[str]
    flow_name: Mapped[str]
    flow_status: Mapped[str]
    phase: Mapped[str]
    attempt: Mapped[int] = mapped_column(server_default="0")
    waiting_for: Mapped[str | None]
    flow_configuration: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    flow_persistence_data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    error_message: Mapped[str | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DiscoveryFlow(TenantMixin, Base):
    """Operational state of a flow: one child per master, with the same flow id."""

    __tablename__ = "discovery_flows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["engagement_id", "master_flow_id"],
            [
                f"{SCHEMA}.crewai_flow_state_extensions.engagement_id",
                f"{SCHEMA}.crewai_flow_state_extensions.flow_id",
            ],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["engagement_id", "data_import_id"],
            [f"{SCHEMA}.data_imports.engagement_id", f"{SCHEMA}.data_imports.id"],
            ondelete="CASCADE",
        ),
        Index(None, "engagement_id", "data_import_id"),
    )

    flow_id: Mapped[UUID] = mapped_column(primary_key=True)
    master_flow_id: Mapped[UUID]
    data_import_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    flow_name: Mapped[str]
    status: Mapped[str]
    progress_percentage: Mapped[float] = mapped_column(Double, server_default="0")
    current_phase: Mapped[str]
    phase_state: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    agent_state: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    crewai_state_data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    data_import_completed: Mapped[bool] = mapped_column(server_default="false")
    field_mapping_completed: Mapped[bool] = mapped_column(server_default="false")
    data_validation_completed: Mapped[bool] = mapped_column(server_default="false")
    enrichment_completed: Mapped[bool] = mapped_column(server_default="false")
    error_message: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    completed_at: Mapped[datetime | None]
