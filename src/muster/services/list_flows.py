"""Lists the flows of an engagement, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from muster.db.repos import flow_list
from muster.domain.phases import FlowStatus, Move, Phase, WaitingFor, allowed
from muster.services.flows.registry import flow_type_registry
from muster.services.paging import FIRST_PAGE, Page, PageRequest, decode_cursor, encode_cursor

if TYPE_CHECKING:
    from datetime import datetime

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class FlowSummary:
    """One line of the list of flows. `allowed` are the moves that a user can ask for now."""

    flow_id: UUID
    flow_type: str
    flow_name: str
    status: FlowStatus
    current_phase: Phase
    waiting_for: WaitingFor | None
    data_import_id: UUID | None
    progress_percentage: float
    error: str | None
    allowed: tuple[Move, ...]
    created_at: datetime
    updated_at: datetime


async def list_flows(
    services: Services, context: RequestContext, status: FlowStatus | None = None, page: PageRequest = FIRST_PAGE
) -> Page[FlowSummary]:
    """A page of flows in `status` (None: any). Raises InvalidRequestError for a bad cursor."""
    last = decode_cursor(page.cursor, str)
    async with services.database.begin(context.tenant) as db:
        rows = await flow_list.list_flows(
            db,
            context.engagement_id,
            status=status,
            before=UUID(str(last[0])) if last else None,
            limit=page.limit + 1,
        )
    items = tuple(_summary(row) for row in rows[: page.limit])
    return Page(items, encode_cursor(str(items[-1].flow_id)) if len(rows) > page.limit else None)


def _summary(row: flow_list.FlowRow) -> FlowSummary:
    status = FlowStatus(row.status)
    operations = {str(operation) for operation in flow_type_registry.get(row.flow_type).supported_operations}
    return FlowSummary(
        flow_id=row.flow_id,
        flow_type=row.flow_type,
        flow_name=row.flow_name,
        status=status,
        current_phase=Phase(row.phase),
        waiting_for=None if row.waiting_for is None else WaitingFor(row.waiting_for),
        data_import_id=row.data_import_id,
        progress_percentage=row.progress_percentage or 0.0,
        error=row.error_message,
        allowed=tuple(move for move in allowed(status) if move in operations),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
