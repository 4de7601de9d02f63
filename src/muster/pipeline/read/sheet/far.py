"""Leaves out cells that stand far away from all others, which would make a sheet of a few cells one of billions.

A sheet is held in memory as the whole rectangle around its cells: one stray cell in XFD1048576 makes that 17 billion.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO, TYPE_CHECKING

from muster.pipeline.read.sheet.errors import blocks_of, cell_name, column_of
from muster.pipeline.upload import beyond_limit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from muster.pipeline.upload import Limits

ROW_GAP = 10_000
"""So many blank rows part a stray cell from a table."""
_COLUMN_GAP = 1_000
_PIECE = 1 << 20
_CELL_BYTES = 72
"""What one cell of the rectangle takes in memory, with a margin for what else is there."""
_FILLED = 8
"""A rectangle with more than one filled cell in so many is a large sheet, no sheet with stray cells."""
_NAME = re.compile(rb'<c\b[^<>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_CELL = re.compile(rb'<c\b[^<>]*?\br="([A-Z]{1,3})(\d{1,7})"[^<>]*?(?:/>|>(?:[^<]++|<(?!/?c[\s/>]))*+</c>)')


@dataclass(frozen=True, slots=True)
class Box:
    """What stays of a sheet: all up to its last row, from 1, and its last column, from 0."""

    bottom: int
    right: int


@dataclass(slots=True)
class _Extent:
    """The rows and columns of a sheet that hold a cell."""

    rows: set[int] = field(default_factory=set)
    columns: set[bytes] = field(default_factory=set)
    cells: int = 0

    def take(self, block: bytes) -> None:
        found = _NAME.findall(block)
        self.cells += len(found)
        self.columns.update({letters for letters, _ in found})
        self.rows.update({int(number) for _, number in found})

    @property
    def whole(self) -> Box:
        """All cells."""
        return Box(max(self.rows), max(map(column_of, self.columns)))

    @property
    def near(self) -> Box:
        """The cells before the first wide gap, in both directions."""
        rows, columns = sorted(self.rows), sorted(map(column_of, self.columns))
        return Box(_before_gap(rows, ROW_GAP), _before_gap(columns, _COLUMN_GAP))

    def is_too_much(self, box: Box, most: int) -> bool:
        """Whether the rectangle takes more than `most` cells, few of them filled."""
        height, width = box.bottom - min(self.rows) + 1, box.right - min(map(column_of, self.columns)) + 1
        return height * width > max(most, _FILLED * self.cells)


def near_box(archive: zipfile.ZipFile, part: str, filename: str, limits: Limits) -> Box | None:
    """What stays of a sheet that would take more memory than allowed; None when all of it may stay.

    Raises UnreadableFileError when cells are strewn so wide that there is no telling which are the stray ones.
    """
    extent = _Extent()
    for block in blocks_of(archive, part):
        extent.take(block)
    most = limits.memory_bytes // _CELL_BYTES
    if not extent.cells or not extent.is_too_much(extent.whole, most):
        return None
    near = extent.near
    if not extent.is_too_much(near, most):
        return near
    raise beyond_limit(
        filename,
        f"has a sheet whose {extent.cells:,} cells are strewn over {near.bottom:,} rows and {near.right + 1:,} columns",
        "delete what stands far from the table, or save the sheet as CSV",
        setting="read_memory_mb",
        limit=limits.memory_bytes,
        kind="sheet_too_sparse",
    )


def without_far_cells(path: Path, boxes: Mapping[str, Box]) -> tuple[io.BytesIO, dict[str, tuple[int, str]]]:
    """The workbook without the cells beyond the box of their sheet; how many those are, and the name of the first."""
    far: dict[str, tuple[int, str]] = {}
    result = io.BytesIO()
    with (
        zipfile.ZipFile(path) as archive,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for member in archive.infolist():
            with archive.open(member) as source, target.open(member.filename, "w", force_zip64=True) as copy:
                if member.filename in boxes:
                    far[member.filename] = _copy_near(source, copy, boxes[member.filename])
                else:
                    shutil.copyfileobj(source, copy, _PIECE)
    return result, far


def _copy_near(source: IO[bytes], target: IO[bytes], box: Box) -> tuple[int, str]:
    count, first = 0, ""

    def kept(match: re.Match[bytes]) -> bytes:
        nonlocal count, first
        row, column = int(match[2]), column_of(match[1])
        if row <= box.bottom and column <= box.right:
            return match[0]
        count += 1
        first = first or cell_name(row, column)
        return b""

    rest = b""
    while True:
        piece = source.read(_PIECE)
        block = rest + piece
        # The last cell may go on in the next piece.
        last = block.rfind(b"<c")
        cut = len(block) if not piece else last if last >= 0 else len(block) - 1
        target.write(_CELL.sub(kept, block[:cut]))
        rest = block[cut:]
        if not piece:
            return count, first


def _before_gap(places: list[int], gap: int) -> int:
    """The last place before the first gap of more than `gap`."""
    return next((place for place, following in pairwise(places) if following - place > gap), places[-1])
