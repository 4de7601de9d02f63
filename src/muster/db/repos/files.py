"""The names of the files behind imports, for telling people where something came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from muster.db.tables import DataImport

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant


async def filenames(db: AsyncSession, tenant: Tenant, import_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The name of each import's file, as it was sent."""
    rows = await db.execute(
        select(DataImport.id, DataImport.filename).where(
            DataImport.engagement_id == tenant.engagement_id, DataImport.id.in_(import_ids)
        )
    )
    return {row.id: row.filename for row in rows}
