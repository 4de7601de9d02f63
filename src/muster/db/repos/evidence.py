"""Where a claim's values stood: file, table, row, column and the text of the cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, tuple_

from muster.db.tables import DataImport, ImportFieldMapping, ImportRow, ImportTable

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
    filename: str
    source_system: str | None
    feed: str | None
    observed_at: datetime
    observed_at_origin: str
    table_name: str
    line: int | None
    columns: Sequence[str]
    cells: Sequence[str | None]


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


async def source_rows(db: AsyncSession, tenant: Tenant, places: Sequence[RowPlace]) -> list[SourceRow]:
    """The stored rows at `places` (of the attempts that count)."""
    keys = [(place.data_import_id, place.table_number, place.row_number) for place in places]
    rows = await db.execute(
        select(
            ImportRow.data_import_id,
            ImportRow.table_number,
            ImportRow.row_number,
            DataImport.filename,
            DataImport.source_system,
            DataImport.feed,
            DataImport.observed_at,
            DataImport.observed_at_origin,
            ImportTable.table_name,
            ImportRow.line,
            ImportTable.columns,
            ImportRow.raw,
        )
        .join(
            DataImport,
            (DataImport.engagement_id == ImportRow.engagement_id)
            & (DataImport.id == ImportRow.data_import_id)
            & (DataImport.rows_attempt == ImportRow.attempt),
        )
        .join(
            ImportTable,
            (ImportTable.engagement_id == ImportRow.engagement_id)
            & (ImportTable.data_import_id == ImportRow.data_import_id)
            & (ImportTable.table_number == ImportRow.table_number),
        )
        .where(
            ImportRow.engagement_id == tenant.engagement_id,
            tuple_(ImportRow.data_import_id, ImportRow.table_number, ImportRow.row_number).in_(keys),
        )
    )
    return [SourceRow(RowPlace(import_id, table, number), *rest) for import_id, table, number, *rest in rows]


async def fed_columns(db: AsyncSession, tenant: Tenant, import_ids: Sequence[uuid.UUID]) -> list[FedColumn]:
    """The mapped columns of some imports, in file order."""
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
            mapping.target_field.is_not(None),
            mapping.status != "rejected",
        )
        .order_by(mapping.data_import_id, mapping.table_name, mapping.position)
    )
    return [FedColumn(*row) for row in rows]
