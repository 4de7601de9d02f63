"""The names and ids of assets, for telling people which assets something was about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from muster.db.tables import assets

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

EVERY_ASSET_ID = """
select id::text from migration.assets
where engagement_id = current_setting('muster.engagement_id')::uuid
"""
"""For db.bulk_read: the id of every asset, as text."""


async def asset_names(db: AsyncSession, tenant: Tenant, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str | None]:
    """The name of each of these assets that there is."""
    rows = await db.execute(
        select(assets.c.id, assets.c.asset_name).where(
            assets.c.engagement_id == tenant.engagement_id, assets.c.id == func.any(list(ids))
        )
    )
    return {row.id: row.asset_name for row in rows}
