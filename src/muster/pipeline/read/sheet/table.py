"""One sheet as a table: its used range as rows of text, titles and header found, errors and lost digits told."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from muster.pipeline.read import codes
from muster.pipeline.read.header import HEADER_ROWS, Layout, check_width, find_layout
from muster.pipeline.read.rows import Row, TableRows
from muster.pipeline.read.sheet.cells import LONG_NUMBER, cell_text
from muster.pipeline.read.sheet.errors import cell_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineSheet

    from muster.domain.findings import FindingLog
    from muster.pipeline.upload import Limits

BATCH_ROWS = 20_000


@dataclass(slots=True)
class SheetTable:
    """A sheet whose layout is known; its rows are still to come. `column` is the sheet's first used column, from 0.

    `errors` are the places (row from 1, column from 0) of cells that show a formula's error, sorted by row.
    """

    name: str
    layout: Layout
    rows: TableRows
    column: int
    log: FindingLog
    body: Iterator[tuple[int, list[str]]]
    long_numbers: list[tuple[int, int]]
    errors: list[tuple[int, int]] = field(default_factory=list)
    hidden: bool = False

    def batches(self, *, most_rows: int | None = None) -> Iterator[list[Row]]:
        """The rows from below the header on, up to `most_rows` lines of the sheet."""
        body = self.body if most_rows is None else islice(self.body, most_rows)
        while raw := list(islice(body, BATCH_ROWS)):
            rows = self.rows.clean(raw)
            self._tell_cells(rows, raw[-1][0])
            yield rows

    def _tell_cells(self, rows: list[Row], last_line: int) -> None:
        numbers = {line: number for number, line, _ in rows}
        for code, places in ((codes.NUMBER_ROUNDED, self.long_numbers), (codes.ERROR_VALUE, self.errors)):
            done = [place for place in places if place[0] <= last_line]
            del places[: len(done)]
            for line, column in done:
                position = column - self.column - self.layout.left
                inside = 0 <= position < len(self.rows.columns)
                self.log.add(
                    codes.note(
                        code,
                        table=self.name,
                        row_number=numbers.get(line),
                        line=line,
                        field=self.rows.columns[position] if inside else None,
                        cell=cell_name(line, column),
                    )
                )


def open_sheet(sheet: CalamineSheet, limits: Limits, log: FindingLog, filename: str) -> SheetTable | None:
    """Find the table of a sheet, None for a sheet without a filled cell.

    Raises UnreadableFileError when it is wider than the limit; an error of calamine passes through.
    """
    if sheet.start is None:
        return None
    column = sheet.start[1]
    long_numbers: list[tuple[int, int]] = []
    lines = _text_rows(sheet, column, long_numbers)
    head = list(islice(lines, sheet.start[0] + HEADER_ROWS))
    layout = find_layout(head)
    if layout is None:
        return None
    check_width(layout, limits.columns, filename)
    return SheetTable(
        name=sheet.name,
        layout=layout,
        rows=TableRows(layout, sheet.name, log, limits, ragged=False),
        column=column,
        log=log,
        body=chain(head[layout.skip :], lines),
        long_numbers=long_numbers,
    )


def _text_rows(
    sheet: CalamineSheet, column: int, long_numbers: list[tuple[int, int]]
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet from its first row on, as (row from 1, texts)."""
    for line, values in enumerate(sheet.iter_rows(), start=1):
        texts = []
        for place, value in enumerate(values):
            if isinstance(value, float) and abs(value) >= LONG_NUMBER and value.is_integer():
                long_numbers.append((line, column + place))
            texts.append(value if isinstance(value, str) else cell_text(value))
        yield line, texts
