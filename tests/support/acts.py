"""What people do with an inventory besides importing, for tests: taking imports back, as the program records it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos.changes import ChangeKind, NewChange, record_change
from muster.services.inventory.change import restore_claims, withdraw_claims
from muster.services.inventory.ledger import open_ledger
from muster.services.inventory.patience import untold

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


async def take_back(services: Services, context: RequestContext, import_id: UUID) -> None:
    """Undo a placed import, which has no flow."""
    async with (
        services.database.begin(context.tenant) as db,
        open_ledger(db, context.tenant, services, leaving=import_id) as ledger,
    ):
        await withdraw_claims(ledger, import_id, untold)
        await record_change(db, context.tenant, NewChange(ChangeKind.UNDO, import_id, changed_by=context.user_id))


async def bring_back(services: Services, context: RequestContext, import_id: UUID) -> None:
    """Redo a placed import."""
    async with (
        services.database.begin(context.tenant) as db,
        open_ledger(db, context.tenant, services, joining=import_id) as ledger,
    ):
        await restore_claims(ledger, import_id, untold)
        await record_change(db, context.tenant, NewChange(ChangeKind.REDO, import_id, changed_by=context.user_id))
