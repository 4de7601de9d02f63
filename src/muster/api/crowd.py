"""How many uploads run at a time: a tenant in a hurry does not take every place."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from muster.domain.errors import MusterError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

_PER_ENGAGEMENT = 8
_ALTOGETHER = 64
_RETRY_AFTER_SECONDS = 5


class TooManyError(MusterError):
    """Too many of these are going on here; facts hold `retry_after` in seconds."""

    status = 429
    code = "too_many"
    title = "Too many uploads at once"


class Crowd:
    """Counts what is going on in this process, by engagement."""

    def __init__(self) -> None:
        self._going_on: Counter[UUID] = Counter()

    @contextmanager
    def place(self, engagement_id: UUID) -> Iterator[None]:
        """Hold a place for the length of the block. Raises TooManyError when all are taken."""
        if self._going_on[engagement_id] >= _PER_ENGAGEMENT or self._going_on.total() >= _ALTOGETHER:
            raise TooManyError(
                f"More than {_PER_ENGAGEMENT} uploads to this engagement are under way: try again when one has ended.",
                retry_after=_RETRY_AFTER_SECONDS,
            )
        self._going_on[engagement_id] += 1
        try:
            yield
        finally:
            self._going_on[engagement_id] -= 1
            if not self._going_on[engagement_id]:
                del self._going_on[engagement_id]
