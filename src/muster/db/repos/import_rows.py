"""Reads and writes the rows of imports: in bulk, each tagged with the attempt that wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, false, or_, select, text, true

from muster.db.bulk import copy_to_temp
from muster.db.copy_text import copy_text
from muster.db.tables.imports import ImportRow
from muster.db.tables.inventory import ClaimAssetBlock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    import polars as pl
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import DataImportId, EngagementId
    from muster.domain.tenant import Tenant

COLUMNS = ("table_number", "row_number", "line", "is_valid", "raw", "cleansed", "errors")
"""The columns of a frame for `insert_rows`; the last three are JSON text."""

BLOCK_ROWS = 1_024
"""Rows to a block of `claim_asset_blocks`."""

_BYTES_OF_ID = 16
_ROLE_SELF = 0

_INSERT = text(
    "INSERT INTO migration.import_rows (engagement_id, client_account_id, data_import_id, attempt, table_number,"
    " row_number, line, is_valid, raw, cleansed, errors)"
    " SELECT :engagement_id, :client_account_id, :data_import_id, :attempt, table_number, row_number, line, is_valid,"
    " raw, cleansed, errors FROM pg_temp.new_import_rows"
)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row: `raw` cells in column order, `cleansed` only where it differs, `errors` [{code, field, agent}]."""

    table_number: int
    row_number: int
    line: int | None
    is_valid: bool | None
    raw: Sequence[str | None]
    cleansed: Mapping[str, str | None]
    errors: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows of one attempt to list, in the order of the file. `after` is the (table, row) last seen."""

    attempt: int
    tables: Sequence[int]
    validity: bool | None = None
    only_unchecked: bool = False
    after: tuple[int, int] | None = None
    limit: int = 100


async def insert_rows(
    session: AsyncSession, tenant: Tenant, data_import_id: DataImportId, attempt: int, rows: pl.DataFrame
) -> int:
    """Insert a batch (columns COLUMNS) in the session's transaction and return how many rows it has."""
    await copy_to_temp(
        session,
        "new_import_rows",
        "table_number smallint, row_number integer, line integer, is_valid boolean, raw jsonb, cleansed jsonb,"
        " errors jsonb",
        COLUMNS,
        copy_text(rows.select(COLUMNS)),
    )
    await session.execute(
        _INSERT,
        {
            "engagement_id": tenant.engagement_id,
            "client_account_id": tenant.client_account_id,
            "data_import_id": data_import_id,
            "attempt": attempt,
        },
    )
    return rows.height


async def delete_other_attempts(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, keep: Sequence[int]
) -> None:
    """Delete the rows that no attempt in `keep` wrote."""
    await session.execute(
        delete(ImportRow).where(
            ImportRow.engagement_id == engagement_id,
            ImportRow.data_import_id == data_import_id,
            ImportRow.attempt.not_in(keep),
        )
    )


async def list_rows(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID, query: RowQuery
) -> list[StoredRow]:
    """Rows in the order of the file."""
    statement = select(ImportRow).where(
        ImportRow.engagement_id == engagement_id,
        ImportRow.data_import_id == data_import_id,
        ImportRow.attempt == query.attempt,
        ImportRow.table_number.in_(query.tables),
    )
    if query.validity is not None:
        statement = statement.where(ImportRow.is_valid == (true() if query.validity else false()))
    if query.only_unchecked:
        statement = statement.where(ImportRow.is_valid.is_(None))
    if query.after is not None:
        table, row = query.after
        statement = statement.where(
            or_(
                ImportRow.table_number > table,
                and_(ImportRow.table_number == table, ImportRow.row_number > row),
            )
        )
    statement = statement.order_by(ImportRow.table_number, ImportRow.row_number).limit(query.limit)
    return [
        StoredRow(
            table_number=row.table_number,
            row_number=row.row_number,
            line=row.line,
            is_valid=row.is_valid,
            raw=tuple(row.raw),
            cleansed=row.cleansed or {},
            errors=row.errors or (),
        )
        for row in (await session.execute(statement)).scalars()
    ]


async def assets_of_rows(
    session: AsyncSession,
    engagement_id: EngagementId,
    data_import_id: UUID,
    places: Sequence[tuple[int, int]],
) -> dict[tuple[int, int], bytes]:
    """The asset id (16 bytes) of each (table number, row number) that is part of an asset."""
    if not places:
        return {}
    wanted = {(table, (row - 1) // BLOCK_ROWS) for table, row in places}
    query = select(ClaimAssetBlock.table_number, ClaimAssetBlock.block_number, ClaimAssetBlock.asset_ids).where(
        ClaimAssetBlock.engagement_id == engagement_id,
        ClaimAssetBlock.data_import_id == data_import_id,
        ClaimAssetBlock.role == _ROLE_SELF,
        or_(
            *(
                and_(ClaimAssetBlock.table_number == table, ClaimAssetBlock.block_number == block)
                for table, block in sorted(wanted)
            )
        ),
    )
    blocks = {(table, block): ids for table, block, ids in await session.execute(query)}
    found: dict[tuple[int, int], bytes] = {}
    for table, row in places:
        ids = blocks.get((table, (row - 1) // BLOCK_ROWS), b"")
        start = (row - 1) % BLOCK_ROWS * _BYTES_OF_ID
        asset = ids[start : start + _BYTES_OF_ID]
        if any(asset):
            found[table, row] = asset
    return found
