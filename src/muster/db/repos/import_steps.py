"""Reads the visible steps of an import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from muster.db.tables.imports import ImportProcessingStep
from muster.domain.phases import Phase, StepStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import EngagementId


@dataclass(frozen=True, slots=True)
class StoredStep:
    """One step of the latest attempt at its phase."""

    step_name: str
    phase: Phase
    step_order: int
    status: StepStatus
    description: str
    records_processed: int
    duration_seconds: float | None
    started_at: datetime | None
    completed_at: datetime | None
    output_data: Mapping[str, Any]
    error_details: Mapping[str, Any] | None


async def list_steps(session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID) -> list[StoredStep]:
    """The steps of the latest attempt at each phase, in the order of phases, then of steps."""
    mine = (ImportProcessingStep.engagement_id == engagement_id, ImportProcessingStep.data_import_id == data_import_id)
    latest = (
        select(ImportProcessingStep.phase, func.max(ImportProcessingStep.attempt).label("attempt"))
        .where(*mine)
        .group_by(ImportProcessingStep.phase)
        .subquery()
    )
    query = (
        select(ImportProcessingStep)
        .join(
            latest,
            (ImportProcessingStep.phase == latest.c.phase) & (ImportProcessingStep.attempt == latest.c.attempt),
        )
        .where(*mine)
        .order_by(ImportProcessingStep.step_order)
    )
    phases = list(Phase)
    found = [
        StoredStep(
            step_name=row.step_name,
            phase=Phase(row.phase),
            step_order=row.step_order,
            status=StepStatus(row.status),
            description=row.description,
            records_processed=row.records_processed,
            duration_seconds=row.duration_seconds,
            started_at=row.started_at,
            completed_at=row.completed_at,
            output_data=row.output_data,
            error_details=row.error_details,
        )
        for row in (await session.execute(query)).scalars()
    ]
    return sorted(found, key=lambda step: (phases.index(step.phase), step.step_order))
