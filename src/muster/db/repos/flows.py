"""Reads and writes flows: master, child and import change in one call, fenced by phase and attempt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, column, delete, func, insert, null, or_, select, table, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from muster.db.tables.flows import DiscoveryFlow, MasterFlow
from muster.db.tables.imports import DataImport, ImportProgress
from muster.domain.flow_state import Fence, FlowState
from muster.domain.ids import DataImportId, EngagementId, MasterFlowId
from muster.domain.phases import MOVES, FlowStatus, Move, Phase, WaitingFor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy import ColumnElement, Null, Select
    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import RequestContext

_jobs = table("procrastinate_jobs", column("status"), column("args", JSONB), schema="work")
"""The queue's own table: whether a flow is being worked on is read from its jobs, never from a status word."""


@dataclass(frozen=True, slots=True)
class NewFlow:
    """A master flow to insert."""

    flow_id: MasterFlowId
    flow_type: str
    flow_name: str
    status: FlowStatus
    phase: Phase
    configuration: Mapping[str, Any]
    initial_state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewChild:
    """A child flow to insert; it shares the id of its master."""

    flow_id: MasterFlowId
    data_import_id: DataImportId
    flow_name: str
    status: FlowStatus
    phase: Phase
    phase_state: Mapping[str, Any]
    state_data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What a move writes. `phase_state` joins the child's; `child` and `data_import` are columns of those tables.

    `ended` sets the time of completion where there is none yet, or takes it away from a flow that goes on after all.
    """

    status: FlowStatus
    phase: Phase
    attempt: int
    waiting_for: WaitingFor | None
    progress: float
    ended: bool
    error_message: str | None = None
    error_code: str | None = None
    phase_state: Mapping[str, Any] = field(default_factory=dict)
    child: Mapping[str, Any] = field(default_factory=dict)
    data_import: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """`percentage` of the whole import (0-100), and the rows of the running phase."""

    percentage: float
    processed: int
    total: int


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of an import: all, taken over, held back."""

    total: int
    processed: int
    failed: int


def _flow() -> Select[Any]:
    return select(
        MasterFlow.flow_id,
        MasterFlow.flow_type,
        MasterFlow.flow_name,
        MasterFlow.flow_status,
        MasterFlow.phase,
        MasterFlow.attempt,
        MasterFlow.waiting_for,
        MasterFlow.flow_configuration,
        MasterFlow.error_message,
        DiscoveryFlow.data_import_id,
    ).outerjoin(
        DiscoveryFlow,
        (DiscoveryFlow.engagement_id == MasterFlow.engagement_id) & (DiscoveryFlow.flow_id == MasterFlow.flow_id),
    )


def _state(row: Row[Any]) -> FlowState:
    return FlowState(
        flow_id=MasterFlowId(row.flow_id),
        flow_type=row.flow_type,
        flow_name=row.flow_name,
        status=FlowStatus(row.flow_status),
        phase=Phase(row.phase),
        attempt=row.attempt,
        waiting_for=None if row.waiting_for is None else WaitingFor(row.waiting_for),
        configuration=row.flow_configuration,
        error_message=row.error_message,
        data_import_id=None if row.data_import_id is None else DataImportId(row.data_import_id),
    )


async def read_flow(session: AsyncSession, engagement_id: EngagementId, flow_id: UUID) -> FlowState | None:
    """Return the flow as it is committed, or as this transaction has changed it."""
    query = _flow().where(MasterFlow.engagement_id == engagement_id, MasterFlow.flow_id == flow_id)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _state(row)


async def find_flow(session: AsyncSession, engagement_id: EngagementId, any_id: UUID) -> FlowState | None:
    """Return the flow for a master flow id, a child flow id or a data import id."""
    query = _flow().where(
        MasterFlow.engagement_id == engagement_id,
        or_(MasterFlow.flow_id == any_id, DiscoveryFlow.flow_id == any_id, DiscoveryFlow.data_import_id == any_id),
    )
    row = (await session.execute(query.order_by(MasterFlow.created_at.desc()).limit(1))).one_or_none()
    return None if row is None else _state(row)


async def find_lost_flows(session: AsyncSession, engagement_id: EngagementId) -> list[FlowState]:
    """Return the engagement's flows that say work goes on while no job for them waits or runs."""
    job = (
        select(_jobs.c.args)
        .where(
            _jobs.c.status.cast(Text).in_(["todo", "doing"]),
            _jobs.c.args["flow_id"].astext == MasterFlow.flow_id.cast(Text),
        )
        .exists()
    )
    query = _flow().where(
        MasterFlow.engagement_id == engagement_id,
        MasterFlow.flow_status.in_([str(status) for status in MOVES[Move.START][0]]),
        DiscoveryFlow.data_import_id.is_not(None),
        ~job,
    )
    return [_state(row) for row in await session.execute(query.order_by(MasterFlow.created_at))]


async def lock_flow(session: AsyncSession, engagement_id: EngagementId, flow_id: UUID) -> FlowState | None:
    """Return the flow and keep its rows for this transaction: two moves of one flow never overlap.

    The import comes first, then the master, because that is the order in which a phase's last transaction comes by
    them; rows that refer to either can still be added by others (FOR NO KEY UPDATE).
    """
    flow = await read_flow(session, engagement_id, flow_id)
    if flow is None:
        return None
    if flow.data_import_id is not None:
        of_import = select(DataImport.id).where(
            DataImport.engagement_id == engagement_id, DataImport.id == flow.data_import_id
        )
        await session.execute(of_import.with_for_update(key_share=True))
    query = _flow().where(MasterFlow.engagement_id == engagement_id, MasterFlow.flow_id == flow_id)
    row = (await session.execute(query.with_for_update(of=MasterFlow, key_share=True))).one_or_none()
    return None if row is None else _state(row)


async def read_category(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId | None
) -> str | None:
    """The category of an import as detection or its user has stated it; None while nobody has."""
    query = select(DataImport.import_category).where(
        DataImport.engagement_id == engagement_id, DataImport.id == data_import_id
    )
    return (await session.execute(query)).scalar_one_or_none()


async def read_phase_state(session: AsyncSession, engagement_id: EngagementId, flow_id: MasterFlowId) -> dict[str, Any]:
    """What the phases so far have left in the child flow."""
    query = select(DiscoveryFlow.phase_state).where(
        DiscoveryFlow.engagement_id == engagement_id, DiscoveryFlow.flow_id == flow_id
    )
    state: dict[str, Any] = (await session.execute(query)).scalar_one()
    return state


async def read_records(session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId) -> Records:
    """How many rows the import has, and how many of them were taken over or held back."""
    query = select(DataImport.total_records, DataImport.processed_records, DataImport.failed_records).where(
        DataImport.engagement_id == engagement_id, DataImport.id == data_import_id
    )
    return Records(*(await session.execute(query)).one())


async def insert_master(session: AsyncSession, context: RequestContext, flow: NewFlow) -> None:
    """Insert the master row."""
    await session.execute(
        insert(MasterFlow).values(
            engagement_id=context.engagement_id,
            client_account_id=context.client_account_id,
            flow_id=flow.flow_id,
            flow_type=flow.flow_type,
            flow_name=flow.flow_name,
            flow_status=str(flow.status),
            phase=str(flow.phase),
            flow_configuration=dict(flow.configuration),
            flow_persistence_data=dict(flow.initial_state),
            created_by=context.user_id,
        )
    )


async def insert_child(session: AsyncSession, context: RequestContext, child: NewChild) -> None:
    """Insert the child row, and the row in which the import's progress is told."""
    await session.execute(
        insert(DiscoveryFlow).values(
            engagement_id=context.engagement_id,
            client_account_id=context.client_account_id,
            flow_id=child.flow_id,
            master_flow_id=child.flow_id,
            data_import_id=child.data_import_id,
            user_id=context.user_id,
            flow_name=child.flow_name,
            status=str(child.status),
            current_phase=str(child.phase),
            phase_state=dict(child.phase_state),
            crewai_state_data=dict(child.state_data),
        )
    )
    await session.execute(
        upsert(ImportProgress)
        .values(
            engagement_id=context.engagement_id,
            client_account_id=context.client_account_id,
            data_import_id=child.data_import_id,
            attempt=0,
            phase=str(child.phase),
            progress_percentage=0.0,
            processed_records=0,
            total_records=0,
        )
        .on_conflict_do_nothing()
    )


async def delete_flow(session: AsyncSession, engagement_id: EngagementId, flow_id: MasterFlowId) -> None:
    """Delete a master flow and its child."""
    await session.execute(
        delete(MasterFlow).where(MasterFlow.engagement_id == engagement_id, MasterFlow.flow_id == flow_id)
    )


async def attach_import(
    session: AsyncSession,
    engagement_id: EngagementId,
    data_import_id: DataImportId,
    flow_id: MasterFlowId,
    status: FlowStatus,
) -> bool:
    """Name the flow in its import and give it the flow's status; False when there is no such import."""
    result = await session.execute(
        update(DataImport)
        .where(DataImport.engagement_id == engagement_id, DataImport.id == data_import_id)
        .values(master_flow_id=flow_id, status=str(status), updated_at=func.now())
        .returning(DataImport.id)
    )
    return result.one_or_none() is not None


async def write_change(
    session: AsyncSession, engagement_id: EngagementId, flow: FlowState, fence: Fence, change: Change
) -> bool:
    """Change master, child, import and progress together, where phase and attempt are still those of `fence`.

    False, and nothing is changed, when they are not.
    """
    fenced = await session.execute(
        update(MasterFlow)
        .where(
            MasterFlow.engagement_id == engagement_id,
            MasterFlow.flow_id == flow.flow_id,
            MasterFlow.phase == str(fence.phase),
            MasterFlow.attempt == fence.attempt,
        )
        .values(
            flow_status=str(change.status),
            phase=str(change.phase),
            attempt=change.attempt,
            waiting_for=change.waiting_for,
            error_message=change.error_message,
            updated_at=func.now(),
        )
        .returning(MasterFlow.flow_id)
    )
    if fenced.one_or_none() is None:
        return False
    child: dict[str, Any] = dict(change.child)
    if change.phase_state:
        child["phase_state"] = DiscoveryFlow.phase_state.concat(dict(change.phase_state))
    await session.execute(
        update(DiscoveryFlow)
        .where(DiscoveryFlow.engagement_id == engagement_id, DiscoveryFlow.flow_id == flow.flow_id)
        .values(
            status=str(change.status),
            current_phase=str(change.phase),
            progress_percentage=func.greatest(DiscoveryFlow.progress_percentage, change.progress),
            error_message=change.error_message,
            updated_at=func.now(),
            completed_at=func.coalesce(DiscoveryFlow.completed_at, func.now()) if change.ended else None,
            **child,
        )
    )
    if flow.data_import_id is not None:
        await _write_import(session, engagement_id, flow.data_import_id, change)
    return True


def _error_details(change: Change) -> dict[str, Any] | Null:
    """Where and as what the flow failed; nothing once it goes on (a None would be stored as JSON's null)."""
    if change.error_message is None:
        return null()
    return {"code": change.error_code, "phase": str(change.phase)}


def _started(status: FlowStatus) -> ColumnElement[Any]:
    """The time of the first move into work; every other move leaves it as it is."""
    return func.coalesce(DataImport.started_at, func.now() if status is FlowStatus.PROCESSING else None)


async def _write_import(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, change: Change
) -> None:
    await session.execute(
        update(DataImport)
        .where(DataImport.engagement_id == engagement_id, DataImport.id == data_import_id)
        .values(
            status=str(change.status),
            progress_percentage=func.greatest(DataImport.progress_percentage, change.progress),
            error_message=change.error_message,
            error_details=_error_details(change),
            updated_at=func.now(),
            started_at=_started(change.status),
            completed_at=func.coalesce(DataImport.completed_at, func.now()) if change.ended else None,
            **change.data_import,
        )
    )
    await session.execute(
        update(ImportProgress)
        .where(ImportProgress.engagement_id == engagement_id, ImportProgress.data_import_id == data_import_id)
        .values(
            attempt=change.attempt,
            phase=str(change.phase),
            progress_percentage=func.greatest(ImportProgress.progress_percentage, change.progress),
            updated_at=func.now(),
        )
    )


async def write_progress(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, fence: Fence, told: Progress
) -> bool:
    """Tell how far an attempt is, never backwards; False when another attempt has taken over."""
    result = await session.execute(
        update(ImportProgress)
        .where(
            ImportProgress.engagement_id == engagement_id,
            ImportProgress.data_import_id == data_import_id,
            ImportProgress.attempt == fence.attempt,
            ImportProgress.phase == str(fence.phase),
        )
        .values(
            progress_percentage=func.greatest(ImportProgress.progress_percentage, told.percentage),
            processed_records=told.processed,
            total_records=told.total,
            updated_at=func.now(),
        )
        .returning(ImportProgress.attempt)
    )
    return result.one_or_none() is not None
