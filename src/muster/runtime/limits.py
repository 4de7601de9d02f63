"""The bounds on untrusted input that the settings state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pipeline.upload import Limits as FileLimits
from muster.services.context import Limits

if TYPE_CHECKING:
    from muster.runtime.settings import Settings

_MB = 1 << 20


def limits_of(settings: Settings) -> Limits:
    """Return the limits for `settings`; without a database at hand, so that `muster check` starts fast."""
    return Limits(
        upload_bytes=settings.max_upload_bytes,
        head_seconds=float(settings.head_seconds),
        read_seconds=float(settings.read_seconds),
        read_memory_bytes=settings.read_memory_mb * _MB,
        file=FileLimits(
            rows=settings.max_rows,
            columns=settings.max_columns,
            cell_bytes=settings.max_cell_bytes,
            record_bytes=settings.max_line_bytes,
            object_bytes=settings.max_record_bytes,
            nesting=settings.max_nesting,
            tables=settings.max_tables,
            workbook_bytes=settings.max_workbook_bytes,
            workbook_members=settings.max_workbook_parts,
            workbook_ratio=settings.max_unpack_ratio,
            archive_bytes=settings.max_archive_bytes,
            archive_members=settings.max_archive_files,
            archive_depth=settings.max_archive_depth,
        ),
    )
