"""The tables of a text file that is more than one plain table, and those that follow behind a plain one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from muster.pipeline.read.header import Widest
from muster.pipeline.read.rows import Row, TableRows
from muster.pipeline.read.shape.tables import Cutter, Section
from muster.pipeline.read.text.open import TextLines, TextTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from muster.domain.findings import FindingLog
    from muster.pipeline.read.text.notes import LineNotes

BATCH_ROWS = 20_000


@dataclass(slots=True)
class TextSection:
    """A table whose rows are still to come; they must be taken before the next table is. `notes` are of its lines."""

    section: Section
    rows: TableRows
    log: FindingLog
    notes: Callable[[], LineNotes]

    def batches(self) -> Iterator[list[Row]]:
        """The rows from below the header on."""
        while raw := list(islice(self.section.lines, BATCH_ROWS)):
            rows = self.rows.clean(raw)
            self.notes().tell(self.log, self.section.name, rows, raw[-1][0] + 1)
            yield rows

    def finish(self) -> None:
        """Tell what concerns the table as a whole."""
        self.rows.finish()


def sections(table: TextTable, *, head_bytes: int | None = None) -> Iterator[TextSection]:
    """The tables of a file that is not plain, in order; with `head_bytes`, those in its beginning."""
    lines = TextLines(table, head_bytes)
    cutter = _cutter(table, complete=not lines.cut())
    yield from _opened(cutter, cutter.tables(lines), table, lambda: lines.notes)


def following(table: TextTable) -> Iterator[TextSection]:
    """The tables behind the one whose rows were taken; none nearly always."""
    if table.following is None:
        return
    cutter = _cutter(table, complete=True)
    cutter.found = 1
    cutter.taken.add(table.name)
    yield from _opened(cutter, cutter.further(table.following), table, lambda: table.notes)


def _cutter(table: TextTable, *, complete: bool) -> Cutter:
    widest = Widest(table.limits.columns, table.filename)
    return Cutter(table.name, table.log, widest, table.limits.tables, stem=table.name, complete=complete)


def _opened(
    cutter: Cutter, tables: Iterator[Section], table: TextTable, notes: Callable[[], LineNotes]
) -> Iterator[TextSection]:
    for section in tables:
        rows = TableRows(section.layout, section.name, cutter.log, table.limits, ragged=True)
        yield TextSection(section, rows, cutter.log, notes)
