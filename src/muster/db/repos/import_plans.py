"""The plans of imports that wait to be accepted: counts, and where their entries lie."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from muster.db.tables import ImportPlan
from muster.domain.plan import PlanTotals

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as it was computed when the inventory had `inventory_version`."""

    inventory_version: int
    totals: PlanTotals
    blob_key: str
    created_at: datetime


async def read_plan(db: AsyncSession, tenant: Tenant, data_import_id: UUID) -> StoredPlan | None:
    """The plan of an import, None when none was computed."""
    query = select(ImportPlan).where(
        ImportPlan.engagement_id == tenant.engagement_id, ImportPlan.data_import_id == data_import_id
    )
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        return None
    return StoredPlan(row.inventory_version, PlanTotals(**row.counts), row.blob_key, row.created_at)


async def put_plan(  # noqa: PLR0913, PLR0917 - the columns of the table
    db: AsyncSession,
    tenant: Tenant,
    data_import_id: UUID,
    inventory_version: int,
    totals: PlanTotals,
    blob_key: str,
) -> None:
    """Keep a plan in place of an earlier one."""
    values = {
        "inventory_version": inventory_version,
        "counts": asdict(totals),
        "blob_key": blob_key,
        "created_at": func.clock_timestamp(),
    }
    await db.execute(
        insert(ImportPlan)
        .values(
            engagement_id=tenant.engagement_id,
            client_account_id=tenant.client_account_id,
            data_import_id=data_import_id,
            **values,
        )
        .on_conflict_do_update(index_elements=["engagement_id", "data_import_id"], set_=values)
    )
