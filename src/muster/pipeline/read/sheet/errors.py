"""Finds the cells of a workbook that show a formula's error: the reader of values gives them as empty."""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PIECE = 1 << 20
_ERROR_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})(\d{1,7})"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_LONGEST_TAG = 4096


def error_cells(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Return, by sheet name, the places (row from 1, column from 0) of error cells, in file order.

    Sheets without one are left out. Reads ECMA-376 parts directly: workbook, its relations, and the sheets as text.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(path) as archive:
        for name, part in sheet_parts(archive):
            places = [place[:2] for place in cells_like(archive, part, _ERROR_CELL, b't="e"')]
            if places:
                found[name] = places
    return found


def cell_name(row: int, column: int) -> str:
    """The name of a cell as Excel shows it: row 4, column 27 is AB4."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The sheets of a workbook as (name, part of the archive), in order."""
    names = set(archive.namelist())
    workbook, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if workbook not in names or relations not in names:
        return
    targets = {
        attributes.get("Id", ""): attributes.get("Target", "")
        for attributes in _attributes(_RELATION, archive.read(relations))
    }
    for attributes in _attributes(_SHEET, archive.read(workbook)):
        target = targets.get(attributes.get("r:id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part in names:
            yield attributes.get("name", ""), part


def _attributes(tag: re.Pattern[bytes], xml: bytes) -> Iterator[dict[str, str]]:
    quotes = {"&quot;": '"', "&apos;": "'"}
    for match in tag.finditer(xml):
        yield {
            name.decode(): unescape(value.decode("utf-8", "replace"), quotes)
            for name, value in _ATTRIBUTE.findall(match.group(1))
        }


def cells_like(
    archive: zipfile.ZipFile, part: str, cell: re.Pattern[bytes], needle: bytes = b""
) -> Iterator[tuple[int, int, bytes]]:
    """Yield (row from 1, column from 0, last group) of each cell of a sheet that `cell` finds, in file order.

    `cell` matches a tag; its first groups are the letters and digits of the cell's name. Pieces of the file without
    `needle` are not searched.
    """
    with archive.open(part) as file:
        rest = b""
        while piece := file.read(_PIECE):
            block = rest + piece
            # A tag may be cut by the end of the piece: it is looked at with the next one.
            cut = block.rfind(b"<")
            cut = cut if cut >= len(block) - _LONGEST_TAG else len(block)
            if needle in block:
                for match in cell.finditer(block, 0, cut):
                    yield int(match[2]), _column(match[1]), match[match.lastindex or 0]
            rest = block[cut:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
