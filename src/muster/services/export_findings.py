"""Hands the findings of an import out as a file, one line a place."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.kit.spreadsheet import inert
from muster.services.export_rejects import ExportFile
from muster.services.list_findings import FindingFilter, list_findings
from muster.services.list_imports import read_import
from muster.services.paging import MAX_LIMIT, PageRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from muster.domain.findings import Finding
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

_COLUMNS = ("table", "row_number", "line", "field", "severity", "code", "agent", "message", "excerpt")


class FindingsFormat(StrEnum):
    """The formats that findings are handed out in."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"


_MEDIA_TYPES = {
    FindingsFormat.CSV: "text/csv; charset=utf-8",
    FindingsFormat.JSON: "application/json",
    FindingsFormat.NDJSON: "application/x-ndjson",
}


async def export_findings(
    services: Services,
    context: RequestContext,
    data_import_id: UUID,
    file_format: FindingsFormat,
    where: FindingFilter | None = None,
) -> ExportFile:
    """Every finding's place (capped per code) in the order of the list. Raises NotFoundError.

    Cells that a spreadsheet program would run are made inert in CSV.
    """
    detail = await read_import(services, context, data_import_id)
    pages = _pages(services, context, data_import_id, where or FindingFilter())
    writers = {FindingsFormat.CSV: _csv, FindingsFormat.JSON: _json, FindingsFormat.NDJSON: _ndjson}
    filename = f"{detail.summary.filename}.findings.{file_format}"
    return ExportFile(filename, _MEDIA_TYPES[file_format], writers[file_format](pages))


async def _pages(
    services: Services, context: RequestContext, data_import_id: UUID, where: FindingFilter
) -> AsyncIterator[Sequence[Finding]]:
    cursor: str | None = None
    while True:
        page = await list_findings(services, context, data_import_id, where, PageRequest(cursor, MAX_LIMIT))
        yield page.items
        cursor = page.next_cursor
        if cursor is None:
            return


async def _csv(pages: AsyncIterator[Sequence[Finding]]) -> AsyncIterator[bytes]:
    yield _lines([_COLUMNS]).encode("utf-8-sig")  # the mark makes spreadsheet programs read UTF-8
    async for findings in pages:
        yield _lines([[_cell(getattr(finding, name)) for name in _COLUMNS] for finding in findings]).encode()


async def _json(pages: AsyncIterator[Sequence[Finding]]) -> AsyncIterator[bytes]:
    opening = b"["
    async for findings in pages:
        for finding in findings:
            yield opening + json.dumps(asdict(finding), ensure_ascii=False).encode()
            opening = b",\n"
    yield b"[]\n" if opening == b"[" else b"]\n"


async def _ndjson(pages: AsyncIterator[Sequence[Finding]]) -> AsyncIterator[bytes]:
    async for findings in pages:
        yield "".join(f"{json.dumps(asdict(finding), ensure_ascii=False)}\n" for finding in findings).encode()


def _lines(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: str | int | None) -> str:
    return "" if value is None else inert(str(value))
