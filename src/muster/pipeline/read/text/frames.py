"""The body of a text file as frames in order: regular pieces the fast way, the rest the tolerant way."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read.staging import frame_of, widened
from muster.pipeline.read.text.chunks import Chunk
from muster.pipeline.read.text.regular import Regular, parse_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from muster.pipeline.read.text.open import TextTable

_AHEAD = 3
"""Pieces in flight: enough for two cores, few enough to keep memory small."""


def frames(table: TextTable, *, fast: bool = True) -> Iterator[pl.DataFrame]:
    """Yield staged frames (row number, line, cells); `fast=False` reads every piece the tolerant way."""
    with ThreadPoolExecutor(2) as pool:
        waiting: deque[tuple[Chunk, Future[Regular | None] | None]] = deque()
        # The repairs of the first piece are known to the table already.
        regular = fast and not table.repairs
        pieces = chain([Chunk(table.first)], table.more)
        while True:
            while len(waiting) < _AHEAD and (piece := next(pieces, None)) is not None:
                regular = regular and not piece.repairs
                waiting.append((piece, pool.submit(_parse, table, piece.text) if regular else None))
                regular = fast
            if not waiting:
                break
            yield from _frames_of(table, *waiting.popleft())
    yield from _tolerant(table, "", final=True)


def _parse(table: TextTable, text: str) -> Regular | None:
    return parse_regular(text, table.layout, table.dialect, table.limits.cell_bytes)


def _frames_of(table: TextTable, piece: Chunk, future: Future[Regular | None] | None) -> Iterator[pl.DataFrame]:
    regular = None if future is None else future.result()
    if regular is None or table.parser.rest:
        table.expect_repairs(piece.repairs)
        yield from _tolerant(table, piece.text, final=False)
        return
    rows = table.rows
    line = table.parser.line
    number = rows.take_regular(regular.frame.height, regular.blank, line + regular.blank_line)
    table.parser.line += regular.lines
    if regular.frame.height:
        frame = regular.frame.select(
            pl.int_range(number, number + regular.frame.height, dtype=pl.Int32).alias(ROW_NUMBER),
            pl.col(LINE) + line,
            pl.exclude(LINE),
        )
        yield widened(frame, len(rows.columns))


def _tolerant(table: TextTable, text: str, *, final: bool) -> Iterator[pl.DataFrame]:
    for batch in table.parser.feed(text, final=final):
        rows = table.clean(batch)
        if rows:
            yield frame_of(rows, len(table.rows.columns))
