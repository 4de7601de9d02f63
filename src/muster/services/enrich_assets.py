"""Takes the checked rows of an import into the inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos.changes import ChangeKind, NewChange, record_change
from muster.domain.flow_document import EnrichmentResult
from muster.services.inventory.change import add_claims
from muster.services.inventory.current import fold_by_todays_rules
from muster.services.inventory.ledger import open_ledger

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import DataImportId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.change import Progress


async def enrich_assets(
    db: AsyncSession,
    context: RequestContext,
    services: Services,
    data_import_id: DataImportId,
    progress: Progress,
) -> EnrichmentResult:
    """Let the import's claims take part, in the transaction of `db`, which the caller commits.

    Returns what the database confirmed. The valid rows must lie in the blob store as typed claims (blobs/keys.py,
    `claims_key`) under the attempt that `data_imports.rows_attempt` names.
    """
    await fold_by_todays_rules(services, context, progress, wait=True)
    async with open_ledger(db, context.tenant, services, joining=data_import_id) as ledger:
        counts = (await add_claims(ledger, data_import_id, progress)).counts
    result = EnrichmentResult(
        assets_created=counts.created,
        assets_updated=counts.updated,
        enrichment_details={
            "assets_unchanged": counts.unchanged,
            "assets_with_conflicts": counts.conflicts,
            "assets_merged_away": counts.removed,
        },
    )
    new = NewChange(ChangeKind.IMPORT, data_import_id, summary=result.as_json(), changed_by=context.user_id)
    await record_change(db, context.tenant, new)
    return result
