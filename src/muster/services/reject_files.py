"""Writes rows that were held back as CSV or XLSX, so that no spreadsheet runs what a cell says."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import xlsxwriter

from muster.blobs.room import room_needed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from muster.blobs.store import Blobs
    from muster.db.repos.import_values import StoredTable

REASON = "Reason"
"""The header of the column behind the user's own."""

MOST_SHEET_ROWS = 1_048_575
"""What a sheet of XLSX holds below its header."""

_SHEET_NAME = 31
_FORMULA = re.compile(r"\s*[=+\-@]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Reject:
    """One row: its cells, the places of the bad ones, and the reasons as sentences."""

    line: int | None
    cells: Sequence[str | None]
    bad: frozenset[int]
    reason: str


class Rejects(Protocol):
    """Where the rows come from."""

    def tables(self) -> list[StoredTable]:
        """The tables, in the order of the file."""
        ...

    def rows(self, table: StoredTable) -> AsyncIterator[list[Reject]]:
        """The rows of one table, in pieces."""
        ...


def safe_cell(text: str | None) -> str:
    """The text with an apostrophe before what a spreadsheet would run as a formula (OWASP, CSV injection).

    A plain negative number stays as it is.
    """
    if text is None:
        return ""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


async def rejects_as_csv(pages: Rejects) -> AsyncIterator[bytes]:
    """One table below the other, each with its header; a BOM begins the file."""
    yield b"\xef\xbb\xbf"  # so that spreadsheets read UTF-8
    several = len(pages.tables()) > 1
    for table in pages.tables():
        header: list[Sequence[str | None]] = [[*table.columns, REASON]]
        async for rows in pages.rows(table):
            lines = [*header, *([*row.cells, row.reason] for row in rows)]
            header = []
            yield await asyncio.to_thread(_csv_lines, lines)
        if header and not several:
            yield await asyncio.to_thread(_csv_lines, header)


def _csv_lines(lines: Sequence[Sequence[str | None]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([[safe_cell(cell) for cell in line] for line in lines])
    return out.getvalue().encode()


async def rejects_as_xlsx(pages: Rejects, blobs: Blobs) -> AsyncIterator[bytes]:
    """A sheet for each table, its bad cells marked."""
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
        bold, marked = book.add_format({"bold": True}), book.add_format({"bg_color": "#FFC7CE"})
        names: set[str] = set()
        for table in pages.tables():
            sheet = book.add_worksheet(_sheet_name(table.name, names))
            sheet.write_row(0, 0, [*table.columns, REASON], bold)
            line = 0
            async for rows in pages.rows(table):
                line = await asyncio.to_thread(_write_sheet_rows, sheet, line, rows, marked)
        with room_needed():
            await asyncio.to_thread(book.close)
        async for piece in file_pieces(path):
            yield piece


def _write_sheet_rows(sheet: Worksheet, line: int, rows: Sequence[Reject], marked: Format) -> int:
    for row in rows:
        line += 1
        for place, cell in enumerate(row.cells):
            if place in row.bad:
                sheet.write_string(line, place, cell or "", marked)
            elif cell is not None:
                sheet.write_string(line, place, cell)
        sheet.write_string(line, len(row.cells), row.reason)
    return line


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes: 31 characters, none of its special ones, none twice in any case."""
    plain = re.sub(r"[\[\]:*?/\\]", "_", name).strip("'")[:_SHEET_NAME] or "rows"
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
