"""Shortens a workbook to the first rows of its sheets, so that a look at its head costs no more than the head."""

from __future__ import annotations

import io
import shutil
import zipfile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LONG_BYTES = 4 << 20
"""Sheets whose XML is shorter than this are kept whole."""
_PIECE = 1 << 20
_ROW_END = b"</row>"
_SHEET_END = b"</sheetData></worksheet>"


def shortened(workbook: Path | io.BytesIO, rows: int) -> io.BytesIO | None:
    """Return the workbook with at most `rows` rows of XML in each long sheet, None when no sheet is long.

    What follows the rows of a shortened sheet (merged ranges, filters) is left out. Strings and styles stay whole.
    """
    with zipfile.ZipFile(workbook) as archive:
        members = archive.infolist()
        long = {member.filename for member in members if _is_sheet(member) and member.file_size > _LONG_BYTES}
        if not long:
            return None
        result = io.BytesIO()
        with zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as target:
            for member in members:
                with archive.open(member) as source, target.open(member.filename, "w", force_zip64=True) as part:
                    if member.filename in long:
                        _copy_rows(source, part, rows)
                    else:
                        shutil.copyfileobj(source, part, _PIECE)
    result.seek(0)
    return result


def _is_sheet(member: zipfile.ZipInfo) -> bool:
    return member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")


def _copy_rows(source: IO[bytes], part: IO[bytes], rows: int) -> None:
    rest = b""
    while piece := source.read(_PIECE):
        block = rest + piece
        count = block.count(_ROW_END)
        if count >= rows:
            end = 0
            for _ in range(rows):
                end = block.index(_ROW_END, end) + len(_ROW_END)
            part.write(block[:end] + _SHEET_END)
            return
        rows -= count
        # The end of the block may hold the beginning of a row's end tag.
        keep = len(_ROW_END) - 1
        last = block.rfind(_ROW_END) + len(_ROW_END) if count else 0
        cut = max(last, len(block) - keep)
        part.write(block[:cut])
        rest = block[cut:]
    part.write(rest)
