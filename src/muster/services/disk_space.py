"""Estimates what an import will need on the local disks, so that one that would not fit is refused at the door."""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.domain.errors import StorageFullError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# Measured by importing the 100,000 generated machines of bench/generate.py (fifteen columns, 21.2 MB as CSV) into an
# empty embedded database, both folders looked at every 0.2 s: besides the upload the blob store grew by 19 MB at most
# (staging, converted batches, claims), the tables by 190 MB, the log of the database by 128 MB.
_STAGED_PER_TEXT = 0.9
_TABLES_PER_TEXT = 9.0
_LOG_PER_TEXT = 6.1
"""Bytes per byte of the same rows as CSV."""

_TEXT_PER_BYTE: Mapping[str, float] = {
    "html": 0.62,  # 34.2 MB
    "csv": 1.0,
    "xls": 1.0,
    "tar": 1.0,
    "xlsx": 2.3,  # 9.1 MB
    "xlsb": 2.3,
    "ods": 2.3,
    "gzip": 5.2,  # 4.0 MB
    "bzip2": 5.2,
    "xz": 5.2,
    "zstd": 5.2,
    "zip": 5.2,
    "parquet": 10.5,  # 2.0 MB
}
"""How many bytes of CSV stand in one byte of a kind of file (pipeline/read/formats); the same rows, as measured."""
_LEAST_TEXT_PER_BYTE = 0.49  # 43.3 MB as NDJSON
"""For kinds that repeat names in every row, and for what is unknown yet: too little is better than a wrong refusal."""

_LEAST_LOG = 512 << 20
_LOG_SHARE = 8
"""The log of the embedded database is kept below an eighth of the free disk, or half a GB (runtime/embedded/tuning)."""

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk as it is now: what tells it from others, and the bytes that are free for us."""

    id: int
    free: int


def disk_of(folder: Path) -> Disk:
    """The disk that `folder` is on. Raises OSError."""
    return Disk(folder.stat().st_dev, shutil.disk_usage(folder).free)


@dataclass(frozen=True, slots=True)
class LocalDisks:
    """The folders that grow with an import; None for an object store or a database elsewhere: nothing is said of them.

    `look` tells the disk of a folder.
    """

    blobs: Path | None = None
    database: Path | None = None
    look: Callable[[Path], Disk] = disk_of


async def require_room(
    disks: LocalDisks, filename: str, size: int, kind: str | None = None, *, received: bool = False
) -> None:
    """Raise StorageFullError (facts: `needed_bytes`, `free_bytes`) when an upload of `size` bytes would not fit.

    `kind` is that of pipeline.read (None: not known yet); `received`: its own bytes are on the disk already.
    """
    await asyncio.to_thread(_require_room, disks, filename, size, kind, received)


def _require_room(disks: LocalDisks, filename: str, size: int, kind: str | None, received: bool) -> None:  # noqa: FBT001 - for the thread
    text = size * _TEXT_PER_BYTE.get(kind or "", _LEAST_TEXT_PER_BYTE)
    needs: list[tuple[Path, float, float]] = []
    if disks.blobs is not None:
        needs.append((disks.blobs, text * _STAGED_PER_TEXT + (0 if received else size), 0.0))
    if disks.database is not None:
        needs.append((disks.database, text * _TABLES_PER_TEXT, text * _LOG_PER_TEXT))
    needed: defaultdict[int, float] = defaultdict(float)
    free: dict[int, int] = {}
    for folder, rest, log in needs:
        try:
            disk = disks.look(folder)
        except OSError:
            continue  # who can not be asked does not refuse; writing will tell
        free[disk.id] = disk.free
        needed[disk.id] += rest + min(log, max(disk.free // _LOG_SHARE, _LEAST_LOG))
    for disk_id, there in free.items():
        if needed[disk_id] > there:
            raise StorageFullError(
                f"{filename} needs about {_megabytes(needed[disk_id])} to import, and {_megabytes(there)} are free: "
                "free some space, or import it in parts.",
                needed_bytes=int(needed[disk_id]),
                free_bytes=there,
            )


def _megabytes(size: float) -> str:
    return f"{max(size / _MB, 0.1):,.1f} MB" if size < 10 * _MB else f"{size / _MB:,.0f} MB"
