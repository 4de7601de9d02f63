"""Turns raw rows into the rows of a table: numbers them, squares them, and leaves out what is none, telling each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.pipeline.read import codes
from muster.pipeline.read.blank import BLANKS, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.domain.findings import FindingCode, FindingLog
    from muster.pipeline.read.header import Layout
    from muster.pipeline.upload import Limits

SAMPLE_ROWS = 200

Row = tuple[int, int, list[str | None]]
"""Row number, line, cells. A row may be shorter than the table: the missing cells are absent."""
_LEAST_HEADER = 2
"""A header of one name is not looked for among the rows: the name may as well be a value."""


@dataclass(slots=True)
class _Left:
    """Rows left out: how many, and the line of the first."""

    count: int = 0
    line: int = 0

    def add(self, line: int) -> None:
        self.line = self.line or line
        self.count += 1


class TableRows:
    """The rows of one table while it is read.

    `columns` grows to the right when rows bring cells beyond the header (`Extra 1`, …). `ragged` says that rows may
    be of any length (text); a sheet's rows are all of one length, and blank cells at the end mean nothing.
    """

    def __init__(self, layout: Layout, table: str, log: FindingLog, limits: Limits, *, ragged: bool) -> None:
        self.columns = list(layout.columns)
        self.count = 0
        self._layout = layout
        self._table = table
        self._log = log
        self._limits = limits
        self._ragged = ragged
        self._right = layout.left + len(layout.columns)
        self._extras: dict[int, int] = {}
        self._blank = _Left()
        self._comments = _Left()
        self.header = layout.header[layout.left : self._right]
        self.repeats = sum(map(bool, self.header)) >= _LEAST_HEADER
        self._tell_header()

    def clean(self, raw: Iterable[tuple[int, Sequence[str]]]) -> list[Row]:
        """The rows among `raw` (line, cells), numbered; a cell that is blank stays as it is."""
        rows: list[Row] = []
        left, right, width = self._layout.left, self._right, len(self._layout.columns)
        first = self.header[0] if self.repeats else None
        roomy = self._limits.cell_bytes // 4
        for line, cells in raw:
            joined = "".join(cells)
            if not joined.strip(BLANKS):
                self._blank.add(line)
                continue
            if cells[0].startswith("#") and (self._layout.comments or self._is_remark(cells, joined)):
                self._comments.add(line)
                continue
            if first is not None and len(cells) > left and first in cells[left] and self._is_header(cells):
                self._log.add(codes.note(codes.REPEATED_HEADER_ROW, table=self._table, line=line))
                continue
            self.count += 1
            kept: list[str | None] = list(cells) if len(cells) == width and not left else list(cells[left:right])
            if len(cells) < right and self._ragged:
                self._tell(codes.ROW_TOO_SHORT, line, count=len(cells), expected=right)
            elif len(cells) > right or left:
                self._extend(kept, cells, line)
            if len(joined) > roomy:
                self._hold_out(kept, line)
            rows.append((self.count, line, kept))
        return rows

    def take_regular(self, rows: int) -> int:
        """Count rows that were read the fast way; return the number of the first."""
        first = self.count + 1
        self.count += rows
        return first

    def finish(self) -> None:
        """Tell what was left out over the whole table."""
        for code, left in ((codes.BLANK_ROWS, self._blank), (codes.COMMENT_LINES, self._comments)):
            if left.count:
                self._log.add(codes.note(code, table=self._table, line=left.line, count=left.count))

    def _is_remark(self, cells: Sequence[str], joined: str) -> bool:
        """Whether a line of one cell, beginning with #, is a remark: the number of something has a digit there."""
        alone = len(cells) == 1 if self._ragged else joined == cells[0]
        several = len(self._layout.columns) > 1 or joined.startswith("# ")
        return alone and several and not joined[1:2].isdigit()

    def _is_header(self, cells: Sequence[str]) -> bool:
        here = cells[self._layout.left : self._right]
        return len(here) == len(self.header) and all(
            cell.strip(BLANKS) == name for cell, name in zip(here, self.header, strict=True)
        )

    def _extend(self, kept: list[str | None], cells: Sequence[str], line: int) -> None:
        outside = [
            place
            for place in (*range(self._layout.left), *range(self._right, len(cells)))
            if not is_blank(cells[place])
        ]
        if not outside:
            return
        limit = self._limits.extra_columns
        if outside[-1] - self._right >= limit:
            self._tell(codes.TOO_MANY_CELLS, line, count=len(cells), expected=self._right, limit=limit)
            outside = [place for place in outside if place - self._right < limit]
        else:
            self._tell(codes.ROW_TOO_LONG, line, count=outside[-1] + 1, expected=self._right)
        for place in outside:
            position = self._extra_position(place)
            kept.extend([None] * (position + 1 - len(kept)))
            kept[position] = cells[place]

    def _extra_position(self, place: int) -> int:
        """The column of a cell outside of the header: to the right in order, so that names follow the cells."""
        for between in range(self._right, place) if place >= self._right else ():
            self._extra_column(between)
        return self._extra_column(place)

    def _extra_column(self, place: int) -> int:
        if place not in self._extras:
            self._extras[place] = len(self.columns)
            number = len(self._extras)
            name = f"Extra {number}"
            while name in self.columns:
                number += 1
                name = f"Extra {number}"
            self.columns.append(name)
        return self._extras[place]

    def _hold_out(self, kept: list[str | None], line: int) -> None:
        limit = self._limits.cell_bytes
        for position, cell in enumerate(kept):
            size = 0 if cell is None or len(cell) * 4 <= limit else len(cell.encode("utf-8", "replace"))
            if size > limit:
                kept[position] = None
                self._tell(codes.CELL_TOO_LARGE, line, field=self.columns[position], bytes=size, limit=limit)

    def _tell(self, code: FindingCode, line: int, field: str | None = None, **params: int) -> None:
        self._log.add(codes.note(code, table=self._table, row_number=self.count, line=line, field=field, **params))

    def _tell_header(self) -> None:
        layout, table = self._layout, self._table
        if layout.header_row is None:
            self._log.add(codes.note(codes.NO_HEADER, table=table, count=len(layout.columns)))
            return
        if layout.above > 0:
            self._log.add(codes.note(codes.TITLE_LINES, table=table, line=layout.header_row, count=layout.above))
        for told, code in (
            (layout.stacked > 1, codes.STACKED_HEADER),
            (layout.units, codes.UNITS_ROW),
            (layout.hints, codes.HINTS_ROW),
        ):
            if told:
                self._log.add(codes.note(code, table=table, line=layout.header_row, count=layout.stacked))
        for code, positions in (
            (codes.HEADER_BLANK, layout.blank_names),
            (codes.HEADER_REPEATED, layout.repeated_names),
        ):
            for position in positions:
                name = layout.columns[position]
                self._log.add(codes.note(code, table=table, line=layout.header_row, field=name, position=position + 1))


class Sample:
    """Up to `SAMPLE_ROWS` rows spread over a table of unknown length: every second one goes when it is full."""

    def __init__(self) -> None:
        self.stride = 1
        self.rows: list[tuple[int, tuple[str | None, ...]]] = []

    def add(self, row_number: int, cells: Iterable[str | None]) -> None:
        """Offer a row; it is taken when its number falls on the stride."""
        if (row_number - 1) % self.stride:
            return
        self.rows.append((row_number, tuple(cells)))
        while len(self.rows) > SAMPLE_ROWS:
            self.stride *= 2
            self.rows = [row for row in self.rows if (row[0] - 1) % self.stride == 0]

    def padded(self, width: int) -> tuple[tuple[str | None, ...], ...]:
        """The rows taken, each `width` cells long, blank cells absent."""
        return tuple(
            tuple(None if cell is None or is_blank(cell) else cell for cell in cells) + (None,) * (width - len(cells))
            for _, cells in self.rows
        )
