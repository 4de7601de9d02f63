"""Excel workbooks: every sheet a table, cells as the text that a person sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import python_calamine as calamine

from muster.domain.errors import EmptyUploadError, UnreadableFileError
from muster.domain.findings import FindingLog
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.read import codes
from muster.pipeline.read.header import HEADER_ROWS
from muster.pipeline.read.model import Format
from muster.pipeline.read.rows import Sample
from muster.pipeline.read.sheet.head import shortened
from muster.pipeline.read.sheet.table import SheetTable, open_sheet
from muster.pipeline.upload import Limits, Upload, UploadKind, refusal

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path


def _sniff(upload: Upload) -> float:
    return 1.0 if upload.kind is UploadKind.XLSX else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    beginning = shortened(upload.path, limits.head_rows + HEADER_ROWS)
    if beginning is not None:
        tables, log = _head_tables(upload, limits, beginning)
        if not any(item.code == codes.SHEET_EMPTY.code for item in log.findings):
            return _report(upload, tables, log, complete=False)
        # A sheet may begin below what was kept of it.
    return _report(upload, *_head_tables(upload, limits, upload.path), complete=False)


def _head_tables(upload: Upload, limits: Limits, workbook: Path | io.BytesIO) -> tuple[list[TableInfo], FindingLog]:
    log = FindingLog()
    tables: list[TableInfo] = []
    for sheet in _sheets(upload, limits, log, workbook):
        sample = Sample()
        for rows in sheet.batches(most_rows=limits.head_rows):
            for number, _, cells in rows:
                sample.add(number, cells)
        sheet.rows.finish()
        tables.append(_info(sheet, len(tables), "", sheet.rows.count, sample))
    return tables, log


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    # The head is read without Polars, whose import takes most of the time that a child needs to start.
    from muster.pipeline.read.sheet.errors import error_cells  # noqa: PLC0415 - see above
    from muster.pipeline.read.staging import frame_of, stage  # noqa: PLC0415 - see above

    log = FindingLog()
    tables: list[TableInfo] = []
    errors = error_cells(upload.path)
    for sheet in _sheets(upload, limits, log, upload.path):
        sheet.errors = errors.get(sheet.name, [])
        frames = (frame_of(rows, len(sheet.rows.columns)) for rows in sheet.batches() if rows)
        name = f"table_{len(tables)}.parquet"
        staged = stage(frames, len(sheet.rows.columns), staging_dir / name)
        sheet.rows.finish()
        tables.append(_info(sheet, len(tables), name, staged.rows, staged.sample))
    return _report(upload, tables, log, complete=True)


def _sheets(upload: Upload, limits: Limits, log: FindingLog, source: Path | io.BytesIO) -> Iterator[SheetTable]:
    """The sheets that hold a cell, one at a time: only one is in memory."""
    try:
        workbook = calamine.load_workbook(source)
        sheets = [entry for entry in workbook.sheets_metadata if entry.typ is calamine.SheetTypeEnum.WorkSheet]
        if len(sheets) > limits.tables:
            raise UnreadableFileError(
                f"{upload.filename} has {len(sheets):,} sheets; the limit is {limits.tables:,}: split the workbook.",
                filename=upload.filename,
            )
        for entry in sheets:
            sheet = open_sheet(workbook.get_sheet_by_name(entry.name), limits, log, upload.filename)
            if sheet is None:
                log.add(codes.note(codes.SHEET_EMPTY, sheet=entry.name))
                continue
            sheet.hidden = entry.visible is not calamine.SheetVisibleEnum.Visible
            if sheet.hidden:
                log.add(codes.note(codes.SHEET_HIDDEN, table=sheet.name))
            yield sheet
    except calamine.PasswordError as error:
        raise refusal(UploadKind.ENCRYPTED_WORKBOOK, upload.filename) from error
    except calamine.CalamineError as error:
        raise UnreadableFileError(
            f"{upload.filename} is a damaged Excel workbook: open it in Excel, save it again and send that.",
            filename=upload.filename,
            kind="damaged_workbook",
        ) from error


def _info(sheet: SheetTable, number: int, staged: str, rows: int, sample: Sample) -> TableInfo:
    columns = tuple(sheet.rows.columns)
    padded = sample.padded(len(columns))
    return TableInfo(number, sheet.name, columns, sheet.layout.header_row, rows, staged, padded, sheet.hidden)


def _report(upload: Upload, tables: list[TableInfo], log: FindingLog, *, complete: bool) -> ReadReport:
    if not tables:
        raise EmptyUploadError(
            f"{upload.filename} holds no filled cell: send a workbook with a header row and rows.",
            filename=upload.filename,
        )
    for table in tables:
        if not table.rows:
            log.add(codes.note(codes.TABLE_WITHOUT_ROWS, table=table.name))
    if not any(table.rows for table in tables):
        log.add(codes.note(codes.NO_ROWS))
    return ReadReport(FileFormat("xlsx"), tuple(tables), tuple(log.findings), tuple(log.count_list()), complete)


FORMAT = Format("xlsx", "Excel workbook (XLSX)", _sniff, _read, _read_head)
