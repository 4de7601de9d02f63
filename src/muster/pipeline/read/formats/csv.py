"""Separated text: comma, semicolon, tab or pipe, in any encoding, as damaged as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.findings import FindingLog
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.read import codes
from muster.pipeline.read.model import Format
from muster.pipeline.read.rows import Sample
from muster.pipeline.read.text.open import TextTable, open_text
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from pathlib import Path

_STAGED = "table_0.parquet"


def _sniff(upload: Upload) -> float:
    return 0.5 if upload.kind is UploadKind.TEXT else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    log = FindingLog()
    table = open_text(upload, limits, log, whole=False)
    sample = Sample()
    for rows in table.head():
        for number, _, cells in rows:
            sample.add(number, cells)
    return _report(table, log, "", table.rows.count, sample, complete=False)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    # The head is read without Polars, whose import takes most of the time that a child needs to start.
    from muster.pipeline.read.staging import stage  # noqa: PLC0415 - see above
    from muster.pipeline.read.text.frames import frames  # noqa: PLC0415 - see above

    log = FindingLog()
    table = open_text(upload, limits, log, whole=True)
    staged = stage(frames(table), len(table.rows.columns), staging_dir / _STAGED)
    return _report(table, log, _STAGED, staged.rows, staged.sample, complete=True)


def _report(  # noqa: PLR0913 - the parts of one report
    table: TextTable, log: FindingLog, staged: str, rows: int, sample: Sample, *, complete: bool
) -> ReadReport:
    table.finish()
    if not rows:
        log.add(codes.note(codes.NO_ROWS, table=table.name))
    columns = tuple(table.rows.columns)
    info = TableInfo(0, table.name, columns, table.layout.header_row, rows, staged, sample.padded(len(columns)))
    return ReadReport(
        FileFormat("csv", table.encoding.name, table.dialect.delimiter),
        (info,),
        tuple(log.findings),
        tuple(log.count_list()),
        complete,
    )


FORMAT = Format("csv", "Text with separators (CSV, TSV)", _sniff, _read, _read_head)
