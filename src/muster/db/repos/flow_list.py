"""Lists flows, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from muster.db.tables.flows import DiscoveryFlow, MasterFlow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import EngagementId


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A master flow beside what its child says; the child's columns are None when it has none."""

    flow_id: UUID
    flow_type: str
    flow_name: str
    status: str
    phase: str
    waiting_for: str | None
    data_import_id: UUID | None
    progress_percentage: float | None
    error_message: str | None
    created_at: datetime
    updated_at: datetime


async def list_flows(
    session: AsyncSession, engagement_id: EngagementId, *, status: str | None, before: UUID | None, limit: int
) -> Sequence[FlowRow]:
    """At most `limit` flows older than `before`. Ids are made in the order of time, so they are the order."""
    query = (
        select(
            MasterFlow.flow_id,
            MasterFlow.flow_type,
            MasterFlow.flow_name,
            MasterFlow.flow_status,
            MasterFlow.phase,
            MasterFlow.waiting_for,
            DiscoveryFlow.data_import_id,
            DiscoveryFlow.progress_percentage,
            MasterFlow.error_message,
            MasterFlow.created_at,
            MasterFlow.updated_at,
        )
        .outerjoin(
            DiscoveryFlow,
            (DiscoveryFlow.engagement_id == MasterFlow.engagement_id) & (DiscoveryFlow.flow_id == MasterFlow.flow_id),
        )
        .where(MasterFlow.engagement_id == engagement_id)
        .order_by(MasterFlow.flow_id.desc())
        .limit(limit)
    )
    if status is not None:
        query = query.where(MasterFlow.flow_status == status)
    if before is not None:
        query = query.where(MasterFlow.flow_id < before)
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    return [FlowRow(*row) for row in rows]
