"""The rows of a piece in which regular lines are the rule: runs of them as a frame, odd lines the tolerant way."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.read.staging import frame_of, widened
from muster.pipeline.read.text.open import lines_of

if TYPE_CHECKING:
    from muster.pipeline.read.rows import Row
    from muster.pipeline.read.text.open import TextTable
    from muster.pipeline.read.text.regular import Mixed

_BEFORE = 12
"""Lines above an odd one that are read with it: what ends a table is told by what stands above."""
_AFTER = 6
"""Lines below an odd one that are read with it: whether names stand in it is told by what stands below."""
_LEAST_RUN = 50
"""Fewer regular lines than this between odd ones are read with them."""
_MORE = 64
"""How many lines more are read when those so far leave something open; twice as many each time."""


@dataclass(slots=True)
class MixedPiece:
    """Reads one piece: `frame` gives its rows, in order. The table must leave nothing open before it.

    When another table begins in the piece, `table.body` is over and `table.following` gives the rest of the piece.
    """

    table: TextTable
    mixed: Mixed
    _rows: list[Row] = field(default_factory=list)
    _runs: list[tuple[int, int, int]] = field(default_factory=list)
    """Runs of regular lines as (first, behind the last, number of the first row)."""

    def frame(self) -> pl.DataFrame | None:
        """The rows of the piece that are certain by now, None when there are none."""
        table, odd, count = self.table, self.mixed.odd, len(self.mixed.lines)
        base = table.parser.line
        at = 0
        while at < count and not table.body.over:
            place = bisect_left(odd, at)
            next_odd = odd[place] if place < len(odd) else count
            stop = next_odd - _BEFORE if next_odd < count else count
            if stop - at >= _LEAST_RUN:
                self._rows += table.settle()
                self._runs.append((at, stop, table.rows.take_regular(stop - at)))
                table.parser.line += stop - at
                at = stop
            else:
                at = self._tolerant(at, min(count, next_odd + 1 + _AFTER))
        return self._assembled(base)

    def _tolerant(self, start: int, end: int) -> int:
        """Read the lines from `start` up to `end`, and as many more as it takes to leave nothing open; say how far."""
        table, count, more = self.table, len(self.mixed.lines), _MORE
        while True:
            for batch in (batches := table.parser.feed(self._text(start, end), final=False)):
                self._rows += table.clean(batch)
                if table.body.over:
                    rest = lines_of(table.parser, self._text(end, count), table.notes, final=False)
                    later = (line for late in batches for line in table.noted(late).rows)
                    table.following = chain(table.body.rest, later, rest)
                    return count
            if end == count or not (table.parser.rest or table.body.doubts):
                return end
            start, end, more = end, min(count, end + more), more * 2

    def _text(self, start: int, end: int) -> str:
        return "".join(f"{line}\n" for line in self.mixed.lines[start:end])

    def _assembled(self, base: int) -> pl.DataFrame | None:
        """The rows of the runs and those between them, in order."""
        width = len(self.table.rows.columns)
        frames = [frame_of(self._rows, width)] if self._rows else []
        if self._runs:
            schema = {"first": pl.Int32, "behind": pl.Int32, ROW_NUMBER: pl.Int32}
            runs = pl.DataFrame(self._runs, schema, orient="row").sort("first")
            inside = self.mixed.frame.set_sorted(LINE).join_asof(runs, left_on=LINE, right_on="first")
            regular = inside.filter(pl.col(LINE) < pl.col("behind")).select(
                pl.col(ROW_NUMBER) + pl.col(LINE) - pl.col("first"),
                pl.col(LINE) + base,
                pl.exclude(ROW_NUMBER, LINE, "first", "behind"),
            )
            frames.append(widened(regular, width))
        if not frames:
            return None
        return frames[0] if len(frames) == 1 else pl.concat(frames).sort(ROW_NUMBER)
