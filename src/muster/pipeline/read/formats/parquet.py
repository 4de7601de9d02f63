"""Parquet: typed columns as the text that a person would write, structures flattened, lists of structures as tables."""

from __future__ import annotations

import errno
from datetime import date, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from muster.domain.errors import EmptyUploadError, UnreadableFileError
from muster.domain.findings import FindingLog
from muster.domain.tables import FileFormat, ReadReport, TableInfo
from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.shapes import text_of_bytes
from muster.pipeline.read.nested.tables import RecordTables
from muster.pipeline.read.row_limit import RowLimit
from muster.pipeline.read.rows import Sample
from muster.pipeline.read.sheet.cells import cell_text
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muster.pipeline.read.nested.shapes import Nested

_BATCH_CELLS = 1_000_000
_STAGED = "table_0.parquet"


def _sniff(upload: Upload) -> float:
    return 1.0 if upload.kind is UploadKind.PARQUET else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    return _read_parquet(upload, limits, None)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    return _read_parquet(upload, limits, staging_dir)


def _read_parquet(upload: Upload, limits: Limits, staging_dir: Path | None) -> ReadReport:
    import pyarrow as pa  # noqa: PLC0415 - costs 50 ms, needed by few files
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    try:
        with pq.ParquetFile(upload.path) as file:
            schema = file.schema_arrow
            batch_rows = max(
                1, min(limits.head_rows if staging_dir is None else 65_536, _BATCH_CELLS // _width(schema))
            )
            batches = file.iter_batches(batch_size=batch_rows)
            if any(_holds_records(field.type) for field in schema):
                return _as_records(upload, limits, staging_dir, batches)
            return _as_frames(upload, limits, staging_dir, batches, schema)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise UnreadableFileError(
            f"{upload.filename} is a damaged or incomplete Parquet file: write it again and send the whole file.",
            filename=upload.filename,
            kind="damaged_parquet",
        ) from error


def _width(schema: Any) -> int:  # noqa: ANN401 - pyarrow ships no types
    """How many values a row holds at most, structures taken apart."""
    return max(1, sum(_leaves(field.type) for field in schema))


def _leaves(kind: Any) -> int:  # noqa: ANN401 - as above
    import pyarrow as pa  # noqa: PLC0415 - as above

    return sum(_leaves(kind.field(place).type) for place in range(kind.num_fields)) if pa.types.is_struct(kind) else 1


def _holds_records(kind: Any) -> bool:  # noqa: ANN401 - as above
    """Whether values of this type hold lists of more than plain values."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    if pa.types.is_struct(kind):
        return any(_holds_records(kind.field(place).type) for place in range(kind.num_fields))
    if pa.types.is_map(kind):
        return True
    return bool(kind.num_fields) and not pa.types.is_dictionary(kind) and bool(pa.types.is_nested(kind.field(0).type))


def _as_records(upload: Upload, limits: Limits, staging_dir: Path | None, batches: Iterator[Any]) -> ReadReport:
    tables = RecordTables(upload, limits, staging_dir)
    line = 0
    for batch in batches:
        for record in batch.to_pylist():
            line += 1
            tables.add(
                tables.root, {name: _nested(value) for name, value in record.items()}, line, size=256, dirty=True
            )
        if tables.done:
            break
    return tables.report("parquet", None, complete=staging_dir is not None)


def _nested(value: Any) -> Nested:  # noqa: ANN401 - whatever a Parquet file holds
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, dict):
        return {str(name): _nested(inner) for name, inner in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(item, tuple) for item in value):  # a map
            return {str(name): _nested(inner) for name, inner in value}
        return [_nested(item) for item in value]
    if isinstance(value, bytes):
        return text_of_bytes(value)
    return cell_text(value) if isinstance(value, int | float | date | time | timedelta) else str(value)


def _as_frames(
    upload: Upload,
    limits: Limits,
    staging_dir: Path | None,
    batches: Iterator[Any],
    schema: Any,  # noqa: ANN401 - as above
) -> ReadReport:
    from muster.pipeline.read.flat import FlatTable  # noqa: PLC0415 - Polars takes most of a child's start
    from muster.pipeline.read.staging import stage  # noqa: PLC0415 - likewise

    log = FindingLog()
    table = FlatTable(upload, limits, log, schema)
    frames = RowLimit(upload.filename, limits).counted(table.staged(batch) for batch in batches)
    sample, staged = Sample(), ""
    if staging_dir is None:
        for frame in islice(frames, 1):
            for row in frame.iter_rows():
                sample.add(row[0], row[2:])
    else:
        staged = _STAGED
        sample = stage(frames, len(table.columns.names), staging_dir / staged).sample
    names = tuple(table.columns.names)
    if not names:
        raise EmptyUploadError(f"{upload.filename} has no column: send a file with rows.", filename=upload.filename)
    table.finish()
    info = TableInfo(0, upload.stem, names, None, table.rows, staged, sample.padded(len(names)))
    findings, counts = tuple(log.findings), tuple(log.count_list())
    return ReadReport(FileFormat("parquet"), (info,), findings, counts, complete=staging_dir is not None)


FORMAT = Format("parquet", "Parquet", _sniff, _read, _read_head)
