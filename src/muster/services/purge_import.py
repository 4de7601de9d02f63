"""Deletes what an import holds, for good: bytes, rows, claims, keys; its name, counts and hash stay as a tombstone.

Whoever manages the engagement may do it, and not every editor: undo can be taken back, this can not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from muster.blobs.keys import claims_folder, staging_folder, uploads_folder
from muster.db.repos import purge as purge_repo
from muster.db.repos.changes import ChangeKind, NewChange, record_change
from muster.domain.errors import IllegalMoveError, NotFoundError
from muster.domain.phases import ENDED, FlowStatus, Move
from muster.services.flows.lifecycle import FlowLifecycleManager
from muster.services.inventory.change import Change, withdraw_claims
from muster.services.inventory.current import fold_by_todays_rules
from muster.services.inventory.ledger import open_ledger
from muster.services.inventory.patience import lock_or_refuse, untold
from muster.services.open_staging import require_import
from muster.services.undo_import import NotReverted, sleeping

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.import_values import StoredImport
    from muster.domain.tenant import RequestContext, Tenant
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a purge did.

    `assets_*` are those of an undo, all zero when the import took part in nothing. `edits_asleep`: edits of records
    that no other import lists; they hold again once one does. `rows_removed` and `files_removed` are zero when an
    earlier purge of the import had removed them.
    """

    data_import_id: UUID
    status: str
    purged_at: datetime
    assets_removed: int
    assets_reverted: int
    assets_kept: int
    rows_removed: int
    files_removed: int
    edits_asleep: tuple[NotReverted, ...]


async def purge_import(services: Services, context: RequestContext, data_import_id: UUID) -> PurgeReport:
    """Take the import back where it takes part, and delete what it holds.

    Files go after the commit: a purge that is killed in between has left files that nothing names; purging the import
    again deletes them, and `muster doctor` names it. Raises NotFoundError, IllegalMoveError while the import is still
    worked on or waits, BusyError while another change of the engagement's inventory is running.
    """
    await fold_by_todays_rules(services, context)
    async with services.database.begin(context.tenant) as db:
        await lock_or_refuse(db, context.tenant)
        contents = await purge_repo.read_contents(db, context.tenant, data_import_id)
        stored = await require_import(db, context.engagement_id, data_import_id)
        if contents is None or stored.status not in ENDED:
            raise IllegalMoveError(
                f"This import is {stored.status}: cancel it first (POST /api/v1/flows/{{id}}/cancel), then purge it.",
                status=str(stored.status),
                allowed=["cancel"],
            )
        change, rows = None, 0
        if contents.purged_at is None:
            change = await _withdraw(services, context, db, stored) if contents.claims_active else None
            rows = await purge_repo.empty_import(db, context.tenant, stored.id)
        moment = await purge_repo.purged_at(db, context.tenant, stored.id)
        stored = await require_import(db, context.engagement_id, stored.id)
    if moment is None:
        raise NotFoundError("The import is not there any more.", data_import_id=str(data_import_id))
    return PurgeReport(
        data_import_id=stored.id,
        status=str(stored.status),
        purged_at=moment,
        assets_removed=change.counts.removed if change else 0,
        assets_reverted=change.reverted if change else 0,
        assets_kept=change.kept_edited + change.kept_other if change else 0,
        rows_removed=rows,
        files_removed=await _delete_files(services, context.tenant, stored.id),
        edits_asleep=tuple(map(sleeping, change.asleep)) if change else (),
    )


async def leftovers(services: Services, tenant: Tenant) -> list[tuple[UUID, str]]:
    """Id and file name of purged imports of which files are left."""
    async with services.database.begin(tenant) as db:
        purged = await purge_repo.purged_imports(db, tenant)
    return [(import_id, filename) for import_id, filename in purged if await _files(services, tenant, import_id)]


async def _withdraw(services: Services, context: RequestContext, db: AsyncSession, stored: StoredImport) -> Change:
    """Take the import out of the inventory, as undo does, under the name of the purge."""
    async with open_ledger(db, context.tenant, services, leaving=stored.id) as ledger:
        change = await withdraw_claims(ledger, stored.id, untold)
    new = NewChange(ChangeKind.PURGE, stored.id, summary=asdict(change.counts), changed_by=context.user_id)
    await record_change(db, context.tenant, new)
    if stored.master_flow_id is not None and stored.status is FlowStatus.COMPLETED:
        await FlowLifecycleManager(db, context).move(stored.master_flow_id, Move.UNDO)
    return change


async def _files(services: Services, tenant: Tenant, import_id: UUID) -> list[str]:
    folders = (folder(tenant.engagement_id, import_id) for folder in (uploads_folder, staging_folder, claims_folder))
    return [key for folder in folders for key in await services.blobs.list(folder)]


async def _delete_files(services: Services, tenant: Tenant, import_id: UUID) -> int:
    found = await _files(services, tenant, import_id)
    for folder in (uploads_folder, staging_folder, claims_folder):
        await services.blobs.delete_prefix(folder(tenant.engagement_id, import_id))
    return len(found)
