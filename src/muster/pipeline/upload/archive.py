"""Zip archives: which Office file they are, and whether unpacking them is safe."""

from __future__ import annotations

import errno
import lzma
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from muster.pipeline.upload.kinds import UploadKind, refusal
from muster.pipeline.upload.limits import beyond_limit

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.errors import UnreadableFileError
    from muster.pipeline.upload.limits import Limits

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises for archives that are damaged, or packed in a way it does not know."""

_PIECE = 1 << 20
_ENCRYPTED_FLAG = 0x1


def kind_of_zip(path: Path, name: str, limits: Limits) -> UploadKind:
    """Return the kind of the archive at `path`; a workbook has been unpacked once, in pieces, within the limits.

    Raises UnreadableFileError for an archive that is damaged, or that unpacks to more than the limits allow:
    the sizes an archive declares are not believed, they are counted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            kind = _office_kind({member.filename for member in members})
            if kind in {UploadKind.XLSX, UploadKind.XLSB, UploadKind.ODS}:
                _check(archive, members, name, limits)
            return kind
    except DAMAGED as error:
        raise refusal(UploadKind.BROKEN_ZIP, name) from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise refusal(UploadKind.BROKEN_ZIP, name) from error  # a place before the file's beginning


def _office_kind(names: set[str]) -> UploadKind:
    lowered = {entry.lower().lstrip("/").replace("\\", "/") for entry in names}
    if "[content_types].xml" in lowered:
        kinds = {
            "xl/workbook.xml": UploadKind.XLSX,
            "xl/workbook.bin": UploadKind.XLSB,
            "word/document.xml": UploadKind.WORD,
            "ppt/presentation.xml": UploadKind.POWERPOINT,
        }
        for member, kind in kinds.items():
            if member in lowered:
                return kind
        # Some writers name the workbook otherwise; the folder of sheets tells it.
        if any(entry.startswith("xl/worksheets/") for entry in lowered):
            return UploadKind.XLSX
    if {"content.xml", "meta-inf/manifest.xml"} <= lowered:
        return UploadKind.ODS
    return UploadKind.ZIP


def _check(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(members) > limits.workbook_members:
        most = limits.workbook_members
        raise _unsafe(name, f"holds {len(members):,} parts; {most:,} are allowed", "max_workbook_parts", most)
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        raise refusal(UploadKind.ENCRYPTED_WORKBOOK, name)
    if sum(member.file_size for member in members) > limits.workbook_bytes:
        raise _unpacks_to_too_much(name, limits)
    unpacked = 0
    for member in members:
        member_bytes = 0
        with archive.open(member) as part:
            while piece := part.read(_PIECE):
                member_bytes += len(piece)
                unpacked += len(piece)
                if unpacked > limits.workbook_bytes:
                    raise _unpacks_to_too_much(name, limits)
                if member_bytes > limits.workbook_ratio_from and member_bytes > limits.workbook_ratio * max(
                    1, member.compress_size
                ):
                    what = f"holds a part that unpacks to over {limits.workbook_ratio} times its size"
                    raise _unsafe(name, what, "max_unpack_ratio", limits.workbook_ratio)


def _unpacks_to_too_much(name: str, limits: Limits) -> UnreadableFileError:
    what = f"unpacks to more than {limits.workbook_bytes:,} bytes"
    return _unsafe(name, what, "max_workbook_bytes", limits.workbook_bytes)


def _unsafe(name: str, what: str, setting: str, limit: int) -> UnreadableFileError:
    advice = "save the sheets that matter as CSV and send those"
    return beyond_limit(name, what, advice, setting=setting, limit=limit, kind="unsafe_archive")
