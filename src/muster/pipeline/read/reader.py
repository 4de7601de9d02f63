"""Finds the format of an upload and lets it read: the two ways in, the head for detection and the whole file."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from muster.domain.errors import StorageFullError
from muster.kit.registry import discover
from muster.pipeline.read import formats
from muster.pipeline.read.model import Format
from muster.pipeline.read.report import dump_report
from muster.pipeline.upload import Limits, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.upload import Upload

FORMATS: dict[str, Format] = discover(formats, "FORMAT", Format)


def read_head(upload: Upload, limits: Limits | None = None) -> ReadReport:
    """Return the first rows of each table (up to `limits.head_rows`) as samples; `complete` is False. Stages nothing.

    Raises UnreadableFileError, saying what the file is and what to send instead.
    """
    return format_of(upload).read_head(upload, limits or Limits())


def read_file(upload: Upload, staging_dir: Path, limits: Limits | None = None) -> ReadReport:
    """Stage every table of the file as Parquet in `staging_dir` (made when absent) and write `report.json` last.

    A folder without `report.json` is a read that did not end. Raises UnreadableFileError as `read_head` does, and
    StorageFullError when the disk has no room; what was staged until then is removed.
    """
    staging_dir.mkdir(parents=True, exist_ok=True)
    before = set(staging_dir.iterdir())
    try:
        report = format_of(upload).read(upload, staging_dir, limits or Limits())
        dump_report(report, staging_dir)
    except BaseException as error:
        for left in set(staging_dir.iterdir()) - before:
            left.unlink()
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFullError("There is no room left to stage the file: free some space and try again.") from error
        raise
    return report


def format_of(upload: Upload) -> Format:
    """The format that is surest of the upload. Raises UnreadableFileError when none takes it."""
    score, best = max(((entry.sniff(upload), entry) for entry in FORMATS.values()), key=lambda pair: pair[0])
    if score <= 0:
        raise refusal(upload.kind, upload.filename)
    return best
