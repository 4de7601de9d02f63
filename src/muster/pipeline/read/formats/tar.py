"""Tar archives: every regular file inside is read; links and devices are never followed."""

from __future__ import annotations

import io
import tarfile
from functools import partial
from typing import IO, TYPE_CHECKING

from muster.pipeline.read.formats._archive import Member, damaged, read_archive, read_archive_head
from muster.pipeline.read.model import Format
from muster.pipeline.upload import Limits, Upload, UploadKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muster.domain.tables import ReadReport


def _sniff(upload: Upload) -> float:
    return 1.0 if upload.kind is UploadKind.TAR else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    try:
        with tarfile.open(upload.path, "r:") as archive:
            return read_archive_head(upload, _members(archive), limits)
    except tarfile.TarError as error:
        raise damaged(upload) from error


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    try:
        with tarfile.open(upload.path, "r:") as archive:
            return read_archive(upload, _members(archive), staging_dir, limits)
    except tarfile.TarError as error:
        raise damaged(upload) from error


def _members(archive: tarfile.TarFile) -> Iterator[Member]:
    for info in archive:
        if info.isdir():
            continue
        reason = None
        if info.issym() or info.islnk():
            reason = "is a link, no file"
        elif not info.isfile() or info.issparse():
            reason = "is no ordinary file"
        yield Member(info.name, partial(_opened, archive, info), reason=reason)


def _opened(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    return archive.extractfile(info) or io.BytesIO()


FORMAT = Format("tar", "Tar archive of files", _sniff, _read, _read_head)
