"""Lists the rows of an import, raw beside cleansed, with their outcome: readable in every state of the import."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import polars as pl

from muster.db.repos import import_rows
from muster.db.repos.import_rows import RowQuery
from muster.domain.errors import InvalidRequestError
from muster.domain.tables import ROW_NUMBER
from muster.services.open_staging import ROWS_KIND, load_report, read_open_import, staged_file
from muster.services.paging import FIRST_PAGE, Page, decode_cursor, encode_cursor
from muster.services.processors.row_json import feeding_positions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.db.repos.import_rows import StoredRow
    from muster.db.repos.import_values import StoredTable
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.open_staging import OpenImport
    from muster.services.paging import PageRequest


class RecordOutcome(StrEnum):
    """What became of a row. PENDING: not checked yet; SKIPPED: its table or the row is no record of the inventory."""

    PENDING = "pending"
    VALID = "valid"
    HELD_BACK = "held_back"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RecordReason:
    """Why a row was held back: the agent's code and the field (or header) it is about."""

    code: str
    field: str | None
    agent: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `raw` are its cells under the file's own headers.

    `cleansed` are its values by canonical field, in canonical text, None before validation. `asset_id` is set once the
    row is part of an asset.
    """

    table: str
    table_number: int
    row_number: int
    line: int | None
    outcome: RecordOutcome
    raw: Mapping[str, str | None]
    cleansed: Mapping[str, str | None] | None
    reasons: tuple[RecordReason, ...]
    asset_id: UUID | None


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which rows to list; None: any."""

    table: str | None = None
    outcome: RecordOutcome | None = None


async def list_records(
    services: Services,
    context: RequestContext,
    data_import_id: UUID,
    where: RecordFilter | None = None,
    page: PageRequest = FIRST_PAGE,
) -> Page[Record]:
    """A page of rows in the order of the file; none before the file has been read.

    Raises NotFoundError when this engagement has no such import, InvalidRequestError for a bad cursor or table.
    """
    wanted = where or RecordFilter()
    after = decode_cursor(page.cursor, int, int)
    found = await read_open_import(services, context.tenant, data_import_id)
    reader = _Reader(services, context, found)
    start = (0, 0) if after is None else (int(after[0]), int(after[1]))
    records: list[Record] = []
    for table in _tables(found, wanted):
        if table.number < start[0]:
            continue
        after_row = start[1] if table.number == start[0] else 0
        records += await reader.rows(table, wanted.outcome, after_row, page.limit + 1 - len(records))
        if len(records) > page.limit:
            break
    shown = records[: page.limit]
    last = shown[-1] if len(records) > page.limit else None
    return Page(tuple(shown), None if last is None else encode_cursor(last.table_number, last.row_number))


def _tables(found: OpenImport, wanted: RecordFilter) -> list[StoredTable]:
    tables = [table for table in found.tables if wanted.table is None or table.name == wanted.table]
    if not tables and wanted.table is not None and found.tables:
        known = ", ".join(table.name for table in found.tables)
        raise InvalidRequestError(f"There is no table {wanted.table!r} in this file; it has: {known}.", field="table")
    return tables


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rows of one import: checked ones from the database, all others from staging."""

    services: Services
    context: RequestContext
    found: OpenImport

    async def rows(self, table: StoredTable, outcome: RecordOutcome | None, after_row: int, limit: int) -> list[Record]:
        """Up to `limit` rows of `table` behind `after_row` that have the outcome."""
        stored = self.found.stored
        if table.imported and stored.rows_attempt > 0:
            return await self._checked(table, outcome, after_row, limit)
        mine = RecordOutcome.PENDING if table.imported else RecordOutcome.SKIPPED
        is_staged = stored.staged_attempt > 0 or (stored.file_format or {}).get("kind") == ROWS_KIND
        if outcome not in {None, mine} or not is_staged:
            return []
        return await self._staged(table, mine, after_row, limit)

    async def _staged(self, table: StoredTable, outcome: RecordOutcome, after_row: int, limit: int) -> list[Record]:
        stored, engagement_id = self.found.stored, self.context.engagement_id
        report = await load_report(self.services, engagement_id, stored.id, stored.staged_attempt)
        name = next(info.staged for info in report.tables if info.number == table.number)
        async with staged_file(self.services, engagement_id, stored, name) as path:
            rows = pl.scan_parquet(path).filter(pl.col(ROW_NUMBER) > after_row).head(limit)
            frame = await asyncio.to_thread(rows.collect)
        width = len(table.columns)
        return [
            Record(
                table=table.name,
                table_number=table.number,
                row_number=row[0],
                line=row[1],
                outcome=outcome,
                raw=dict(zip(table.columns, row[2 : 2 + width], strict=True)),
                cleansed=None,
                reasons=(),
                asset_id=None,
            )
            for row in frame.iter_rows()
        ]

    async def _checked(
        self, table: StoredTable, outcome: RecordOutcome | None, after_row: int, limit: int
    ) -> list[Record]:
        if outcome is RecordOutcome.PENDING:
            return []
        stored, engagement_id = self.found.stored, self.context.engagement_id
        query = RowQuery(
            attempt=stored.rows_attempt,
            tables=(table.number,),
            validity=_VALIDITY.get(outcome) if outcome is not None else None,
            only_unchecked=outcome is RecordOutcome.SKIPPED,
            after=(table.number, after_row),
            limit=limit,
        )
        async with self.services.database.begin(self.context.tenant) as session:
            rows = await import_rows.list_rows(session, engagement_id, stored.id, query)
            places = [(row.table_number, row.row_number) for row in rows] if stored.claims_active else []
            assets = await import_rows.assets_of_rows(session, engagement_id, stored.id, places)
        columns = [mapping.column for mapping in self.found.mappings if mapping.column.table == table.name]
        feeding = feeding_positions(columns)
        return [
            Record(
                table=table.name,
                table_number=table.number,
                row_number=row.row_number,
                line=row.line,
                outcome=_outcome(row),
                raw=dict(zip(table.columns, row.raw, strict=True)),
                cleansed=_cleansed(row, feeding),
                reasons=tuple(RecordReason(error["code"], error["field"], error["agent"]) for error in row.errors),
                asset_id=UUID(bytes=asset) if (asset := assets.get((table.number, row.row_number))) else None,
            )
            for row in rows
        ]


_VALIDITY = {RecordOutcome.VALID: True, RecordOutcome.HELD_BACK: False}


def _outcome(row: StoredRow) -> RecordOutcome:
    if row.is_valid is None:
        return RecordOutcome.SKIPPED
    return RecordOutcome.VALID if row.is_valid else RecordOutcome.HELD_BACK


def _cleansed(row: StoredRow, feeding: Mapping[str, Sequence[int]]) -> dict[str, str | None]:
    """The values by field: the first filled raw cell of its columns unless the row says otherwise."""
    values: dict[str, str | None] = {}
    for field, positions in feeding.items():
        cell = next((row.raw[place] for place in positions if row.raw[place] is not None), None)
        if cell is not None:
            values[field] = cell
    return {**values, **row.cleansed}
