"""Tells compound documents apart (MS-CFB): a password-protected workbook, an old one, something else of old Office."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from muster.pipeline.upload.kinds import UploadKind

if TYPE_CHECKING:
    from pathlib import Path

_ENTRY_BYTES = 128  # MS-CFB 2.6.1: one directory entry
_NAME_BYTES = 64
_MOST_SECTORS = 4_096  # directory sectors followed at most, so that a loop in the chain ends
_END_OF_CHAIN = 0xFFFFFFFA  # and above: special sector numbers
_HEADER_BYTES = 512
_LEAST_SHIFT, _MOST_SHIFT = 7, 16


def kind_of_compound(path: Path) -> UploadKind:
    """Return ENCRYPTED_WORKBOOK, XLS or OLE from the names in the document's directory.

    Raises OSError only; a damaged directory counts as OLE.
    """
    names = stream_names(path)
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        return UploadKind.ENCRYPTED_WORKBOOK
    return UploadKind.XLS if {"Workbook", "Book"} & names else UploadKind.OLE


def stream_names(path: Path) -> set[str]:
    """Return the names of streams and storages in the document's directory, as far as it is whole."""
    names: set[str] = set()
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            return names
        (shift,) = struct.unpack_from("<H", header, 30)
        if not _LEAST_SHIFT <= shift <= _MOST_SHIFT:
            return names
        sector_bytes = 1 << shift
        (sector,) = struct.unpack_from("<I", header, 48)
        fat_sectors = struct.unpack_from("<109I", header, 76)
        per_fat = sector_bytes // 4
        for _ in range(_MOST_SECTORS):
            if sector >= _END_OF_CHAIN:
                break
            file.seek((sector + 1) * sector_bytes)
            names.update(_names_of(file.read(sector_bytes)))
            fat_index, place = divmod(sector, per_fat)
            if fat_index >= len(fat_sectors) or fat_sectors[fat_index] >= _END_OF_CHAIN:
                break
            file.seek((fat_sectors[fat_index] + 1) * sector_bytes + place * 4)
            following = file.read(4)
            if len(following) < 4:  # noqa: PLR2004 - one little-endian 32-bit number
                break
            (sector,) = struct.unpack("<I", following)
    return names


def _names_of(sector: bytes) -> set[str]:
    names = set()
    for start in range(0, len(sector) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        (length,) = struct.unpack_from("<H", sector, start + _NAME_BYTES)
        if 2 < length <= _NAME_BYTES:  # noqa: PLR2004 - the length counts a closing zero of two bytes
            names.add(sector[start : start + length - 2].decode("utf-16-le", "replace"))
    return names
