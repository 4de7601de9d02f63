"""Hands batches to several agents at once while they are being converted, so that each batch is read only once."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.pipeline.validate import Batch, MappedTable, TableSource

_AHEAD = 1
"""Batches that wait for a reader at most: memory is bounded, and nobody waits for the next one."""


class RelayClosedError(Exception):
    """The work has ended elsewhere with an error: whoever still sends or reads is to stop."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A batch of the table `number`, or None behind its last one."""

    number: int
    batch: Batch | None


class Relay:
    """One sender and several readers, each in a thread of its own. Make the readers before the first `send`.

    `source` gives the batches of a table that has been sent, for whoever wants to read it again.
    """

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._readers: list[RelayReader] = []
        self._changed = Condition()
        self._closed = False

    def reader(self) -> RelayReader:
        """A reader from whom nothing is kept back: the sender waits for it until it leaves."""
        reader = RelayReader(self, self._source)
        self._readers.append(reader)
        return reader

    def send(self, table: MappedTable, batch: Batch | None) -> None:
        """Give a batch to every reader, None behind the last one of a table; waits for the slowest of them.

        Raises RelayClosedError.
        """
        with self._changed:
            self._wait_for_room()
            for reader in self._readers:
                reader.waiting.append(_Item(table.number, batch))
            self._changed.notify_all()

    def take(self, reader: RelayReader) -> _Item:
        """Wait for what was sent next. Raises RelayClosedError."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or reader.waiting)
            if self._closed:
                raise RelayClosedError
            self._changed.notify_all()
            return reader.waiting.popleft()

    def leave(self, reader: RelayReader) -> None:
        """Send nothing more to `reader`."""
        with self._changed:
            self._readers.remove(reader)
            self._changed.notify_all()

    def close(self) -> None:
        """End it for everybody."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wait_for_room(self) -> None:
        self._changed.wait_for(lambda: self._closed or all(len(reader.waiting) < _AHEAD for reader in self._readers))
        if self._closed:
            raise RelayClosedError


class RelayReader:
    """A source of rows (pipeline.validate.TableSource) for one agent that goes through the tables in their order.

    Use as a context manager; behind it the sender waits for this reader no longer.
    """

    def __init__(self, relay: Relay, source: TableSource) -> None:
        self._relay = relay
        self._source = source
        self._passed: set[int] = set()
        self.waiting: deque[_Item] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._relay.leave(self)

    @property
    def tables(self) -> Sequence[MappedTable]:
        """The tables to import."""
        return self._source.tables

    def batches(self, table: MappedTable) -> Iterator[Batch]:
        """All rows of `table` in order: as they are sent, and from the source when they are asked for again.

        Raises RelayClosedError.
        """
        if table.number in self._passed:
            yield from self._source.batches(table)
            return
        while True:
            item = self._relay.take(self)
            self._passed.add(item.number)
            if item.number == table.number:  # else a table that this reader has not asked for
                if item.batch is None:
                    return
                yield item.batch
