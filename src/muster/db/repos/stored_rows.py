"""The rows of one table of an import as they were stored, for converting them once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from muster.db.tables import DataImport, ImportRowBlock

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

ROWS_AFTER = """
select (row.stored ->> 0)::integer as row_number, (row.stored ->> 1)::integer as line,
    (row.stored ->> 2)::boolean as is_valid, (row.stored -> 3)::text as raw
from (
    select first_row, rows from migration.import_row_blocks
    where engagement_id = current_setting('muster.engagement_id')::uuid and data_import_id = $1::text::uuid
        and attempt = $2::text::int and table_number = $3::text::smallint and first_row > $4::text::int
    order by first_row limit $5::text::bigint
) as block
cross join lateral (
    select line::jsonb as stored from string_to_table(convert_from(block.rows, 'UTF8'), E'\\n') as line
) as row
order by row_number
"""
"""For db.bulk_read: the rows of $5 blocks of an attempt ($2) at a table ($3) of an import ($1) after the row $4, with
which a block before them ended."""


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
    block = ImportRowBlock
    rows = select(func.sum(block.valid + block.held_back + block.unchecked)).where(
        block.engagement_id == tenant.engagement_id,
        block.data_import_id == data_import_id,
        block.attempt == attempt,
        block.table_number == table_number,
    )
    of_import = select(DataImport.filename, DataImport.created_at).where(
        DataImport.engagement_id == tenant.engagement_id, DataImport.id == data_import_id
    )
    filename, created_at = (await db.execute(of_import)).one()
    return Stored(int(await db.scalar(rows) or 0), filename, created_at)
