"""Cells whose number format is part of their value: percentages, and numbers shown with leading zeros."""

from __future__ import annotations

import re
import zipfile
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from muster.pipeline.read.sheet.errors import blocks_of, column_of, sheet_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Shown = Callable[[float], str]
    """The text that a person sees for the number of a cell."""

_STYLES = "xl/styles.xml"
_MOST_STYLES = 8 << 20
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b([^<>]*)>")
_CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b[^<>]*>")
_CELL_STYLES_END = re.compile(rb"</(?:\w+:)?cellXfs>")
_STYLE = re.compile(rb"<(?:\w+:)?xf\b([^<>]*)>")
_ID = re.compile(rb'\bnumFmtId="(\d+)"')
_CODE = re.compile(rb'\bformatCode="([^"]*)"')
_QUOTED = re.compile(r'&quot;[^&]*&quot;|"[^"]*"|\\.|\[[^\]]*\]')
_ZEROS = re.compile(r"0{2,}(?:[-/ .]0+)*\Z")
_PERCENT_FORMATS = {9, 10}
"""0% and 0.00% (ECMA-376 part 1, 18.8.30: built-in number formats)."""
_DIGITS = 15


def shown_cells(path: Path) -> dict[str, Callable[[], Iterator[tuple[int, int, Shown]]]]:
    """By sheet name, what gives the cells of an .xlsx that are shown unlike their number: row from 1, column from 0.

    Sheets of a workbook without such a style are left out; the cells come in file order, read while they are asked for.
    """
    with zipfile.ZipFile(path) as archive:
        styles = _styles(archive)
        if not styles:
            return {}
        parts = list(sheet_parts(archive))
    ids = b"|".join(str(style).encode() for style in sorted(styles))
    # Every program writes a cell's name first, then its style: a pattern that looked further would cost as much as
    # reading the sheet.
    cell = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})" s="(' + ids + rb')"(?! t="[^n])')

    def cells(part: str) -> Iterator[tuple[int, int, Shown]]:
        with zipfile.ZipFile(path) as archive:
            for block in blocks_of(archive, part):
                for match in cell.finditer(block):
                    yield int(match[2]), column_of(match[1]), styles[int(match[3])]

    return {name: partial(cells, part) for name, part in parts}


def _styles(archive: zipfile.ZipFile) -> dict[int, Shown]:
    """The cell styles whose format shows more than the number says."""
    if _STYLES not in archive.namelist() or archive.getinfo(_STYLES).file_size > _MOST_STYLES:
        return {}
    xml = archive.read(_STYLES)
    shown: dict[int, Shown] = dict.fromkeys(_PERCENT_FORMATS, _percent)
    for match in _FORMAT.finditer(xml):
        number, code = _ID.search(match[1]), _CODE.search(match[1])
        how = _how(code[1].decode("utf-8", "replace")) if code else None
        if number and how:
            shown[int(number[1])] = how
    begin = _CELL_STYLES.search(xml)
    end = _CELL_STYLES_END.search(xml, begin.end()) if begin else None
    styles: dict[int, Shown] = {}
    for index, match in enumerate(_STYLE.finditer(xml, begin.end(), end.start()) if begin and end else ()):
        number = _ID.search(match[1])
        if number and int(number[1]) in shown:
            styles[index] = shown[int(number[1])]
    return styles


def _how(code: str) -> Shown | None:
    first, _, _ = code.partition(";")
    plain = _QUOTED.sub("", first).strip()
    if "%" in plain:
        return _percent
    pattern = first.replace("\\", "").replace("&quot;", "").replace('"', "")
    if _ZEROS.match(pattern) and ".0" not in pattern:
        return lambda value: _padded(value, pattern)
    return None


def _percent(value: float) -> str:
    return f"{_plain(Decimal(f'{value:.{_DIGITS}g}') * 100)}%"


def _padded(value: float, pattern: str) -> str:
    """The number in the places of the pattern's zeros, from the right; the number as it is when it does not fit."""
    places = pattern.count("0")
    digits = str(int(value)) if value.is_integer() and value >= 0 else ""
    if not digits:
        return _plain(Decimal(f"{value:.{_DIGITS}g}"))
    padded = digits.rjust(places, "0")
    more, rest = padded[: len(padded) - places], iter(padded[len(padded) - places :])
    return more + "".join(next(rest) if char == "0" else char for char in pattern)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
