"""Puts files under keys and gives them back; a key holds a whole file or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, from_url

from muster.blobs.keys import check_key
from muster.blobs.room import room_needed
from muster.domain.errors import TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

    from obstore.store import ObjectStore

_PIECE = 4 << 20
_SCRATCH = ".incoming"
_ABANDONED_AFTER_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in: a local copy, its size in bytes and its SHA-256 in lower-case hex."""

    path: Path
    size: int
    sha256: str


class Blobs:
    """A store of files by key (blobs/keys.py): `file://` or a plain path for a folder, or `s3://`, `gs://`, `az://`.

    Writing raises StorageFullError when there is no room, reading FileNotFoundError when there is no such key; a key
    that could lead out of the store raises BadKeyError.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._root = _local_root(url)
        self._store: ObjectStore
        if self._root is None:
            self._store = from_url(url)
            return
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._store = LocalStore(prefix=self._root)
        _sweep(self._root / _SCRATCH)

    @property
    def folder(self) -> Path | None:
        """The local folder that the store is; None for an object store."""
        return self._root

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        """A folder for work in progress, gone at the end. In a local store it is on the disk of the store itself."""
        if self._root is not None:
            parent = self._root / _SCRATCH
            await asyncio.to_thread(parent.mkdir, parents=True, exist_ok=True, mode=0o700)
        else:
            parent = None
        with room_needed():
            folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=parent))
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    @asynccontextmanager
    async def receive(self, stream: AsyncIterable[bytes], limit: int) -> AsyncIterator[Incoming]:
        """Write a stream to a scratch file, to look at before it is kept with `keep`.

        Raises TooLargeError as soon as more than `limit` bytes came.
        """
        async with self.scratch() as folder:
            path = folder / "incoming"
            with room_needed():
                size, digest = await _write(path, stream, limit)
            yield Incoming(path, size, digest)

    async def keep(self, key: str, path: Path) -> None:
        """Take the scratch file at `path` over as `key`: moved where the store is a local folder, else uploaded."""
        check_key(key)
        with room_needed():
            if self._root is None:
                await obstore.put_async(self._store, key, path)
            else:
                await asyncio.to_thread(_move, path, self._root / key)

    async def put_stream(self, key: str, stream: AsyncIterable[bytes], limit: int) -> tuple[int, str]:
        """Store a stream; returns its size in bytes and its SHA-256. Raises TooLargeError past `limit` bytes."""
        check_key(key)
        async with self.receive(stream, limit) as incoming:
            await self.keep(key, incoming.path)
            return incoming.size, incoming.sha256

    async def put_file(self, key: str, path: Path) -> None:
        """Store a copy of the local file at `path`."""
        check_key(key)
        if self._root is None:
            await obstore.put_async(self._store, key, path)
            return
        async with self.scratch() as folder:
            copy = folder / "copy"
            with room_needed():
                await asyncio.to_thread(shutil.copyfile, path, copy)
            await self.keep(key, copy)

    async def get_to(self, key: str, path: Path) -> None:
        """Write the file under `key` to the local `path`, which appears only when it is whole."""
        check_key(key)
        draft = path.with_name(path.name + ".part")
        try:
            with room_needed():
                result = await obstore.get_async(self._store, key)
                with draft.open("wb") as file:
                    async for piece in result.stream():
                        await asyncio.to_thread(file.write, piece)
                draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    @asynccontextmanager
    async def local_path(self, key: str) -> AsyncIterator[Path]:
        """A local path to read `key` from: the file itself in a local store (never write to it), else a copy."""
        check_key(key)
        if self._root is not None:
            path = self._root / key
            if not await asyncio.to_thread(path.is_file):
                raise FileNotFoundError(key)
            yield path
            return
        async with self.scratch() as folder:
            copy = folder / key.rsplit("/", 1)[-1]
            await self.get_to(key, copy)
            yield copy

    async def exists(self, key: str) -> bool:
        """Whether there is a file under `key`."""
        check_key(key)
        try:
            await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return False
        return True

    async def list(self, prefix: str) -> list[str]:
        """The keys in the folder `prefix` and below, sorted."""
        check_key(prefix)
        return sorted([item["path"] async for page in obstore.list(self._store, prefix=prefix) for item in page])

    async def delete_prefix(self, prefix: str) -> None:
        """Delete every file in the folder `prefix` and below; none there is no error."""
        check_key(prefix)
        if self._root is not None:
            await asyncio.to_thread(_remove_folder, self._root, prefix)
            return
        keys = await self.list(prefix)
        if keys:
            await obstore.delete_async(self._store, keys)


def _local_root(url: str) -> Path | None:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if len(parts.scheme) > 1 else Path(url)  # one letter is a drive


def _sweep(scratch: Path) -> None:
    """Remove what processes left that were killed while writing."""
    if not scratch.is_dir():
        return
    before = time.time() - _ABANDONED_AFTER_SECONDS
    for entry in scratch.iterdir():
        with suppress(FileNotFoundError):  # another process sweeps, or ends its work, at the same time
            if entry.stat().st_mtime < before:
                shutil.rmtree(entry, ignore_errors=True)


async def _write(path: Path, stream: AsyncIterable[bytes], limit: int) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    waiting = bytearray()
    with path.open("wb") as file:

        def flush() -> None:
            digest.update(waiting)
            file.write(waiting)
            waiting.clear()

        async for piece in stream:
            size += len(piece)
            if size > limit:
                raise TooLargeError(f"The limit is {limit:,} bytes: split the file and send the parts.", limit=limit)
            waiting += piece
            if len(waiting) >= _PIECE:
                await asyncio.to_thread(flush)
        await asyncio.to_thread(flush)
    return size, digest.hexdigest()


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sync(path)
    try:
        path.replace(target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # a purge emptied the folder in between
        path.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Bring a file or a folder to the disk: what the database names must outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_folder(root: Path, prefix: str) -> None:
    folder = root / prefix
    if folder.is_dir():
        shutil.rmtree(folder)
    for parent in folder.parents:
        if parent == root or not parent.is_relative_to(root):
            break
        with suppress(OSError):  # not empty, or gone: both are as they should be
            parent.rmdir()
