"""Brings an inventory that was folded by earlier rules up to those of today, before anything else changes it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from muster.catalog.policies import POLICY_VERSION
from muster.db.repos import changes as changes_repo
from muster.db.repos import claims as claims_repo
from muster.db.repos.changes import ChangeKind, NewChange
from muster.pipeline.enrich.fold import FOLD_VERSION
from muster.services.inventory.change import fold_everything
from muster.services.inventory.ledger import open_ledger
from muster.services.inventory.patience import lock_or_refuse, untold

if TYPE_CHECKING:
    from muster.db.repos.changes import Versions
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.inventory.change import Progress


async def fold_by_todays_rules(
    services: Services, context: RequestContext, progress: Progress = untold, *, wait: bool = False
) -> bool:
    """Fold everything anew when the engagement's inventory was folded by other rules; says whether it was.

    In a transaction of its own, because a change compares with the assets as they are committed: call it before the
    change takes the engagement's lock. `wait` for that lock as long as it takes; else raises BusyError.
    """
    tenant = context.tenant
    async with services.database.begin(tenant) as db:
        if _are_todays(await changes_repo.fold_versions(db, tenant)):
            return False
        await (claims_repo.lock_inventory(db, tenant) if wait else lock_or_refuse(db, tenant))
        versions = await changes_repo.fold_versions(db, tenant)
        if _are_todays(versions):
            return False
        if versions.inventory > 0:
            async with open_ledger(db, tenant, services) as ledger:
                change = await fold_everything(ledger, progress)
            new = NewChange(ChangeKind.REBUILD, summary=asdict(change.counts), changed_by=context.user_id)
            await changes_repo.record_change(db, tenant, new)
        await changes_repo.write_fold_versions(db, tenant, FOLD_VERSION, POLICY_VERSION)
    return versions.inventory > 0


def _are_todays(versions: Versions) -> bool:
    return (versions.fold, versions.policy) == (FOLD_VERSION, POLICY_VERSION)
