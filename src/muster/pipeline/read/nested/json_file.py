"""Reads a JSON file of any shape into tables, piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read import codes
from muster.pipeline.read.nested.cursor import BrokenJsonError, JsonCursor
from muster.pipeline.read.nested.feed import head_sizes, open_feed
from muster.pipeline.read.nested.tables import RecordTables
from muster.pipeline.read.nested.walk import JsonWalk

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.walk import RowsOf
    from muster.pipeline.upload import Limits, Upload


def read_json(
    upload: Upload,
    limits: Limits,
    staging_dir: Path | None,
    kind: str,
    rows_of: RowsOf | None = None,
) -> ReadReport:
    """Read the file, without a staging folder only its head; `rows_of` makes rows of each record.

    Text that breaks off, or is no JSON from some line on, is told, and the rows before it are kept.
    Raises UnreadableFileError when there are none, EmptyUploadError when the file is JSON without a record.
    """
    for size in head_sizes(limits, whole=staging_dir is not None):
        feed = open_feed(upload.path, head_bytes=size)
        tables = RecordTables(upload, limits, staging_dir)
        cursor = JsonCursor(feed, upload.filename, limits)
        try:
            JsonWalk(cursor, tables, upload.filename, limits, rows_of).run()
        except BrokenJsonError as error:
            if not feed.cut:
                _tell_broken(upload, tables, error)
        if tables.rows or not feed.cut:
            break
    for name in cursor.repeated:
        tables.log.add(codes.note(codes.KEY_REPEATED, field=name))
    feed.tell(tables.log)
    return tables.report(kind, feed.encoding.name, complete=staging_dir is not None)


def _tell_broken(upload: Upload, tables: RecordTables, error: BrokenJsonError) -> None:
    if not tables.rows:
        raise UnreadableFileError(
            f"{upload.filename} is no valid JSON from line {error.line} on ({error.reason}): export it again.",
            filename=upload.filename,
            kind="broken_json",
            line=error.line,
        ) from error
    tables.log.add(codes.note(codes.CUT_OFF, line=error.line, reason=error.reason))
