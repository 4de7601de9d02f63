"""Reads and writes the tables of an import and its mapping, both replaced as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from muster.db.repos.import_values import APPROVED, SUGGESTED, StoredMapping, StoredTable
from muster.db.tables.imports import ImportFieldMapping, ImportTable
from muster.domain.custom_fields import parse_custom_field
from muster.domain.mapping import ColumnMapping, MatchMethod, TableDetection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import DataImportId, EngagementId
    from muster.domain.tables import TableInfo
    from muster.domain.tenant import Tenant


async def replace_tables(
    session: AsyncSession,
    tenant: Tenant,
    data_import_id: DataImportId,
    tables: Sequence[tuple[TableInfo, TableDetection]],
) -> None:
    """Write the import's tables anew, each with what it is taken for."""
    await session.execute(
        delete(ImportTable).where(
            ImportTable.engagement_id == tenant.engagement_id, ImportTable.data_import_id == data_import_id
        )
    )
    rows = [
        {
            "engagement_id": tenant.engagement_id,
            "client_account_id": tenant.client_account_id,
            "data_import_id": data_import_id,
            "table_number": table.number,
            "table_name": table.name,
            "columns": list(table.columns),
            "header_row": table.header_row,
            "row_count": table.rows,
            "imported": detected.imported,
            "source_table": detected.source_table,
            "detection": {
                "import_category": detected.import_category,
                "source_system": detected.source_system,
                "confidence": detected.confidence,
                "reasons": list(detected.reasons),
            },
        }
        for table, detected in tables
    ]
    if rows:
        await session.execute(insert(ImportTable), rows)


async def read_tables(session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID) -> list[StoredTable]:
    """The import's tables in the order of the file."""
    query = (
        select(ImportTable)
        .where(ImportTable.engagement_id == engagement_id, ImportTable.data_import_id == data_import_id)
        .order_by(ImportTable.table_number)
    )
    return [
        StoredTable(
            number=row.table_number,
            name=row.table_name,
            columns=tuple(row.columns),
            header_row=row.header_row,
            rows=row.row_count,
            imported=row.imported,
            detected=TableDetection(
                table=row.table_name,
                import_category=row.detection["import_category"],
                source_system=row.detection["source_system"],
                source_table=row.source_table,
                confidence=row.detection["confidence"],
                reasons=tuple(row.detection["reasons"]),
                imported=row.imported,
            ),
        )
        for row in (await session.execute(query)).scalars()
    ]


async def replace_mappings(
    session: AsyncSession,
    tenant: Tenant,
    data_import_id: DataImportId,
    mappings: Sequence[StoredMapping],
) -> None:
    """Write the import's mapping anew."""
    await session.execute(
        delete(ImportFieldMapping).where(
            ImportFieldMapping.engagement_id == tenant.engagement_id,
            ImportFieldMapping.data_import_id == data_import_id,
        )
    )
    rows = [
        {
            "engagement_id": tenant.engagement_id,
            "client_account_id": tenant.client_account_id,
            "data_import_id": data_import_id,
            "table_name": mapping.column.table,
            "position": mapping.column.position,
            "source_field": mapping.column.source_field,
            "target_field": mapping.column.target_field,
            "confidence_score": mapping.column.confidence,
            "match_method": str(mapping.column.match_method),
            "evidence": mapping.column.evidence,
            "transformation": mapping.column.transformation,
            "custom_field": None if mapping.column.custom is None else mapping.column.custom.as_json(),
            "status": mapping.status,
        }
        for mapping in mappings
    ]
    if rows:
        await session.execute(insert(ImportFieldMapping), rows)


async def approve_mappings(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, approved_by: UUID | None
) -> None:
    """Approve every column that is only suggested; `approved_by` None: nobody had to."""
    await session.execute(
        update(ImportFieldMapping)
        .where(
            ImportFieldMapping.engagement_id == engagement_id,
            ImportFieldMapping.data_import_id == data_import_id,
            ImportFieldMapping.status == SUGGESTED,
        )
        .values(status=APPROVED, approved_by=approved_by)
    )


async def read_mappings(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID
) -> list[StoredMapping]:
    """The import's mapping, table by table in the order of the file, column by column."""
    order = select(ImportTable.table_number).where(
        ImportTable.engagement_id == engagement_id,
        ImportTable.data_import_id == data_import_id,
        ImportTable.table_name == ImportFieldMapping.table_name,
    )
    query = (
        select(ImportFieldMapping)
        .where(ImportFieldMapping.engagement_id == engagement_id, ImportFieldMapping.data_import_id == data_import_id)
        .order_by(order.scalar_subquery(), ImportFieldMapping.table_name, ImportFieldMapping.position)
    )
    return [
        StoredMapping(
            ColumnMapping(
                table=row.table_name,
                position=row.position,
                source_field=row.source_field,
                target_field=row.target_field,
                confidence=row.confidence_score,
                match_method=MatchMethod(row.match_method),
                evidence=row.evidence,
                transformation=row.transformation,
                custom=None if row.custom_field is None else parse_custom_field(row.custom_field),
            ),
            row.status,
        )
        for row in (await session.execute(query)).scalars()
    ]
