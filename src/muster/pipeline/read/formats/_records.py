"""Formats of JSON, or of JSON lines, whose records are no rows yet: how they are known, and what makes rows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.read.formats._head import head_of
from muster.pipeline.read.model import Format
from muster.pipeline.read.nested.json_file import read_json
from muster.pipeline.read.nested.json_lines import read_json_lines
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.walk import RowsOf


def record_format(kind: str, title: str, is_mine: Callable[[bytes], bool], rows_of: RowsOf) -> Format:
    """The format `kind`: `is_mine` judges the head of a file, `rows_of` gives the rows of a record.

    `rows_of` gives none for what is no record itself, such as an object around a list of records.
    """

    def sniff(upload: Upload) -> float:
        is_json = upload.kind in {UploadKind.JSON, UploadKind.NDJSON}
        return 1.0 if is_json and is_mine(head_of(upload)) else 0.0

    def read_any(upload: Upload, limits: Limits, staging_dir: Path | None) -> ReadReport:
        reader = read_json_lines if upload.kind is UploadKind.NDJSON else read_json
        return reader(upload, limits, staging_dir, kind, rows_of)

    def read_head(upload: Upload, limits: Limits) -> ReadReport:
        return read_any(upload, limits, None)

    def read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
        return read_any(upload, limits, staging_dir)

    return Format(kind, title, sniff, read, read_head)
