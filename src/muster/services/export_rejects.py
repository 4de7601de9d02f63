"""Gives the rows back that were held back: the user's own columns, with the reasons, to fix and send again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from muster.db.repos.import_rows import RowQuery, list_rows
from muster.domain.errors import ConflictError
from muster.pipeline.read.codes import AGENT as READER
from muster.pipeline.read.codes import READ_CODES
from muster.pipeline.validate import all_agents
from muster.services.open_staging import read_open_import
from muster.services.processors.row_json import feeding_positions
from muster.services.reject_dialect import HEAD_BYTES, TextDialect, dialect_of
from muster.services.reject_files import (
    MOST_SHEET_COLUMNS,
    MOST_SHEET_ROWS,
    Reject,
    rejects_as_csv,
    rejects_as_xlsx,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path
    from uuid import UUID

    from muster.db.repos.import_rows import StoredRow
    from muster.db.repos.import_values import StoredTable
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.open_staging import OpenImport

_PAGE_ROWS = 5_000
_TEXT = "csv"
_WORKBOOKS = frozenset({"xlsx", "xls", "xlsb", "ods"})


class RejectsFormat(StrEnum):
    """How the rows are given back; XLSX marks the bad cells."""

    CSV = "csv"
    XLSX = "xlsx"


_MEDIA_TYPES = {
    RejectsFormat.CSV: "text/csv",
    RejectsFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to hand out: its name, its media type and its bytes in pieces (read once)."""

    filename: str
    media_type: str
    chunks: AsyncIterator[bytes]


async def export_rejects(
    services: Services, context: RequestContext, data_import_id: UUID, file_format: RejectsFormat | None = None
) -> ExportFile:
    """The rows of an import that were held back, in the order of the file; no row is a header alone.

    Without a `file_format` they are of the kind that the user sent: text in the same encoding, delimiter, quotes and
    line ends, or a workbook. A table has its columns and a last one with the reasons; in a CSV several tables stand
    one below the other, an XLSX has a sheet for each. No spreadsheet takes a cell for a formula, and reading the file
    again gives the same tables, columns and cells (services/returned_rejects.py).
    Raises NotFoundError, and ConflictError while the rows are not checked yet, when they are too many for a sheet, or
    when they were purged.
    """
    found = await read_open_import(services, context.tenant, data_import_id)
    stored = found.stored
    if stored.purged_at is not None:
        raise ConflictError(
            "This import was purged: its rows, those held back included, are gone for good.",
            data_import_id=str(stored.id),
        )
    if stored.rows_attempt == 0:
        raise ConflictError(
            "The rows of this import are not checked yet: ask again when its validation has ended.",
            data_import_id=str(stored.id),
            status=str(stored.status),
        )
    pages = _Pages(services, context, found)
    chosen = file_format or _own_kind(pages)
    if chosen is RejectsFormat.XLSX and not _fits_sheets(pages):
        raise ConflictError(
            f"More than {MOST_SHEET_ROWS:,} rows or {MOST_SHEET_COLUMNS:,} columns are held back, and no sheet takes "
            "them: ask for CSV."
        )
    if chosen is RejectsFormat.XLSX:
        chunks = rejects_as_xlsx(pages, services.blobs)
    else:
        chunks = rejects_as_csv(pages, services.blobs, await _dialect(services, found))
    stem = PurePath(stored.filename).stem or "import"
    return ExportFile(f"{stem}-rejects.{chosen}", _MEDIA_TYPES[chosen], chunks)


def _own_kind(pages: _Pages) -> RejectsFormat:
    """The kind nearest to what the user sent: text for text, a workbook for a workbook and for several tables."""
    kind = (pages.found.stored.file_format or {}).get("kind")
    several = len(pages.tables()) > 1
    as_sheets = kind in _WORKBOOKS or (several and kind != _TEXT)
    return RejectsFormat.XLSX if as_sheets and _fits_sheets(pages) else RejectsFormat.CSV


def _fits_sheets(pages: _Pages) -> bool:
    widest = max((len(table.columns) for table in pages.tables()), default=0)
    return pages.found.stored.failed_records <= MOST_SHEET_ROWS and widest <= MOST_SHEET_COLUMNS


async def _dialect(services: Services, found: OpenImport) -> TextDialect:
    """How the user's own text is written; another kind of file tells nothing of it."""
    stored = found.stored
    if (stored.file_format or {}).get("kind") != _TEXT:
        return TextDialect()
    try:
        async with services.blobs.local_path(stored.blob_key) as path:
            head = await asyncio.to_thread(_head, path)
    except FileNotFoundError:
        head = None  # its retention has ended; what was found when it was read stays known
    return await asyncio.to_thread(dialect_of, stored.file_format, head)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


@dataclass(frozen=True, slots=True)
class _Pages:
    """Reads the rows held back, page by page."""

    services: Services
    context: RequestContext
    found: OpenImport

    def tables(self) -> list[StoredTable]:
        """The tables that were imported."""
        return [table for table in self.found.tables if table.imported]

    async def rows(self, table: StoredTable) -> AsyncIterator[list[Reject]]:
        """The rows of one table."""
        after: tuple[int, int] | None = None
        positions = feeding_positions(
            [mapping.column for mapping in self.found.mappings if mapping.column.table == table.name]
        )
        while True:
            query = RowQuery(
                attempt=self.found.stored.rows_attempt,
                tables=(table.number,),
                validity=False,
                after=after,
                limit=_PAGE_ROWS,
            )
            async with self.services.database.begin(self.context.tenant) as session:
                rows = await list_rows(session, self.context.engagement_id, self.found.stored.id, query)
            if rows:
                yield [_reject(row, table, positions) for row in rows]
            if len(rows) < _PAGE_ROWS:
                return
            after = (table.number, rows[-1].row_number)


def _reject(row: StoredRow, table: StoredTable, positions: Mapping[str, Sequence[int]]) -> Reject:
    bad: dict[int, list[str]] = {}
    reasons = []
    for error in row.errors:
        name = error["field"]
        title = _titles().get((error["agent"], error["code"]), error["code"].replace("_", " "))
        places = _places(name, row, table, positions)
        for place in places:
            bad.setdefault(place, []).append(title)
        shown = ", ".join(table.columns[place] for place in places) or name
        reasons.append(f"{shown}: {title}" if shown else title)
    if not reasons:
        reasons = ["The whole table is held back: see its findings"]
    marks = {place: "\n".join(dict.fromkeys(titles)) for place, titles in bad.items()}
    return Reject(row.line, row.raw, marks, "; ".join(dict.fromkeys(reasons)))


def _places(
    name: str | None, row: StoredRow, table: StoredTable, positions: Mapping[str, Sequence[int]]
) -> tuple[int, ...]:
    """The cells that a finding about a field or a column is about: of several columns those that are filled."""
    if name is not None and name in positions:
        feeding = positions[name]
        return tuple(place for place in feeding if row.raw[place] is not None or len(feeding) == 1)
    return (table.columns.index(name),) if name in table.columns else ()


@cache
def _titles() -> dict[tuple[str, str], str]:
    """What each code is called, by agent."""
    titles = {(agent.id, code.code): code.title for agent in all_agents().values() for code in agent.codes}
    return {**titles, **{(READER, code.code): code.title for code in READ_CODES}}
