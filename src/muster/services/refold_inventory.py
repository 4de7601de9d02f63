"""Applies a change of ranks: the ranks, the inventory folded by them, and the record of it, in one transaction.

So a worker that is killed has changed nothing, and the next one begins anew.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from muster.db.repos import claims as claims_repo
from muster.db.repos.changes import ChangeKind, NewChange, record_change, write_ranks
from muster.db.repos.rank_changes import CHANGE_ID, recorded_ranks
from muster.services.inventory.change import apply_ranks
from muster.services.inventory.current import fold_by_todays_rules
from muster.services.inventory.ledger import open_ledger
from muster.services.inventory.patience import untold

if TYPE_CHECKING:
    from muster.services.change_ranks import RefoldJob
    from muster.services.context import Services


async def refold_inventory(services: Services, job: RefoldJob) -> None:
    """Write the ranks, fold, record; nothing when an earlier run of the job has done so."""
    tenant = job.context.tenant
    await fold_by_todays_rules(services, job.context, wait=True)
    async with services.database.begin(tenant) as db:
        await claims_repo.lock_inventory(db, tenant)
        if await recorded_ranks(db, tenant, job.change_id) is not None:
            return
        await write_ranks(db, tenant, job.ranks)
        async with open_ledger(db, tenant, services) as ledger:
            change = await apply_ranks(ledger, untold)
        summary = {**asdict(change.counts), CHANGE_ID: str(job.change_id)}
        new = NewChange(ChangeKind.RANKS, ranks=job.ranks, summary=summary, changed_by=job.context.user_id)
        await record_change(db, tenant, new)
