"""Kernel file locks (flock): they vanish with the process that held them, however it ended."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class FileLock:
    """One open lock file, which exists already. Two objects on it exclude each other, in one process or in two."""

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def share(self) -> None:
        """Wait for a shared hold: many may have it, none while someone holds it exclusively."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def hold(self) -> None:
        """Wait for the exclusive hold. A signal handler that raises (Ctrl-C) ends the wait."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def try_hold(self) -> bool:
        """Take the exclusive hold if nobody else has any; a shared hold of our own is given up either way."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def fileno(self) -> int:
        """Return the descriptor. A child that inherits it keeps the hold for as long as it lives."""
        return self._descriptor

    def close(self) -> None:
        """Give up our part of the hold; children that inherited it keep theirs. Closing twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file at `path` for the length of the block."""
    lock = FileLock(path)
    try:
        lock.hold()
        yield
    finally:
        lock.close()


def try_exclusive(path: Path) -> FileLock | None:
    """Return the held lock, or None when somebody else holds it. The caller closes it."""
    lock = FileLock(path)
    if lock.try_hold():
        return lock
    lock.close()
    return None
