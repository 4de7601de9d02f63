"""Takes an import back, at any time and in any order, and brings it in again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from muster.db.repos import flows as flows_repo
from muster.db.repos import purge as purge_repo
from muster.db.repos.changes import ChangeKind, NewChange, record_change
from muster.domain.errors import ConflictError, NotFoundError
from muster.domain.phases import Move, after
from muster.services.flows.lifecycle import FlowLifecycleManager
from muster.services.inventory.change import restore_claims, withdraw_claims
from muster.services.inventory.current import fold_by_todays_rules
from muster.services.inventory.ledger import open_ledger
from muster.services.inventory.patience import lock_or_refuse, untold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from muster.domain.decisions import Edit
    from muster.domain.flow_state import FlowState
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.change import Change
    from muster.services.inventory.fates import Fate, NamedAsset


@dataclass(frozen=True, slots=True)
class NotReverted:
    """Something that could not be put back as it was, and why, with what would help."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undo (or redo) did to the assets that the import spoke of, in three buckets.

    Reverted: `assets_removed` (nothing else speaks of them) and `assets_reverted` (they say what the other sources
    say). Kept: `assets_kept`, of which `assets_kept_edited` because somebody pinned a value and `assets_kept_other`
    because other sources say the same. `could_not`: what could not be put back, each with its reason. A redo creates
    `assets_restored` again. `first` names up to ten assets of each fate.
    """

    data_import_id: UUID
    status: str
    assets_removed: int
    assets_reverted: int
    assets_kept: int
    assets_kept_edited: int
    assets_kept_other: int
    could_not: tuple[NotReverted, ...]
    assets_restored: int
    first: Mapping[Fate, tuple[NamedAsset, ...]]


async def undo_import(services: Services, context: RequestContext, data_import_id: UUID) -> UndoReport:
    """Let the import's claims take part no longer and fold what they touched.

    Raises NotFoundError, IllegalMoveError when the import is not completed, BusyError while another change of the
    engagement's inventory is running.
    """
    return _report(data_import_id, *await _change(services, context, data_import_id, Move.UNDO))


async def redo_import(services: Services, context: RequestContext, data_import_id: UUID) -> UndoReport:
    """Let the claims of an undone import take part again: the inventory is as before the undo. Raises as undo.

    Raises ConflictError for an import that was purged: there is nothing to bring back.
    """
    return _report(data_import_id, *await _change(services, context, data_import_id, Move.REDO))


def sleeping(edit: Edit) -> NotReverted:
    """What is told of an edit that no active record carries any more."""
    return NotReverted(
        subject=f"{edit.field} of {edit.anchors[0].label}",
        reason="Somebody edited it, and no other import lists the record: the edit sleeps until one does.",
    )


def _report(data_import_id: UUID, change: Change, flow: FlowState) -> UndoReport:
    return UndoReport(
        data_import_id=data_import_id,
        status=str(flow.status),
        assets_removed=change.counts.removed,
        assets_reverted=change.reverted,
        assets_kept=change.kept_edited + change.kept_other,
        assets_kept_edited=change.kept_edited,
        assets_kept_other=change.kept_other,
        could_not=tuple(map(sleeping, change.asleep)),
        assets_restored=change.counts.created,
        first=change.named,
    )


async def _change(
    services: Services, context: RequestContext, data_import_id: UUID, move: Move
) -> tuple[Change, FlowState]:
    await fold_by_todays_rules(services, context)
    async with services.database.begin(context.tenant) as db:
        flow = await flows_repo.find_flow(db, context.engagement_id, data_import_id)
        if flow is None or flow.data_import_id is None:
            raise NotFoundError("There is no such import in this engagement.", data_import_id=str(data_import_id))
        after(flow.status, move)
        await lock_or_refuse(db, context.tenant)
        if move is Move.UNDO:
            async with open_ledger(db, context.tenant, services, leaving=flow.data_import_id) as ledger:
                change = await withdraw_claims(ledger, flow.data_import_id, untold)
        else:
            if await purge_repo.purged_at(db, context.tenant, flow.data_import_id) is not None:
                raise _purged(flow.data_import_id)
            async with open_ledger(db, context.tenant, services, joining=flow.data_import_id) as ledger:
                change = await restore_claims(ledger, flow.data_import_id, untold)
        kind = ChangeKind.UNDO if move is Move.UNDO else ChangeKind.REDO
        new = NewChange(kind, flow.data_import_id, summary=asdict(change.counts), changed_by=context.user_id)
        await record_change(db, context.tenant, new)
        moved = await FlowLifecycleManager(db, context).move(flow.flow_id, move)
    return change, moved


def _purged(data_import_id: UUID) -> ConflictError:
    return ConflictError(
        "This import was purged: its file and rows are gone, so it can not be brought in again. Import the file anew.",
        data_import_id=str(data_import_id),
    )
