"""The rows of one table of an import as they were stored, for converting them once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from muster.db.tables import DataImport, ImportRow

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

VALID_ROWS = """
select row_number, line, raw::text as raw from migration.import_rows
where engagement_id = current_setting('muster.engagement_id')::uuid and data_import_id = $1::text::uuid
    and attempt = $2::text::int and table_number = $3::text::smallint
    and row_number > $4::text::int and is_valid
order by row_number limit $5::text::bigint
"""
"""For db.bulk_read: up to $5 valid rows of an attempt ($2) at a table ($3) of an import ($1) after the row $4."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a table: how many rows, valid or not, and when its import came."""

    rows: int
    filename: str
    created_at: datetime


async def read_stored(
    db: AsyncSession, tenant: Tenant, data_import_id: uuid.UUID, attempt: int, table_number: int
) -> Stored:
    """What is stored of one attempt at one table. The import is there."""
    rows = select(func.count()).where(
        ImportRow.engagement_id == tenant.engagement_id,
        ImportRow.data_import_id == data_import_id,
        ImportRow.attempt == attempt,
        ImportRow.table_number == table_number,
    )
    of_import = select(DataImport.filename, DataImport.created_at).where(
        DataImport.engagement_id == tenant.engagement_id, DataImport.id == data_import_id
    )
    filename, created_at = (await db.execute(of_import)).one()
    return Stored(int(await db.scalar(rows) or 0), filename, created_at)
