"""Looks into the XML of a workbook: its sheets, the names of cells, and cells that show the error of a formula."""

from __future__ import annotations

import posixpath
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

_PIECE = 1 << 20
_ERROR_CELL = re.compile(rb'<c\b(?=[^<>]*\bt="e")[^<>]*\br="([A-Z]{1,3})(\d{1,7})"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^<>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^<>]*)>")
_ATTRIBUTE = re.compile(rb"""(?<![\w:])([\w:]+)\s*=\s*["']([^"']*)["']""")
_LONGEST_TAG = 4096


def error_cells(block: bytes) -> Iterator[tuple[int, int]]:
    """Yield the places (row from 1, column from 0) of error cells in a piece of a sheet's text, in order."""
    if b't="e"' in block:
        for match in _ERROR_CELL.finditer(block):
            yield int(match[2]), column_of(match[1])


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


def blocks_of(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The text of a part in pieces that end before a tag; the next is unpacked while one is looked at."""
    with archive.open(part) as file, ThreadPoolExecutor(1) as unpacking:
        rest = b""
        following = unpacking.submit(file.read, _PIECE)
        while piece := following.result():
            following = unpacking.submit(file.read, _PIECE)
            block = rest + piece
            cut = block.rfind(b"<", max(0, len(block) - _LONGEST_TAG))
            cut = cut if cut >= 0 else len(block)
            yield block[:cut]
            rest = block[cut:]


def column_of(letters: bytes) -> int:
    """The column, from 0, that the letters of a cell's name stand for."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
