"""Gives the rows back that were held back: the user's own columns, with the reasons, to fix and send again."""

from __future__ import annotations

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
from muster.services.reject_files import MOST_SHEET_ROWS, Reject, rejects_as_csv, rejects_as_xlsx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from uuid import UUID

    from muster.db.repos.import_rows import StoredRow
    from muster.db.repos.import_values import StoredTable
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.open_staging import OpenImport

_PAGE_ROWS = 5_000


class RejectsFormat(StrEnum):
    """How the rows are given back; XLSX marks the bad cells."""

    CSV = "csv"
    XLSX = "xlsx"


_MEDIA_TYPES = {
    RejectsFormat.CSV: "text/csv; charset=utf-8",
    RejectsFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to hand out: its name, its media type and its bytes in pieces (read once)."""

    filename: str
    media_type: str
    chunks: AsyncIterator[bytes]


async def export_rejects(
    services: Services, context: RequestContext, data_import_id: UUID, file_format: RejectsFormat
) -> ExportFile:
    """The rows of an import that were held back, in the order of the file; no row is a header alone.

    A file of one table gives its columns and a last one with the reasons; a CSV of several tables has the tables one
    below the other, each with its header, an XLSX has a sheet for each. No spreadsheet takes a cell for a formula.
    Raises NotFoundError, and ConflictError while the rows are not checked yet, when they are too many for a sheet, or
    when they were purged.
    """
    found = await read_open_import(services, context.tenant, data_import_id)
    if found.stored.purged_at is not None:
        raise ConflictError(
            "This import was purged: its rows, those held back included, are gone for good.",
            data_import_id=str(found.stored.id),
        )
    if found.stored.rows_attempt == 0:
        raise ConflictError(
            "The rows of this import are not checked yet: ask again when its validation has ended.",
            data_import_id=str(found.stored.id),
            status=str(found.stored.status),
        )
    if file_format is RejectsFormat.XLSX and found.stored.failed_records > MOST_SHEET_ROWS:
        raise ConflictError(f"More than {MOST_SHEET_ROWS:,} rows are held back, and no sheet takes them: ask for CSV.")
    stem = PurePath(found.stored.filename).stem or "import"
    pages = _Pages(services, context, found)
    chunks = rejects_as_csv(pages) if file_format is RejectsFormat.CSV else rejects_as_xlsx(pages, services.blobs)
    return ExportFile(f"{stem}-rejects.{file_format}", _MEDIA_TYPES[file_format], chunks)


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
    bad: set[int] = set()
    reasons = []
    for error in row.errors:
        name = error["field"]
        if name in positions:
            bad.update(place for place in positions[name] if row.raw[place] is not None or len(positions[name]) == 1)
        elif name in table.columns:
            bad.add(table.columns.index(name))
        title = _titles().get((error["agent"], error["code"]), error["code"].replace("_", " "))
        reasons.append(f"{name}: {title}" if name else title)
    if not reasons:
        reasons = ["The whole table is held back: see its findings"]
    return Reject(row.line, row.raw, frozenset(bad), "; ".join(dict.fromkeys(reasons)))


@cache
def _titles() -> dict[tuple[str, str], str]:
    """What each code is called, by agent."""
    titles = {(agent.id, code.code): code.title for agent in all_agents().values() for code in agent.codes}
    return {**titles, **{(READER, code.code): code.title for code in READ_CODES}}
