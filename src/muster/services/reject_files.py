"""Writes rows that were held back as text or XLSX, so that no spreadsheet runs a cell and the file can come back."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import xlsxwriter

from muster.blobs.room import room_needed
from muster.services.inert_cells import lasting_cell, safe_cell
from muster.services.reason_column import reason_header
from muster.services.reject_dialect import DialectTooNarrowError, check_encoding

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from muster.blobs.store import Blobs
    from muster.db.repos.import_values import StoredTable
    from muster.services.reject_dialect import TextDialect

MOST_SHEET_ROWS = 1_048_575
"""What a sheet of XLSX holds below its header."""
MOST_SHEET_COLUMNS = 16_383
"""What a sheet of XLSX holds beside the reasons."""

_SHEET_NAME = 31
_SHEET_CELL = 32_767
_MOST_COMMENTS = 5_000
"""Spreadsheet programs grow slow with more; the fill and the reasons tell the same."""
_BAD_CELL = {"bg_color": "#FFC7CE"}
_REASON_WIDTH = 60
_TOO_LONG = "A cell is longer than a sheet takes and is cut here: correct it in the CSV file of these rows"


@dataclass(frozen=True, slots=True)
class Reject:
    """One row: its cells, by place what is wrong with a cell, and the reasons as one text."""

    line: int | None
    cells: Sequence[str | None]
    bad: Mapping[int, str]
    reason: str


class Rejects(Protocol):
    """Where the rows come from; they can be asked for more than once."""

    def tables(self) -> list[StoredTable]:
        """The tables, in the order of the file."""
        ...

    def rows(self, table: StoredTable) -> AsyncIterator[list[Reject]]:
        """The rows of one table, in pieces."""
        ...


async def rejects_as_csv(pages: Rejects, blobs: Blobs, dialect: TextDialect) -> AsyncIterator[bytes]:
    """One table below the other, each with its header, an empty line between them; a table without rows is left out.

    Where the dialect can not hold a cell (a repair may have put a character in), or these few rows do not tell their
    encoding as the whole file did, the file is in a wider one.
    """
    async with blobs.scratch() as folder:
        path = folder / "rejects.csv"
        with room_needed():
            try:
                await _write_csv(pages, path, dialect)
                await asyncio.to_thread(check_encoding, path, dialect)
            except DialectTooNarrowError:
                await _write_csv(pages, path, dialect.wider())
        async for piece in file_pieces(path):
            yield piece


async def _write_csv(pages: Rejects, path: Path, dialect: TextDialect) -> None:
    tables = pages.tables()
    with path.open("wb") as file:
        file.write(dialect.mark)
        empty = True
        for table in tables:
            waiting = [[safe_cell(name) for name in (*table.columns, reason_header(table.name))]]
            async for rows in pages.rows(table):
                if waiting and not empty:
                    file.write(dialect.line_end.encode(dialect.encoding))
                lines = [*waiting, *([*map(safe_cell, row.cells), row.reason] for row in rows)]
                waiting, empty = [], False
                await asyncio.to_thread(_write_lines, file, dialect, lines)
            if waiting and len(tables) == 1:
                file.write(dialect.lines(waiting))


def _write_lines(file: BinaryIO, dialect: TextDialect, lines: Sequence[Sequence[str]]) -> None:
    file.write(dialect.lines(lines))


async def rejects_as_xlsx(pages: Rejects, blobs: Blobs) -> AsyncIterator[bytes]:
    """A sheet for each table, called like it; bad cells are marked, and say what is wrong."""
    async with blobs.scratch() as folder:
        path = folder / "rejects.xlsx"
        # text stays text: no formula, link or number is made of a user's cell; constant_memory holds one row at a time
        book = xlsxwriter.Workbook(
            path,
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        bold, marked = book.add_format({"bold": True}), book.add_format(_BAD_CELL)
        names: set[str] = set()
        with room_needed():
            for table in pages.tables():
                sheet = _Sheet(book.add_worksheet(sheet_name(table.name, names)), marked)
                sheet.begin([*table.columns, reason_header(table.name)], bold)
                async for rows in pages.rows(table):
                    await asyncio.to_thread(sheet.write, rows)
            await asyncio.to_thread(book.close)
        async for piece in file_pieces(path):
            yield piece


@dataclass(slots=True)
class _Sheet:
    """A sheet that grows downwards."""

    sheet: Worksheet
    marked: Format
    line: int = 0
    comments: int = 0

    def begin(self, header: Sequence[str], bold: Format) -> None:
        """Write the header; it stays in sight."""
        for place, name in enumerate(header):
            self.sheet.write_string(0, place, name, bold)
        self.sheet.set_column(len(header) - 1, len(header) - 1, _REASON_WIDTH)
        self.sheet.freeze_panes(1, 0)

    def write(self, rows: Sequence[Reject]) -> None:
        """Write rows below those that are there."""
        for row in rows:
            self.line += 1
            cut = False
            for place, cell in enumerate(row.cells):
                text = lasting_cell(cell or "")
                cut = cut or len(text) > _SHEET_CELL
                if place in row.bad:
                    self.sheet.write_string(self.line, place, text, self.marked)
                    self._explain(place, row.bad[place])
                elif text:
                    self.sheet.write_string(self.line, place, text)
            reason = f"{row.reason}; {_TOO_LONG}" if cut else row.reason
            self.sheet.write_string(self.line, len(row.cells), reason)

    def _explain(self, place: int, what: str) -> None:
        if self.comments < _MOST_COMMENTS:
            self.comments += 1
            self.sheet.write_comment(self.line, place, what, {"author": "muster"})


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes: 31 characters, none of its special ones, none twice in any case."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name)[:_SHEET_NAME].strip("'") or "rows"
    if plain.lower() == "history":  # Excel keeps this one for itself
        plain = f"{plain}_"
    chosen, number = plain, 1
    while chosen.lower() in taken:
        number += 1
        suffix = f" ({number})"
        chosen = plain[: _SHEET_NAME - len(suffix)] + suffix
    taken.add(chosen.lower())
    return chosen


async def file_pieces(path: Path) -> AsyncIterator[bytes]:
    """The bytes of a file in pieces of a megabyte."""
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, 1 << 20):
            yield piece
