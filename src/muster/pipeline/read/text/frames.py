"""The body of a text file as frames in order: regular pieces the fast way, the rest the tolerant way."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from muster.pipeline.read.staging import frame_of, widened
from muster.pipeline.read.text.chunks import Chunk
from muster.pipeline.read.text.mixed import MixedPiece
from muster.pipeline.read.text.open import lines_of
from muster.pipeline.read.text.records import Batch
from muster.pipeline.read.text.regular import Mixed, Regular, Rule, parse_mixed, parse_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    import polars as pl

    from muster.pipeline.read.shape.looks import Line
    from muster.pipeline.read.text.open import TextTable

_AHEAD = 3
"""Pieces in flight: enough for two cores, few enough to keep memory small."""
_TAIL_CHARS = 64 * 1024
"""The end of the file is read the tolerant way, since totals and notes stand there."""


@dataclass(slots=True)
class _Piece:
    chunk: Chunk
    future: Future[Regular | Mixed | None] | None


def frames(table: TextTable, *, fast: bool = True) -> Iterator[pl.DataFrame]:
    """Yield staged frames (row number, line, cells); `fast=False` reads every piece the tolerant way.

    What follows behind the end of the table, when it has one before that of the file, is in `table.following`.
    """
    with ThreadPoolExecutor(2) as pool:
        waiting: deque[_Piece] = deque()
        # The repairs of the first piece are known to the table already.
        regular = fast and not table.notes.repairs
        pieces = _ending(chain([Chunk(table.first)], table.more))
        while True:
            while len(waiting) < _AHEAD and (entry := next(pieces, None)) is not None:
                piece, is_end = entry
                regular = regular and not piece.repairs and not is_end
                waiting.append(_Piece(piece, pool.submit(_parse, table, piece.text) if regular else None))
                regular = fast
            if not waiting:
                break
            piece_now = waiting.popleft()
            yield from _frames_of(table, piece_now.chunk, piece_now.future)
            if table.body.over:
                later = chain((entry.chunk for entry in waiting), (piece for piece, _ in pieces))
                table.following = chain(table.following or (), _later(table, later))
                return
    yield from _tolerant(table, "", final=True)
    if not table.body.over and (rows := table.clean(Batch(), final=True)):
        yield frame_of(rows, len(table.rows.columns))
    if not table.body.over and (rows := table.last()):
        yield frame_of(rows, len(table.rows.columns))
    elif table.body.over and table.following is None:
        table.following = iter(table.body.rest)


def _ending(pieces: Iterator[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """The pieces, the end of the last one apart; the flag says which is the end."""
    held = next(pieces)
    for piece in pieces:
        if len(piece.text) < _TAIL_CHARS and not held.repairs and not piece.repairs:
            # The last one, as only that is so short; it becomes part of the one before.
            held = Chunk(held.text + piece.text)
            continue
        yield held, False
        held = piece
    cut = 0 if held.repairs else _line_before(held.text, len(held.text) - _TAIL_CHARS)
    if cut:
        yield Chunk(held.text[:cut]), False
        held = Chunk(held.text[cut:])
    yield held, True


def _line_before(text: str, place: int) -> int:
    """Where a line begins before `place` with no quote open, 0 when there is no such line near."""
    cut = text.rfind("\n", 0, max(0, place)) + 1
    return cut if text.count('"', 0, cut) % 2 == 0 else 0


def _parse(table: TextTable, text: str) -> Regular | Mixed | None:
    rule = Rule(table.layout, table.dialect, table.limits.cell_bytes, table.body.profile.sparse)
    return parse_regular(text, rule) or parse_mixed(text, rule)


def _frames_of(table: TextTable, piece: Chunk, future: Future[Regular | Mixed | None] | None) -> Iterator[pl.DataFrame]:
    parsed = None if future is None else future.result()
    if parsed is None or table.parser.rest or table.body.doubts:
        table.expect_repairs(piece.repairs)
        yield from _tolerant(table, piece.text, final=False)
        return
    rows = table.rows
    if isinstance(parsed, Mixed):
        if (frame := MixedPiece(table, parsed).frame()) is not None:
            yield frame
        return
    if kept := table.settle():
        yield frame_of(kept, len(rows.columns))
    line = table.parser.line
    number = rows.take_regular(parsed.frame.height)
    table.parser.line += parsed.lines
    frame = parsed.frame
    if frame.height:
        # Column by column, which waits for no thread of Polars that is busy with the next piece.
        frame.replace_column(0, frame.to_series(0) + number)
        frame.replace_column(1, frame.to_series(1) + line)
        yield widened(frame, len(rows.columns))


def _tolerant(table: TextTable, text: str, *, final: bool) -> Iterator[pl.DataFrame]:
    batches = table.parser.feed(text, final=final)
    for batch in batches:
        rows = table.clean(batch)
        if rows:
            yield frame_of(rows, len(table.rows.columns))
        if table.body.over:
            table.following = chain(table.body.rest, _rest(table, batches))
            return


def _rest(table: TextTable, batches: Iterator[Batch]) -> Iterator[Line]:
    for batch in batches:
        yield from table.noted(batch).rows


def _later(table: TextTable, pieces: Iterator[Chunk]) -> Iterator[Line]:
    table.parser.expected = None
    for piece in pieces:
        table.expect_repairs(piece.repairs)
        yield from lines_of(table.parser, piece.text, table.notes, final=False)
    yield from lines_of(table.parser, "", table.notes, final=True)
