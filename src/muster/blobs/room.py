"""Tells a full disk from other errors of writing."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from obstore.exceptions import GenericError

from muster.domain.errors import StorageFullError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_ROOM_TEXTS = tuple(f"(os error {number})" for number in sorted(_NO_ROOM))


@contextmanager
def room_needed() -> Iterator[None]:
    """Turn "no room" of whatever writes inside into StorageFullError; other errors pass as they are."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _full() from error
        raise
    except GenericError as error:
        # obstore says what the system said only in its text
        if any(text in str(error) for text in _NO_ROOM_TEXTS):
            raise _full() from error
        raise


def _full() -> StorageFullError:
    return StorageFullError(
        "There is no room left to store this: free some space, or give the blob store a larger place, and try again."
    )
