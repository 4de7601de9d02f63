"""Separated text: comma, semicolon, tab or pipe, in any encoding, as damaged as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.errors import EmptyUploadError
from muster.domain.findings import FindingLog
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.read import codes
from muster.pipeline.read.model import Format
from muster.pipeline.read.row_limit import RowLimit
from muster.pipeline.read.rows import Sample, TableRows
from muster.pipeline.read.shape.shortened import shortened_numbers
from muster.pipeline.read.text.open import TextTable, open_text
from muster.pipeline.read.text.sections import following, sections
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import polars as pl

    from muster.pipeline.read.header import Layout
    from muster.pipeline.read.rows import Row
    from muster.pipeline.read.text.sections import TextSection


def _sniff(upload: Upload) -> float:
    return 0.5 if upload.kind is UploadKind.TEXT else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    log = FindingLog()
    table = open_text(upload, limits, log, whole=False)
    tables: list[TableInfo] = []
    if table.plain:
        sample = _sampled(table.head())
        table.finish()
        tables.append(
            _info(table.name, table.layout, table.rows, number=0, staged="", count=table.rows.count, sample=sample)
        )
    else:
        for part in sections(table, head_bytes=limits.head_bytes):
            sample = _sampled(part.batches())
            part.finish()
            tables.append(_part_info(part, number=len(tables), staged="", count=part.rows.count, sample=sample))
    return _report(upload, table, log, tables, complete=False)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    # The head is read without Polars, whose import takes most of the time that a child needs to start.
    from muster.pipeline.read.staging import frame_of, stage  # noqa: PLC0415 - see above
    from muster.pipeline.read.text.frames import frames  # noqa: PLC0415 - see above

    log = FindingLog()
    table = open_text(upload, limits, log, whole=True)
    tables: list[TableInfo] = []
    rows = RowLimit(upload.filename, limits)
    more = sections(table)
    if table.plain:
        staged = stage(rows.counted(frames(table)), len(table.rows.columns), staging_dir / _staged(0))
        table.finish()
        tables.append(
            _info(
                table.name,
                table.layout,
                table.rows,
                number=0,
                staged=_staged(0),
                count=staged.rows,
                sample=staged.sample,
            )
        )
        more = following(table)
    for part in more:
        number = len(tables)
        parts = rows.counted(_framed(part, frame_of))
        staged = stage(parts, len(part.rows.columns), staging_dir / _staged(number))
        part.finish()
        tables.append(_part_info(part, number=number, staged=_staged(number), count=staged.rows, sample=staged.sample))
    return _report(upload, table, log, tables, complete=True)


def _sampled(batches: Iterable[list[Row]]) -> Sample:
    sample = Sample()
    for rows in batches:
        for number, _, cells in rows:
            sample.add(number, cells)
    return sample


def _framed(part: TextSection, frame_of: Callable[[list[Row], int], pl.DataFrame]) -> Iterator[pl.DataFrame]:
    return (frame_of(rows, len(part.rows.columns)) for rows in part.batches() if rows)


def _staged(number: int) -> str:
    return f"table_{number}.parquet"


def _part_info(part: TextSection, *, number: int, staged: str, count: int, sample: Sample) -> TableInfo:
    section = part.section
    return _info(section.name, section.layout, part.rows, number=number, staged=staged, count=count, sample=sample)


def _info(  # noqa: PLR0913 - the parts of one table
    name: str, layout: Layout, rows: TableRows, *, number: int, staged: str, count: int, sample: Sample
) -> TableInfo:
    columns = tuple(rows.columns)
    padded = sample.padded(len(columns))
    return TableInfo(number, name, columns, layout.header_row, count, staged, padded, titles=layout.titles)


def _report(
    upload: Upload, table: TextTable, log: FindingLog, tables: list[TableInfo], *, complete: bool
) -> ReadReport:
    if not tables:
        raise EmptyUploadError(
            f"{upload.filename} holds no filled cell: send a file with a header line and rows.",
            filename=upload.filename,
        )
    for info in tables:
        for field in shortened_numbers(info.columns, info.sample):
            log.add(codes.note(codes.DIGITS_LOST, table=info.name, field=field))
    if not any(info.rows for info in tables):
        log.add(codes.note(codes.NO_ROWS, table=tables[0].name))
    return ReadReport(
        FileFormat("csv", table.encoding.name, table.dialect.delimiter),
        tuple(tables),
        tuple(log.findings),
        tuple(log.count_list()),
        complete,
    )


FORMAT = Format("csv", "Text with separators (CSV, TSV)", _sniff, _read, _read_head)
