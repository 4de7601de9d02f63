"""Changes of an engagement's ranks: their jobs in the queue, and what they did once they are recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, column, select, table
from sqlalchemy.dialects.postgresql import JSONB

from muster.db.repos.changes import ChangeKind
from muster.db.tables import InventoryChange

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

CHANGE_ID = "change_id"
"""What the summary of a recorded change, and the arguments of its job, call the id that was told to the user."""

_jobs = table("procrastinate_jobs", column("id"), column("status"), column("args", JSONB), schema="work")


@dataclass(frozen=True, slots=True)
class RecordedRanks:
    """A change of ranks that has been applied; `version` is that of the inventory after it."""

    version: int
    summary: Mapping[str, Any]
    changed_at: datetime


async def recorded_ranks(db: AsyncSession, tenant: Tenant, change_id: UUID) -> RecordedRanks | None:
    """The change of this id once it is applied."""
    change = InventoryChange
    rows = await db.execute(
        select(change.version, change.summary, change.changed_at).where(
            change.engagement_id == tenant.engagement_id,
            change.kind == str(ChangeKind.RANKS),
            change.summary[CHANGE_ID].astext == str(change_id),
        )
    )
    row = rows.one_or_none()
    return None if row is None else RecordedRanks(*row)


async def rank_job(db: AsyncSession, tenant: Tenant, change_id: UUID) -> str | None:
    """The queue's word (todo, doing, failed …) on the job of a change; None when there is no such job any more."""
    query = select(_jobs.c.status.cast(Text)).where(
        _jobs.c.args["engagement_id"].astext == str(tenant.engagement_id),
        _jobs.c.args[CHANGE_ID].astext == str(change_id),
    )
    status = (await db.execute(query)).scalar_one_or_none()
    return None if status is None else str(status)


async def open_rank_change(db: AsyncSession, tenant: Tenant) -> str | None:
    """The id of the change of ranks that waits or runs, the next one first."""
    query = (
        select(_jobs.c.args[CHANGE_ID].astext)
        .where(
            _jobs.c.status.cast(Text).in_(["todo", "doing"]),
            _jobs.c.args["engagement_id"].astext == str(tenant.engagement_id),
            _jobs.c.args[CHANGE_ID].is_not(None),
        )
        .order_by(_jobs.c.id)
        .limit(1)
    )
    found: str | None = (await db.execute(query)).scalar_one_or_none()
    return found
