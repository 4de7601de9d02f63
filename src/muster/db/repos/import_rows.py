"""Reads and writes the rows of imports, which are stored in blocks; each is tagged with the attempt that wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from psycopg.types.numeric import Int2, Int4
from sqlalchemy import and_, delete, or_, select

from muster.db.bulk import write_binary
from muster.db.tables.imports import ImportRowBlock
from muster.db.tables.inventory import ClaimAssetBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import DataImportId, EngagementId
    from muster.domain.tenant import Tenant

COLUMNS = ("table_number", "row_number", "line", "is_valid", "raw", "cleansed", "errors")
"""The columns of a frame for `insert_rows`; the last three are JSON text."""

ROWS_TO_A_BLOCK = 256
"""To show one row its block is read, in a millisecond; larger blocks are hardly written faster."""

CLAIMS_TO_A_BLOCK = 1_024
"""Rows to a block of `claim_asset_blocks`."""

_BYTES_OF_ID = 16
_ROLE_SELF = 0
_MOST_BLOCKS = 64

_INSERT = """
insert into migration.import_row_blocks
    (engagement_id, client_account_id, data_import_id, attempt,
     table_number, first_row, last_row, valid, held_back, unchecked, rows)
values (%b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b)
"""


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
    """Insert a batch (columns COLUMNS, in order) in the session's transaction and return how many rows it has."""
    of_attempt = (tenant.engagement_id, tenant.client_account_id, data_import_id, Int4(attempt))
    blocks = (
        (*of_attempt, Int2(table), Int4(first), Int4(last), Int2(valid), Int2(held_back), Int2(unchecked), text)
        for table, first, last, valid, held_back, unchecked, text in _blocks(rows).iter_rows()
    )
    await write_binary(session, _INSERT, blocks)
    return rows.height


def _blocks(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as blocks: the columns of `import_row_blocks` behind `attempt`."""
    if rows.is_empty():
        return pl.DataFrame()
    parts = (
        pl.lit("["),
        pl.col("row_number"),
        *(part for name in COLUMNS[2:] for part in (pl.lit(","), pl.col(name).cast(pl.String).fill_null("null"))),
        pl.lit("]"),
    )
    numbered = rows.select(
        "table_number", "row_number", "is_valid", text=pl.concat_str(*parts), place=pl.int_range(pl.len())
    )
    return (
        numbered.group_by("table_number", pl.col("place") // ROWS_TO_A_BLOCK, maintain_order=True)
        .agg(
            first_row=pl.col("row_number").first(),
            last_row=pl.col("row_number").last(),
            valid=pl.col("is_valid").sum(),
            held_back=(~pl.col("is_valid")).sum(),
            unchecked=pl.col("is_valid").null_count(),
            rows=pl.col("text").str.join("\n").cast(pl.Binary),
        )
        .drop("place")
    )


async def delete_other_attempts(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, keep: Sequence[int]
) -> None:
    """Delete the rows that no attempt in `keep` wrote."""
    await session.execute(
        delete(ImportRowBlock).where(
            ImportRowBlock.engagement_id == engagement_id,
            ImportRowBlock.data_import_id == data_import_id,
            ImportRowBlock.attempt.not_in(keep),
        )
    )


async def list_rows(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID, query: RowQuery
) -> list[StoredRow]:
    """Rows in the order of the file."""
    block = ImportRowBlock
    wanted = [
        block.engagement_id == engagement_id,
        block.data_import_id == data_import_id,
        block.attempt == query.attempt,
        block.table_number.in_(query.tables),
        *_holding(query),
    ]
    found: list[StoredRow] = []
    after = query.after
    while len(found) < query.limit:
        missing = query.limit - len(found)
        blocks = min(missing // ROWS_TO_A_BLOCK + 2, _MOST_BLOCKS)
        statement = select(block.table_number, block.last_row, block.rows).where(*wanted, *_behind(after))
        page = await session.execute(statement.order_by(block.table_number, block.first_row).limit(blocks))
        stored = page.all()
        for table, last, text in stored:
            rows = (row for row in _rows_of(table, text) if after is None or (table, row.row_number) > after)
            found += [row for row in rows if _asked_for(row, query)]
            after = (table, last)
        if len(stored) < blocks:
            break
    return found[: query.limit]


def _holding(query: RowQuery) -> list[ColumnElement[bool]]:
    """Conditions for blocks with rows that the query asks for."""
    block = ImportRowBlock
    conditions = []
    if query.validity is not None:
        conditions.append((block.valid if query.validity else block.held_back) > 0)
    if query.only_unchecked:
        conditions.append(block.unchecked > 0)
    return conditions


def _behind(after: tuple[int, int] | None) -> list[ColumnElement[bool]]:
    """Conditions for blocks with rows behind a (table, row)."""
    if after is None:
        return []
    table, row = after
    block = ImportRowBlock
    return [or_(block.table_number > table, and_(block.table_number == table, block.last_row > row))]


def _asked_for(row: StoredRow, query: RowQuery) -> bool:
    if query.validity is not None and row.is_valid is not query.validity:
        return False
    return not query.only_unchecked or row.is_valid is None


def _rows_of(table: int, text: bytes) -> Iterator[StoredRow]:
    for line in text.split(b"\n"):
        yield _row(table, line)


def _row(table: int, line: bytes) -> StoredRow:
    number, file_line, is_valid, raw, cleansed, errors = json.loads(line)
    return StoredRow(table, number, file_line, is_valid, tuple(raw), cleansed or {}, errors or ())


def row_of_block(table: int, row_number: int, text: bytes) -> StoredRow | None:
    """One row of the `rows` of a block, None when it is not there."""
    start = f"[{row_number},".encode()
    line = next((line for line in text.split(b"\n") if line.startswith(start)), None)
    return None if line is None else _row(table, line)


async def assets_of_rows(
    session: AsyncSession,
    engagement_id: EngagementId,
    data_import_id: UUID,
    places: Sequence[tuple[int, int]],
) -> dict[tuple[int, int], bytes]:
    """The asset id (16 bytes) of each (table number, row number) that is part of an asset."""
    if not places:
        return {}
    wanted = {(table, (row - 1) // CLAIMS_TO_A_BLOCK) for table, row in places}
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
        ids = blocks.get((table, (row - 1) // CLAIMS_TO_A_BLOCK), b"")
        start = (row - 1) % CLAIMS_TO_A_BLOCK * _BYTES_OF_ID
        asset = ids[start : start + _BYTES_OF_ID]
        if any(asset):
            found[table, row] = asset
    return found
