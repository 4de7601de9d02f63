"""Takes an import back, at any time and in any order, and brings it in again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.db.repos import claims as claims_repo
from muster.db.repos import flows as flows_repo
from muster.domain.errors import BusyError, NotFoundError
from muster.domain.phases import Move, after
from muster.services.flows.lifecycle import FlowLifecycleManager
from muster.services.inventory.change import restore_claims, withdraw_claims
from muster.services.inventory.ledger import open_ledger

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.flow_state import FlowState
    from muster.domain.plan import PlanCounts
    from muster.domain.tenant import RequestContext, Tenant
    from muster.services.context import Services

_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1
_RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undo (or redo) did to the assets that the import spoke of.

    `assets_removed`: nothing else speaks of them (redo: created again). `assets_reverted`: they say what the other
    sources say. `assets_kept`: other sources say the same.
    """

    data_import_id: UUID
    status: str
    assets_removed: int
    assets_reverted: int
    assets_kept: int
    assets_restored: int = 0


async def undo_import(services: Services, context: RequestContext, data_import_id: UUID) -> UndoReport:
    """Let the import's claims take part no longer and fold what they touched.

    Raises NotFoundError, IllegalMoveError when the import is not completed, BusyError while another change of the
    engagement's inventory is running.
    """
    counts, flow = await _change(services, context, data_import_id, Move.UNDO)
    return UndoReport(data_import_id, str(flow.status), counts.removed, counts.updated, counts.unchanged)


async def redo_import(services: Services, context: RequestContext, data_import_id: UUID) -> UndoReport:
    """Let the claims of an undone import take part again: the inventory is as before the undo. Raises as undo."""
    counts, flow = await _change(services, context, data_import_id, Move.REDO)
    return UndoReport(
        data_import_id, str(flow.status), counts.removed, counts.updated, counts.unchanged, counts.created
    )


async def _change(
    services: Services, context: RequestContext, data_import_id: UUID, move: Move
) -> tuple[PlanCounts, FlowState]:
    change = withdraw_claims if move is Move.UNDO else restore_claims
    async with services.database.begin(context.tenant) as db:
        flow = await flows_repo.find_flow(db, context.engagement_id, data_import_id)
        if flow is None or flow.data_import_id is None:
            raise NotFoundError("There is no such import in this engagement.", data_import_id=str(data_import_id))
        after(flow.status, move)
        await _wait_for_lock(db, context.tenant)
        async with open_ledger(db, context.tenant, services) as ledger:
            counts = await change(ledger, flow.data_import_id, _untold)
        moved = await FlowLifecycleManager(db, context).move(flow.flow_id, move)
    return counts, moved


async def _wait_for_lock(db: AsyncSession, tenant: Tenant) -> None:
    """Take the engagement's lock within a few seconds, or say who is busy and when to come back."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while not await claims_repo.try_lock_inventory(db, tenant):
        if asyncio.get_running_loop().time() > deadline:
            raise BusyError(
                "Another import or undo is changing this engagement's inventory; try again in a moment.",
                retry_after=_RETRY_AFTER_SECONDS,
            )
        await asyncio.sleep(_PAUSE_SECONDS)


async def _untold(done: int, total: int) -> None:
    """Undo answers when it is done; nobody polls it."""
