"""The blob store: whole files or nothing, nowhere but inside its folder."""

from __future__ import annotations

import hashlib
import resource
from typing import TYPE_CHECKING

import pytest

from muster.blobs.keys import BadKeyError, check_key
from muster.blobs.store import Blobs
from muster.domain.errors import StorageFullError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "a b" / "blobs"


@pytest.fixture
def blobs(root: Path) -> Blobs:
    return Blobs(root.as_uri())


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def test_a_stream_is_stored_whole_with_its_size_and_hash(blobs: Blobs, root: Path) -> None:
    size, digest = await blobs.put_stream("uploads/e/i/x", stream(b"abc", b"", b"def" * 3_000_000), limit=1 << 30)
    content = b"abc" + b"def" * 3_000_000
    assert (size, digest) == (len(content), hashlib.sha256(content).hexdigest())
    assert files(root) == ["uploads/e/i/x"]
    async with blobs.local_path("uploads/e/i/x") as path:
        assert path.read_bytes() == content


async def test_a_stream_past_the_limit_leaves_nothing(blobs: Blobs, root: Path) -> None:
    with pytest.raises(TooLargeError) as raised:
        await blobs.put_stream("uploads/x", stream(b"12345", b"67890"), limit=9)
    assert raised.value.facts["limit"] == 9
    assert files(root) == []


async def test_a_stream_that_breaks_leaves_nothing(blobs: Blobs, root: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await blobs.put_stream("uploads/x", broken(), limit=100)
    assert files(root) == []


@pytest.fixture
def small_files_only() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files_only")
async def test_a_full_disk_is_told_and_leaves_nothing(blobs: Blobs, root: Path) -> None:
    with pytest.raises(StorageFullError, match="no room left"):
        await blobs.put_stream("uploads/x", stream(b"x" * 100_000), limit=1 << 20)
    assert files(root) == []


async def test_a_file_is_copied_in_and_out(blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"content")
    await blobs.put_file("staging/a.parquet", source)
    await blobs.get_to("staging/a.parquet", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"content"
    assert source.exists()


async def test_a_scratch_file_is_moved_under_its_key(blobs: Blobs, root: Path) -> None:
    async with blobs.scratch() as folder:
        (folder / "t.parquet").write_bytes(b"p")
        await blobs.keep("staging/e/i/1/t.parquet", folder / "t.parquet")
    assert files(root) == ["staging/e/i/1/t.parquet"]
    assert not list((root / ".incoming").iterdir())


async def test_a_folder_is_listed_and_deleted_without_its_neighbours(blobs: Blobs, root: Path) -> None:
    for key in ("a/1/x", "a/1/y", "a/10/x"):
        await blobs.put_stream(key, stream(b"1"), limit=1)
    assert await blobs.list("a/1") == ["a/1/x", "a/1/y"]
    await blobs.delete_prefix("a/1")
    await blobs.delete_prefix("a/1")
    assert files(root) == ["a/10/x"]
    assert await blobs.exists("a/10/x")
    assert not await blobs.exists("a/1/x")


async def test_a_missing_key_is_not_found(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.get_to("a/b", tmp_path / "t")
    with pytest.raises(FileNotFoundError):
        async with blobs.local_path("a/b"):
            pass
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "a/../b", "..", ".", "a//b", "a/", ".incoming/x", "a\\b", "a/b\n", "a/b c", "ü", "a" * 300],
)
async def test_a_key_that_could_lead_out_is_refused(blobs: Blobs, key: str) -> None:
    with pytest.raises(BadKeyError):
        check_key(key)
    with pytest.raises(BadKeyError):
        await blobs.put_stream(key, stream(b"1"), limit=1)
    with pytest.raises(BadKeyError):
        await blobs.delete_prefix(key)


async def test_an_object_store_is_served_through_local_copies(tmp_path: Path) -> None:
    blobs = Blobs("memory:///")
    await blobs.put_stream("a/b", stream(b"one", b"two"), limit=100)
    async with blobs.local_path("a/b") as path:
        assert path.read_bytes() == b"onetwo"
    assert not path.exists()
    source = tmp_path / "s"
    source.write_bytes(b"s")
    await blobs.put_file("a/c", source)
    assert await blobs.list("a") == ["a/b", "a/c"]
    await blobs.delete_prefix("a")
    assert await blobs.list("a") == []
