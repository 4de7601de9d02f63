"""What an import is thought to need, and which disks have a say in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from muster.domain.errors import StorageFullError
from muster.services.disk_space import Disk, LocalDisks, require_room

MB = 1 << 20
BLOBS, DATABASE = Path("/blobs"), Path("/database")


@dataclass(frozen=True)
class Folders:
    """Disks that say what a test wants; without a disk for the database both folders are on one."""

    blobs_free: int
    database_free: int | None = None

    def __call__(self, folder: Path) -> Disk:
        if folder == DATABASE and self.database_free is not None:
            return Disk(2, self.database_free)
        return Disk(1, self.blobs_free)


def disks(look: Folders, *, blobs: Path | None = BLOBS, database: Path | None = DATABASE) -> LocalDisks:
    return LocalDisks(blobs, database, look)


async def test_a_file_that_fits_passes() -> None:
    await require_room(disks(Folders(1800 * MB)), "servers.csv", 100 * MB, "csv")


@pytest.mark.parametrize("look", [Folders(1000 * MB), Folders(150 * MB, 9999 * MB), Folders(9999 * MB, 900 * MB)])
async def test_too_little_room_on_any_disk_refuses(look: Folders) -> None:
    with pytest.raises(StorageFullError, match=r"servers.csv needs about [\d,]+ MB to import, and [\d,]+ MB are free"):
        await require_room(disks(look), "servers.csv", 100 * MB, "csv")


async def test_the_refusal_says_how_much_is_needed_and_free() -> None:
    with pytest.raises(StorageFullError) as refused:
        await require_room(disks(Folders(50 * MB), database=None), "servers.csv", 100 * MB, "csv")
    assert refused.value.facts == {"needed_bytes": 190 * MB, "free_bytes": 50 * MB}


async def test_what_has_arrived_is_not_counted_again() -> None:
    await require_room(disks(Folders(95 * MB), database=None), "servers.csv", 100 * MB, "csv", received=True)


async def test_packed_files_need_more_than_their_size_and_records_with_names_less() -> None:
    there = disks(Folders(99_999 * MB, 1500 * MB))
    await require_room(there, "servers.ndjson", 100 * MB, "ndjson")
    for kind in ("xlsx", "gzip", "zip", "parquet"):
        with pytest.raises(StorageFullError):
            await require_room(there, f"servers.{kind}", 100 * MB, kind)


async def test_before_the_kind_is_known_the_least_is_asked_for() -> None:
    await require_room(disks(Folders(99_999 * MB, 800 * MB)), "servers", 100 * MB)


async def test_the_log_of_a_large_import_is_bounded() -> None:
    await require_room(disks(Folders(99_999 * MB, 12_000 * MB)), "servers.csv", 1024 * MB, "csv")


async def test_an_object_store_and_a_database_elsewhere_refuse_nothing() -> None:
    await require_room(disks(Folders(0), blobs=None, database=None), "servers.csv", 100 * MB, "csv")
    await require_room(LocalDisks(), "servers.csv", 100 * MB, "csv")


async def test_a_disk_that_can_not_be_asked_refuses_nothing(tmp_path: Path) -> None:
    await require_room(LocalDisks(tmp_path / "gone", None), "servers.csv", 1 << 60, "csv")


async def test_the_disk_of_a_folder_is_asked(tmp_path: Path) -> None:
    await require_room(LocalDisks(tmp_path, tmp_path), "servers.csv", 10, "csv")
    with pytest.raises(StorageFullError):
        await require_room(LocalDisks(tmp_path, tmp_path), "servers.csv", 1 << 60, "csv")
