"""Keeps the rows of tables that grow side by side: a sample of each, and all of them in pieces on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.domain.tables import TableInfo
from muster.pipeline.read.rows import Row, Sample

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from muster.pipeline.read.nested.columns import Columns
    from muster.pipeline.read.row_limit import RowLimit
    from muster.pipeline.read.staging import Parts

_WAITING_CELLS = 1_000_000
_WAITING_BYTES = 64 << 20
"""Rows of all tables together wait in memory up to this many cells, and bytes of the file."""


@dataclass(slots=True, eq=False)
class Table:
    """One table while its records come.

    `places` are the positions of columns by the path of the object they stand in, then by name. `parent` is the table
    whose rows hold this table's rows; the first cell of each row is then the number of that row. `header_row` is the
    line that names the columns, in logs that have one. `rows` are those that wait to be written, behind those in
    `frames`.
    """

    name: str
    columns: Columns
    parent: Table | None = None
    keyed: bool = False
    header_row: int | None = None
    count: int = 0
    rows: list[Row] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)
    sample: Sample = field(default_factory=Sample)
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    children: dict[str, Table] = field(default_factory=dict)
    blank: int = 0
    blank_line: int = 0
    parts: Parts | None = None


class TableStore:
    """The tables of one file, in the order in which they were first seen. Without a folder rows are only sampled."""

    def __init__(self, folder: Path | None, limit: RowLimit) -> None:
        self.tables: list[Table] = []
        self._folder = folder
        self._limit = limit
        self._cells = 0
        self._bytes = 0

    @property
    def keeps_all(self) -> bool:
        """Whether all rows are kept, not only a sample."""
        return self._folder is not None

    def keep(self, table: Table, line: int, cells: list[str | None], size: int) -> None:
        """Keep the row that was counted last; `size` is what it takes in the file.

        Raises UnreadableFileError beyond the limit on rows.
        """
        self._limit.add()
        table.sample.add(table.count, cells)
        if self._folder is None:
            return
        table.rows.append((table.count, line, cells))
        self._wait(len(cells), size, self._folder)

    def keep_frame(self, table: Table, frame: pl.DataFrame, size: int) -> None:
        """Keep rows that follow the last one, and count them; `size` is what they take in the file. Not for a head.

        Raises UnreadableFileError beyond the limit on rows.
        """
        from muster.pipeline.read.staging import offer  # noqa: PLC0415 - as in _parts

        if self._folder is None:
            return
        self._limit.add(frame.height)
        table.count += frame.height
        offer(table.sample, frame)
        self._framed(table)
        table.frames.append(frame)
        self._wait(frame.height * (frame.width - 2), size, self._folder)

    def settle(self, table: Table, number: int, *, left_out: int) -> TableInfo:
        """Write what is left of a table, without its first `left_out` columns, and describe it."""
        width = len(table.columns.names)
        staged = ""
        if self._folder is not None:
            self._write(table, self._folder)
            staged = f"table_{number}.parquet"
            self._parts(table, self._folder).join(width, staged, left_out=left_out)
        sample = tuple(row[left_out:] for row in table.sample.padded(width))
        names = tuple(table.columns.names[left_out:])
        return TableInfo(number, table.name, names, table.header_row, table.count, staged, sample)

    def discard(self, table: Table) -> None:
        """Remove what was written of a table that is none."""
        if table.parts is not None:
            table.parts.discard()

    def _wait(self, cells: int, size: int, folder: Path) -> None:
        self._cells += cells
        self._bytes += size
        if self._cells > _WAITING_CELLS or self._bytes > _WAITING_BYTES:
            for waiting in self.tables:
                self._write(waiting, folder)
            self._cells = self._bytes = 0

    def _write(self, table: Table, folder: Path) -> None:
        self._framed(table)
        if table.frames:
            self._parts(table, folder).write(table.frames, len(table.columns.names))
            table.frames.clear()

    def _framed(self, table: Table) -> None:
        """Make the rows that wait a frame."""
        from muster.pipeline.read.staging import frame_of  # noqa: PLC0415 - as in _parts

        if table.rows:
            table.frames.append(frame_of(table.rows, len(table.columns.names)))
            table.rows.clear()

    def _parts(self, table: Table, folder: Path) -> Parts:
        # The head is read without Polars, whose import takes most of the time that a child needs to start.
        from muster.pipeline.read.staging import Parts  # noqa: PLC0415 - see above

        if table.parts is None:
            table.parts = Parts(folder, f"records_{self.tables.index(table)}")
        return table.parts
