"""Reads and writes the visible steps of an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, func, insert, select, update

from muster.db.tables.imports import ImportProcessingStep, ImportProgress
from muster.domain.phases import StepStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.flow_state import Fence
    from muster.domain.ids import DataImportId, EngagementId
    from muster.domain.phases import Phase
    from muster.domain.tenant import Tenant


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to insert as pending."""

    id: UUID
    name: str
    order: int
    description: str
    input_data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepEnd:
    """How a step ended. `error` is a sentence without cell values."""

    status: StepStatus
    records: int
    output: Mapping[str, Any]
    error: str | None = None


async def hold_attempt(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, fence: Fence
) -> bool:
    """Whether the attempt still counts; if so, none replaces it before this transaction ends."""
    query = (
        select(ImportProgress.attempt)
        .where(
            ImportProgress.engagement_id == engagement_id,
            ImportProgress.data_import_id == data_import_id,
            ImportProgress.attempt == fence.attempt,
            ImportProgress.phase == str(fence.phase),
        )
        .with_for_update(read=True)
    )
    return (await session.execute(query)).one_or_none() is not None


async def insert_steps(
    session: AsyncSession,
    tenant: Tenant,
    data_import_id: DataImportId,
    fence: Fence,
    new: Sequence[NewStep],
) -> None:
    """Insert the steps as pending."""
    if not new:
        return
    await session.execute(
        insert(ImportProcessingStep),
        [
            {
                "engagement_id": tenant.engagement_id,
                "client_account_id": tenant.client_account_id,
                "id": step.id,
                "data_import_id": data_import_id,
                "phase": str(fence.phase),
                "attempt": fence.attempt,
                "step_name": step.name,
                "step_order": step.order,
                "status": str(StepStatus.PENDING),
                "description": step.description,
                "input_data": dict(step.input_data),
            }
            for step in new
        ],
    )


async def start_step(session: AsyncSession, engagement_id: EngagementId, step_id: UUID) -> None:
    """Set the step running."""
    await session.execute(
        update(ImportProcessingStep)
        .where(ImportProcessingStep.engagement_id == engagement_id, ImportProcessingStep.id == step_id)
        .values(status=str(StepStatus.RUNNING), started_at=func.clock_timestamp())
    )


async def finish_step(session: AsyncSession, engagement_id: EngagementId, step_id: UUID, end: StepEnd) -> None:
    """Write the end of a step that is pending or running; one that was ended by a move of its flow stays so."""
    now = func.clock_timestamp()
    began = func.coalesce(ImportProcessingStep.started_at, now)
    await session.execute(
        update(ImportProcessingStep)
        .where(
            ImportProcessingStep.engagement_id == engagement_id,
            ImportProcessingStep.id == step_id,
            ImportProcessingStep.status.in_([str(StepStatus.PENDING), str(StepStatus.RUNNING)]),
        )
        .values(
            status=str(end.status),
            records_processed=end.records,
            output_data=dict(end.output),
            error_details=None if end.error is None else {"message": end.error},
            duration_seconds=func.extract("epoch", now - began),
            completed_at=now,
        )
    )


async def delete_earlier_attempts(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, phase: Phase, attempt: int
) -> None:
    """Delete the phase's steps of attempts before `attempt`: a repeated phase replaces its own output."""
    await session.execute(
        delete(ImportProcessingStep).where(
            ImportProcessingStep.engagement_id == engagement_id,
            ImportProcessingStep.data_import_id == data_import_id,
            ImportProcessingStep.phase == str(phase),
            ImportProcessingStep.attempt < attempt,
        )
    )


async def end_open_steps(
    session: AsyncSession,
    engagement_id: EngagementId,
    data_import_id: DataImportId,
    running_becomes: StepStatus,
    reason: str,
) -> None:
    """End every running step as `running_becomes` and every pending one as skipped, with the reason."""
    running = ImportProcessingStep.status == str(StepStatus.RUNNING)
    now = func.clock_timestamp()
    await session.execute(
        update(ImportProcessingStep)
        .where(
            ImportProcessingStep.engagement_id == engagement_id,
            ImportProcessingStep.data_import_id == data_import_id,
            ImportProcessingStep.status.in_([str(StepStatus.PENDING), str(StepStatus.RUNNING)]),
        )
        .values(
            status=case((running, str(running_becomes)), else_=str(StepStatus.SKIPPED)),
            error_details={"message": reason},
            duration_seconds=func.extract("epoch", now - func.coalesce(ImportProcessingStep.started_at, now)),
            completed_at=now,
        )
    )
