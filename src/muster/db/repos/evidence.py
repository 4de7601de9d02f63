"""Where a claim's values stood: file, table, row, column and the text of the cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from muster.db.repos.import_rows import row_of_block
from muster.db.tables import ImportFieldMapping

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row of an import by numbers; row numbers begin with 1."""

    data_import_id: uuid.UUID
    table_number: int
    row_number: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A stored row and the file it stood in. `cells` are its texts in the order of `columns`."""

    place: RowPlace
    line: int | None
    columns: Sequence[str]
    cells: Sequence[str | None]
    filename: str
    source_system: str | None
    feed: str | None
    observed_at: datetime
    observed_at_origin: str
    table_name: str


@dataclass(frozen=True, slots=True)
class FedColumn:
    """A column that feeds a field, and how its text became a value."""

    data_import_id: uuid.UUID
    table_name: str
    position: int
    source_field: str
    target_field: str | None
    transformation: str | None
    evidence: str


_ROWS = text("""
select place.data_import_id, place.table_number, place.row_number,
    import.filename, import.source_system, import.feed, import.observed_at, import.observed_at_origin,
    of_table.table_name, of_table.columns, block.rows
from unnest(cast(:imports as uuid[]), cast(:tables as smallint[]), cast(:rows as integer[]))
    as place (data_import_id, table_number, row_number)
join migration.data_imports as import
    on import.engagement_id = :engagement and import.id = place.data_import_id
join migration.import_tables as of_table
    on of_table.engagement_id = :engagement and of_table.data_import_id = place.data_import_id
    and of_table.table_number = place.table_number
cross join lateral (
    select last_row, rows from migration.import_row_blocks
    where engagement_id = :engagement and data_import_id = place.data_import_id and attempt = import.rows_attempt
        and table_number = place.table_number and first_row <= place.row_number
    order by first_row desc limit 1
) as block
where block.last_row >= place.row_number
""")


async def source_rows(db: AsyncSession, tenant: Tenant, places: Sequence[RowPlace]) -> list[SourceRow]:
    """The stored rows at `places` (of the attempts that count)."""
    given = {
        "engagement": tenant.engagement_id,
        "imports": [place.data_import_id for place in places],
        "tables": [place.table_number for place in places],
        "rows": [place.row_number for place in places],
    }
    found = []
    for import_id, table, number, *of_file, columns, block in await db.execute(_ROWS, given):
        row = row_of_block(table, number, block)
        if row is not None:
            found.append(SourceRow(RowPlace(import_id, table, number), row.line, columns, row.raw, *of_file))
    return found


async def fed_columns(
    db: AsyncSession, tenant: Tenant, import_ids: Sequence[uuid.UUID], fields: Sequence[str]
) -> list[FedColumn]:
    """The columns of some imports that feed one of `fields`, in file order."""
    mapping = ImportFieldMapping
    rows = await db.execute(
        select(
            mapping.data_import_id,
            mapping.table_name,
            mapping.position,
            mapping.source_field,
            mapping.target_field,
            mapping.transformation,
            mapping.evidence,
        )
        .where(
            mapping.engagement_id == tenant.engagement_id,
            mapping.data_import_id.in_(import_ids),
            mapping.target_field.in_(fields),
            mapping.status != "rejected",
        )
        .order_by(mapping.data_import_id, mapping.table_name, mapping.position)
    )
    return [FedColumn(*row) for row in rows]
