"""Why the embedded database could not be given, as one sentence that says what to do."""

from __future__ import annotations

import errno
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from muster.domain.errors import MusterError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OUT_OF_ROOM = (errno.ENOSPC, errno.EDQUOT)
_PREFIX = re.compile(r"^.*?(FATAL|PANIC|[Ee]rror):\s+")  # time and process id
_TO_A_CLIENT = re.compile(r"\] \w+@\w+ ")  # by log_line_prefix; what a client was told is not why a server ended
_ROOM_WORDS = ("No space left on device", "Disk quota exceeded")


class EmbeddedPostgresError(MusterError):
    """The database of this machine can not be started or reached; the message names the cause and the way out."""

    status = 503
    code = "database_unavailable"
    title = "The database is not available"


def no_room(folder: Path) -> StorageFullError:
    """Return the error for a full disk under `folder`."""
    return StorageFullError(
        f"The disk that holds {folder} is full: free some space, then try again.", folder=str(folder)
    )


def server_failure(doing: str, output: str, folder: Path) -> MusterError:
    """Return the error for a PostgreSQL program that failed while `doing`, from what it printed."""
    if any(words in output for words in _ROOM_WORDS):
        return no_room(folder)
    return EmbeddedPostgresError(f"PostgreSQL failed while {doing}: {_cause(output)}", folder=str(folder))


def _cause(output: str) -> str:
    """Pick the line that names the cause: the last FATAL, PANIC or error, else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not _TO_A_CLIENT.search(line)]
    telling = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:", "Error:"))]
    line = (telling or lines or ["it ended without a word"])[-1]
    return _PREFIX.sub("", line)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn an OSError below into the sentence for it: StorageFullError, or EmbeddedPostgresError naming the file."""
    try:
        yield
    except OSError as error:
        if error.errno in _OUT_OF_ROOM:
            raise no_room(folder) from error
        where = error.filename or folder
        raise EmbeddedPostgresError(
            f"The database can not use {where}: {error.strerror or error}. Give this user access to it, choose another "
            "folder with --home, or name a database of your own with MUSTER_DATABASE_URL.",
            folder=str(folder),
        ) from error
