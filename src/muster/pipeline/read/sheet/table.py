"""One sheet as tables: its used range as rows of text, cut into tables; errors, merged cells and lost digits told."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from muster.pipeline.read import codes
from muster.pipeline.read.rows import Row, TableRows
from muster.pipeline.read.shape.headings import Merge
from muster.pipeline.read.sheet.cells import LONG_NUMBER, cell_text
from muster.pipeline.read.sheet.errors import cell_name
from muster.pipeline.read.text.mojibake import repaired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from python_calamine import CalamineSheet

    from muster.domain.findings import FindingLog
    from muster.pipeline.read.shape.tables import Cutter, Section
    from muster.pipeline.read.sheet.number_formats import Shown
    from muster.pipeline.upload import Limits

BATCH_ROWS = 20_000
_NUMBERS_KEPT = 100_000

Places = list[tuple[int, int]]
"""Cells as (row from 1, column from 0), in the order of the file."""


class _Numbers(dict[float, str]):
    """The texts of numbers, most of which stand in many cells. `long`: one of them may have lost digits."""

    long = False

    def __missing__(self, value: float) -> str:
        text = cell_text(value)
        self.long = self.long or _is_long(value)
        if len(self) < _NUMBERS_KEPT:
            self[value] = text
        return text


def _is_long(value: object) -> bool:
    """Whether a number has more digits than Excel keeps."""
    return isinstance(value, float) and abs(value) >= LONG_NUMBER and value.is_integer()


def _repair(texts: list[str]) -> list[int]:
    """Mend the texts that were read in a wrong encoding once, in place; the places of those."""
    mended = []
    for place, text in enumerate(texts):
        if text.isascii() and "\x00" not in text:
            continue
        plain = text.replace("\x00", "")
        better = None if plain.isascii() else repaired(plain)
        texts[place] = plain if better is None else better
        if better is not None:
            mended.append(place)
    return mended


@dataclass(slots=True)
class Grid:
    """The cells of a sheet as text. `rows` is how many are read at most.

    `errors` are the cells that show a formula's error; `shown` gives those whose format is part of their value.
    """

    sheet: CalamineSheet
    errors: Places = field(default_factory=list)
    shown: Callable[[], Iterator[tuple[int, int, Shown]]] | None = None
    rows: int | None = None
    hidden: bool = False
    told: dict[str, Places] = field(default_factory=dict)
    """What is to be told of cells by the code of its finding, in the lines given since the last start."""

    @property
    def column(self) -> int:
        """The first used column, from 0."""
        return self.sheet.start[1] if self.sheet.start else 0

    @property
    def merges(self) -> tuple[Merge, ...]:
        """The merged cells, by row from 1 and place from the first used column."""
        ranges = self.sheet.merged_cell_ranges or []
        return tuple(
            Merge(top + 1, left - self.column, bottom + 1, right - self.column)
            for (top, left), (bottom, right) in ranges
        )

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """The rows from the sheet's first on, as (row from 1, texts)."""
        rounded: Places = []
        mended: Places = []
        self.told = {
            codes.NUMBER_ROUNDED.code: rounded,
            codes.ERROR_VALUE.code: list(self.errors),
            codes.MOJIBAKE_REPAIRED.code: mended,
        }
        first = self.column
        numbers = _Numbers()
        shown = self.shown() if self.shown is not None else iter(())
        special = next(shown, None)
        for line, values in enumerate(islice(self.sheet.iter_rows(), self.rows), start=1):
            texts = [
                value if type(value) is str else numbers[value] if type(value) is float else cell_text(value)
                for value in values
            ]
            whole = "".join(texts)
            if not whole.isascii() or "\x00" in whole:
                mended += [(line, first + place) for place in _repair(texts)]
            if numbers.long:
                rounded += [(line, first + place) for place, value in enumerate(values) if _is_long(value)]
            while special is not None and special[0] <= line:
                row, column, how = special
                place = column - first
                number = values[place] if row == line and 0 <= place < len(values) else None
                if isinstance(number, float):
                    texts[place] = how(number)
                special = next(shown, None)
            yield line, texts


@dataclass(slots=True)
class SheetTable:
    """A table of a sheet whose rows are still to come; they must be taken before the next table is."""

    section: Section
    rows: TableRows
    grid: Grid
    log: FindingLog

    def batches(self) -> Iterator[list[Row]]:
        """The rows from below the header on."""
        while raw := list(islice(self.section.lines, BATCH_ROWS)):
            rows = self.rows.clean(raw)
            self._tell_cells(rows, raw[-1][0])
            yield rows

    def _tell_cells(self, rows: list[Row], last_line: int) -> None:
        numbers = {line: number for number, line, _ in rows}
        for code in (codes.NUMBER_ROUNDED, codes.ERROR_VALUE, codes.MOJIBAKE_REPAIRED):
            places = self.grid.told[code.code]
            done = [place for place in places if place[0] <= last_line]
            del places[: len(done)]
            for line, column in done:
                self.log.add(
                    codes.note(
                        code,
                        table=self.section.name,
                        row_number=numbers.get(line),
                        line=line,
                        field=self._field(column),
                        cell=cell_name(line, column),
                    )
                )

    def _field(self, column: int) -> str | None:
        place = column - self.grid.column
        places = self.section.places
        position = place - self.section.layout.left
        if places is not None:
            position = places.index(place) if place in places else -1
        return self.rows.columns[position] if 0 <= position < len(self.rows.columns) else None


def sheet_tables(grid: Grid, cutter: Cutter, limits: Limits) -> Iterator[SheetTable]:
    """The tables of a sheet in order, none for a sheet that is no table.

    Raises UnreadableFileError when one is wider than the limit; an error of calamine passes through.
    """
    for section in cutter.tables(grid.lines):
        rows = TableRows(section.layout, section.name, cutter.log, limits, ragged=False)
        yield SheetTable(section, rows, grid, cutter.log)
