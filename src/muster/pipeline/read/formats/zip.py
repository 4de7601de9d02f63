"""Zip archives: every file inside is a table or several; a zip of CSV files (RVTools writes one) is one workbook."""

from __future__ import annotations

import stat
import zipfile
from functools import partial
from typing import TYPE_CHECKING

from muster.pipeline.read.formats._archive import PROTECTED, Member, damaged, read_archive, read_archive_head
from muster.pipeline.read.model import Format
from muster.pipeline.upload import Limits, Upload, UploadKind
from muster.pipeline.upload.archive import DAMAGED

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tables import ReadReport

_ENCRYPTED = 0x1
_UNIX = 16
"""The upper half of a member's attributes holds its Unix mode."""


def _sniff(upload: Upload) -> float:
    return 1.0 if upload.kind is UploadKind.ZIP else 0.0


def _read_head(upload: Upload, limits: Limits) -> ReadReport:
    with _opened(upload) as archive:
        return read_archive_head(upload, _members(archive), limits)


def _read(upload: Upload, staging_dir: Path, limits: Limits) -> ReadReport:
    with _opened(upload) as archive:
        return read_archive(upload, _members(archive), staging_dir, limits)


def _opened(upload: Upload) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(upload.path)
    except (*DAMAGED, OSError) as error:
        raise damaged(upload) from error


def _members(archive: zipfile.ZipFile) -> list[Member]:
    members = []
    for info in archive.infolist():
        if info.is_dir():
            continue
        mode = info.external_attr >> _UNIX
        reason = None
        if info.flag_bits & _ENCRYPTED:
            reason = PROTECTED
        elif mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
            reason = "is a link, no file"
        members.append(Member(info.filename, partial(archive.open, info), max(1, info.compress_size), reason))
    return members


FORMAT = Format("zip", "Zip archive of files", _sniff, _read, _read_head)
