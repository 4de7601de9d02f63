"""The relay: every reader gets every batch in order, and nobody waits for one that has left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import polars as pl
import pytest

from muster.domain.tables import LINE, ROW_NUMBER, TableInfo
from muster.pipeline.validate import Batch, InMemoryTables, MappedTable
from muster.services.processors.relay import Relay, RelayClosedError

if TYPE_CHECKING:
    from muster.services.processors.relay import RelayReader

WAIT = 30.0
"""Seconds after which a test gives up on a thread that should have ended."""


def table_of(number: int, rows: int = 6) -> Batch:
    frame = pl.DataFrame({ROW_NUMBER: range(1, rows + 1), LINE: range(2, rows + 2), "c0": ["x"] * rows})
    mapped = MappedTable.of(TableInfo(number, f"table {number}", ("Name",), 1, rows, f"{number}.parquet"), ())
    return Batch(mapped, frame, frame.select(ROW_NUMBER, LINE), frame.select(ROW_NUMBER).clear())


SOURCE = InMemoryTables((table_of(0), table_of(1)), batch_rows=2)


def send_all(relay: Relay) -> None:
    for table in SOURCE.tables:
        for batch in SOURCE.batches(table):
            relay.send(table, batch)
        relay.send(table, None)


def rows_read(reader: RelayReader, *numbers: int) -> list[list[int]]:
    with reader:
        return [
            batch.text[ROW_NUMBER].to_list() for number in numbers for batch in reader.batches(SOURCE.tables[number])
        ]


def test_every_reader_gets_every_batch_in_order() -> None:
    relay = Relay(SOURCE)
    readers = [relay.reader(), relay.reader(), relay.reader()]
    with ThreadPoolExecutor() as threads:
        sending = threads.submit(send_all, relay)
        reading = [threads.submit(rows_read, reader, 0, 1) for reader in readers]
        sending.result(WAIT)
    assert [found.result() for found in reading] == [[[1, 2], [3, 4], [5, 6]] * 2] * 3


def test_a_table_that_was_read_comes_again_from_the_source() -> None:
    relay = Relay(SOURCE)
    reader = relay.reader()
    with ThreadPoolExecutor() as threads:
        sending = threads.submit(send_all, relay)
        assert len(rows_read(reader, 0, 0, 1)) == 9
        sending.result(WAIT)


def test_a_table_that_nobody_asks_for_is_passed_over() -> None:
    relay = Relay(SOURCE)
    reader = relay.reader()
    with ThreadPoolExecutor() as threads:
        sending = threads.submit(send_all, relay)
        assert rows_read(reader, 1) == [[1, 2], [3, 4], [5, 6]]
        sending.result(WAIT)


def test_nobody_waits_for_a_reader_that_has_left() -> None:
    relay = Relay(SOURCE)
    with relay.reader():
        pass
    send_all(relay)


def test_closing_ends_who_waits_to_send_and_who_waits_to_read() -> None:
    relay = Relay(SOURCE)
    relay.reader()
    with ThreadPoolExecutor() as threads:
        sending = threads.submit(send_all, relay)
        late = Relay(SOURCE)
        reading = threads.submit(rows_read, late.reader(), 0)
        relay.close()
        late.close()
        with pytest.raises(RelayClosedError):
            sending.result(WAIT)
        with pytest.raises(RelayClosedError):
            reading.result(WAIT)
