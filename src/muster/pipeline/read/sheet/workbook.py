"""Reads a workbook, of whichever kind: every sheet its tables, cells as the text that a person sees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import python_calamine as calamine

from muster.domain.errors import EmptyUploadError, UnreadableFileError
from muster.domain.findings import FindingLog
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.read import codes
from muster.pipeline.read.formats._active import active_content
from muster.pipeline.read.formats._panic import no_panic
from muster.pipeline.read.header import HEADER_ROWS, Widest
from muster.pipeline.read.model import Format
from muster.pipeline.read.row_limit import RowLimit
from muster.pipeline.read.rows import Sample
from muster.pipeline.read.shape.tables import Cutter
from muster.pipeline.read.sheet.first_look import FirstLook, first_look
from muster.pipeline.read.sheet.head import shortened
from muster.pipeline.read.sheet.table import Grid, SheetTable, sheet_tables
from muster.pipeline.upload import Limits, Upload, UploadKind, beyond_limit, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

    from muster.pipeline.read.rows import Row
    from muster.pipeline.read.sheet.number_formats import Shown


def workbook_format(kind: UploadKind, title: str) -> Format:
    """The format of one kind of workbook: calamine tells them apart by itself."""

    def read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
        with no_panic(upload):
            return _read(upload, staging_dir, limits)

    def read_head(upload: Upload, limits: Limits) -> ReadReport:
        with no_panic(upload):
            return _read_head(upload, limits)

    return Format(str(kind), title, lambda upload: 1.0 if upload.kind is kind else 0.0, read, read_head)


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    look = _look(upload, limits)
    zipped = upload.kind is UploadKind.XLSX
    beginning = shortened(look.workbook, limits.head_rows + HEADER_ROWS) if zipped else None
    if beginning is not None:
        tables, log = _head_tables(upload, limits, replace(look, workbook=beginning))
        if not any(item.code == codes.SHEET_EMPTY.code for item in log.findings):
            return _report(upload, tables, log, complete=False)
        # A sheet may begin below what was kept of it.
    return _report(upload, *_head_tables(upload, limits, look), complete=False)


def _look(upload: Upload, limits: Limits) -> FirstLook:
    """What calamine is given to read, and what is known of it beforehand."""
    is_xlsx = upload.kind is UploadKind.XLSX
    return first_look(upload.path, upload.filename, limits) if is_xlsx else FirstLook(upload.path)


def _head_tables(upload: Upload, limits: Limits, look: FirstLook) -> tuple[list[TableInfo], FindingLog]:
    log = FindingLog()
    for finding in look.told:
        log.add(finding)
    tables: list[TableInfo] = []
    for table in _tables(upload, limits, log, look, most_rows=limits.head_rows):
        sample = Sample()
        for rows in table.batches():
            for number, _, cells in rows:
                sample.add(number, cells)
        table.rows.finish()
        tables.append(_info(table, len(tables), "", table.rows.count, sample))
    return tables, log


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    # The head is read without Polars, whose import takes most of the time that a child needs to start.
    from muster.pipeline.read.staging import frame_of, stage  # noqa: PLC0415 - see above

    look = _look(upload, limits)
    log = FindingLog()
    for finding in look.told:
        log.add(finding)
    tables: list[TableInfo] = []
    rows = RowLimit(upload.filename, limits)
    for table in _tables(upload, limits, log, look):
        frames = rows.counted(_frames(table, frame_of))
        name = f"table_{len(tables)}.parquet"
        staged = stage(frames, len(table.rows.columns), staging_dir / name)
        table.rows.finish()
        tables.append(_info(table, len(tables), name, staged.rows, staged.sample))
    return _report(upload, tables, log, complete=True)


def _frames(table: SheetTable, frame_of: Callable[[list[Row], int], pl.DataFrame]) -> Iterator[pl.DataFrame]:
    return (frame_of(rows, len(table.rows.columns)) for rows in table.batches() if rows)


def _tables(
    upload: Upload, limits: Limits, log: FindingLog, look: FirstLook, *, most_rows: int | None = None
) -> Iterator[SheetTable]:
    """The tables of all sheets; when no sheet is one, what the sheets hold all the same."""
    found = False
    for table in _judged_tables(upload, limits, log, look, most_rows=most_rows, judged=True):
        found = True
        yield table
    if not found:
        yield from _judged_tables(upload, limits, log, look, most_rows=most_rows, judged=False)


def _judged_tables(  # noqa: PLR0913 - what one pass over a workbook depends on
    upload: Upload,
    limits: Limits,
    log: FindingLog,
    look: FirstLook,
    *,
    most_rows: int | None,
    judged: bool,
) -> Iterator[SheetTable]:
    """The tables of the sheets, one sheet at a time: only one is in memory."""
    if not isinstance(look.workbook, Path):
        look.workbook.seek(0)
    try:
        workbook = calamine.load_workbook(look.workbook)
        _check_sheets(workbook, upload, limits)
        shown = _shown_cells(upload)
        taken: set[str] = set()
        for entry in workbook.sheets_metadata:
            if entry.typ is calamine.SheetTypeEnum.ChartSheet and judged:
                log.add(codes.note(codes.NO_TABLE, sheet=entry.name, kind="a chart"))
            if entry.typ is not calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(entry.name)
            grid = Grid(sheet, look.errors.get(entry.name, []), shown.get(entry.name), _most_lines(sheet, most_rows))
            grid.hidden = entry.visible is not calamine.SheetVisibleEnum.Visible
            if grid.hidden and judged:
                log.add(codes.note(codes.SHEET_HIDDEN, table=entry.name))
            cutter = Cutter(
                entry.name,
                log,
                Widest(limits.columns, upload.filename),
                limits.tables,
                merges=grid.merges,
                is_sheet=True,
                judged=judged,
                complete=grid.rows is None,
                taken=taken,
            )
            yield from sheet_tables(grid, cutter, limits)
            if judged and not cutter.found and not cutter.left_out:
                log.add(codes.note(codes.SHEET_EMPTY, sheet=entry.name))
    except calamine.PasswordError as error:
        raise refusal(UploadKind.ENCRYPTED_WORKBOOK, upload.filename) from error
    except calamine.CalamineError as error:
        raise UnreadableFileError(
            f"{upload.filename} is a damaged workbook: open it, save it again and send that.",
            filename=upload.filename,
            kind="damaged_workbook",
        ) from error


def _check_sheets(workbook: calamine.CalamineWorkbook, upload: Upload, limits: Limits) -> None:
    count = len(workbook.sheet_names)
    if count > limits.tables:
        raise beyond_limit(
            upload.filename,
            f"has {count:,} sheets; {limits.tables:,} are allowed",
            "split the workbook",
            setting="max_tables",
            limit=limits.tables,
            kind="too_many_tables",
        )


def _most_lines(sheet: calamine.CalamineSheet, most_rows: int | None) -> int | None:
    """How many lines of the sheet are read, None for all. A shortened workbook keeps a few more than are asked for."""
    if most_rows is None or sheet.start is None:
        return None
    lines = sheet.start[0] + most_rows
    return lines if sheet.start[0] + sheet.height > lines else None


def _shown_cells(upload: Upload) -> dict[str, Callable[[], Iterator[tuple[int, int, Shown]]]]:
    """By sheet name, the cells whose format is part of their value."""
    if upload.kind is not UploadKind.XLSX:
        return {}
    from muster.pipeline.read.sheet.number_formats import shown_cells  # noqa: PLC0415 - of one kind of workbook only

    return shown_cells(upload.path)


def _info(table: SheetTable, number: int, staged: str, rows: int, sample: Sample) -> TableInfo:
    columns = tuple(table.rows.columns)
    section = table.section
    return TableInfo(
        number,
        section.name,
        columns,
        section.layout.header_row,
        rows,
        staged,
        sample.padded(len(columns)),
        table.grid.hidden,
        section.layout.titles,
    )


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
    for code in active_content(upload):
        log.add(codes.note(code))
    return ReadReport(
        FileFormat(str(upload.kind)), tuple(tables), tuple(log.findings), tuple(log.count_list()), complete
    )
