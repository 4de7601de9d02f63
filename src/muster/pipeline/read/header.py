"""Finds the header among the first rows of a table, names the columns, and says where the table's edges are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read.blank import BLANKS, is_blank, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER_ROWS = 200
"""How many of the first rows are looked at, for the head and for the whole file alike, so that both agree."""

_DEEPEST = 25
"""A header stands among this many first rows that are not blank."""
_FULL_ENOUGH = 0.6
"""A header fills at least this share of the cells that the fullest row fills."""

_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:[ ',.]\d{3})+|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s*%?\Z")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}.*)?\Z|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?: .*)?\Z")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?\Z|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\Z")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}\Z")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_CLASSES = (("number", _NUMBER), ("date", _DATE), ("address", _ADDRESS), ("uuid", _UUID), ("mail", _MAIL))
_LOG_FIELDS = ("#fields", "#fields:")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table stands in its rows.

    `columns` are the display names of the source cells `left` … `left + len(columns) - 1`. `skip` is how many of the
    first rows (titles and the header) are no data. `header_row` is the line of the header, None when there is none;
    `header` its cells, `width` how many cells a row of the body has. `comments`: rows that begin with # are none.
    """

    columns: tuple[str, ...]
    left: int
    width: int
    skip: int
    header_row: int | None
    header: tuple[str, ...]
    blank_names: tuple[int, ...] = ()
    repeated_names: tuple[int, ...] = ()
    comments: bool = False


def find_layout(rows: Sequence[tuple[int, Sequence[str]]]) -> Layout | None:
    """Return the layout of a table from its first rows as (line, cells), None when no row holds anything."""
    filled = [(index, line, cells) for index, (line, cells) in enumerate(rows) if not all(map(is_blank, cells))]
    if not filled:
        return None
    comments = False
    for index, line, cells in filled[:_DEEPEST]:
        if tidy(cells[0]).casefold() in _LOG_FIELDS:
            # Logs of Zeek and of the W3C extended format name their columns in a comment.
            body = [row for _, _, row in filled if not row[0].startswith("#")]
            return _layout(cells[1:], body, index + 1, line, comments=True)
    counts = [sum(not is_blank(cell) for cell in cells) for _, _, cells in filled[:_DEEPEST]]
    place = _header_place([cells for _, _, cells in filled], counts)
    index, line, cells = filled[place]
    body = [row for _, _, row in filled[place + 1 :]]
    if _is_data(cells, body):
        return _layout(None, [cells, *body], index, None, comments=comments)
    return _layout(cells, body, index + 1, line, comments=comments)


def check_width(layout: Layout, limit: int, filename: str) -> None:
    """Raise UnreadableFileError for a table of more columns than any tool writes on purpose."""
    width = max(len(layout.columns), len(layout.header))
    if width > limit:
        raise UnreadableFileError(
            f"{filename} has {width:,} columns; the limit is {limit:,}: leave out the columns that are not needed, "
            "or check whether rows and columns are swapped.",
            filename=filename,
            columns=width,
            limit=limit,
        )


def _header_place(rows: Sequence[Sequence[str]], counts: Sequence[int]) -> int:
    """The place of the first row that is filled like the rows of the table; above it stand titles."""
    typical = _typical(counts)
    for place, count in enumerate(counts):
        wide_enough = count >= max(1, _FULL_ENOUGH * typical)
        is_note = (
            rows[place][0].lstrip().startswith("#")
            and place + 1 < len(rows)
            and len(rows[place]) < len(rows[place + 1])
        )
        if wide_enough and not is_note:
            return place
    return 0


def _typical(counts: Sequence[int]) -> int:
    """How many cells a row fills: the median of the rows, which titles above and notes below do not move."""
    ordered = sorted(counts)
    return ordered[len(ordered) // 2]


def _is_data(cells: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the would-be header already holds values: cells that look like those below them."""
    shapes = [_shape(cell) for cell in cells]
    years = [cell for cell in cells if _YEAR.match(cell.strip())]
    if len(years) == shapes.count("number") and len(set(years)) == len(years) and len(years) > 1:
        # Names like 2023, 2024: a table turned on its side.
        shapes = [None if shape == "number" else shape for shape in shapes]
    data = names = 0
    for position, shape in enumerate(shapes):
        below = Counter(_shape(row[position]) for row in body if position < len(row) and not is_blank(row[position]))
        common, count = below.most_common(1)[0] if below else (None, 0)
        mostly = 0.8
        if shape is not None and (common == shape or not below):
            data += 1
        elif shape is None and common is not None and count >= mostly * below.total() and not is_blank(cells[position]):
            names += 1
    return data > names


def _shape(cell: str) -> str | None:
    text = cell.strip()
    return next((name for name, pattern in _CLASSES if pattern.match(text)), None)


def _layout(
    header: Sequence[str] | None, body: Sequence[Sequence[str]], skip: int, line: int | None, *, comments: bool
) -> Layout:
    width = Counter(len(row) for row in body).most_common(1)[0][0] if body else len(header or ())
    if header is None:
        left, right = _edges(body[:HEADER_ROWS])
        right = max(right, width) if left == 0 else right
        names = tuple(f"Column {position + 1}" for position in range(right - left))
        return Layout(names, left, width, skip, None, (), comments=comments)
    # Cells beyond the header are extra cells of their rows; within it, a column without name may still hold values.
    left, right = _edges([header, *(row[: len(header)] for row in body)])
    names, blank, repeated = _names(header[left:right])
    stripped = tuple(cell.strip(BLANKS) for cell in header)
    return Layout(names, left, width, skip, line, stripped, blank, repeated, comments)


def _edges(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """The first filled place of any row, and the one after the last."""
    places = [
        (next(i for i, cell in enumerate(row) if not is_blank(cell)), _last(row))
        for row in rows
        if not all(map(is_blank, row))
    ]
    return min(left for left, _ in places), max(right for _, right in places)


def _last(row: Sequence[str]) -> int:
    return next(i + 1 for i in range(len(row) - 1, -1, -1) if not is_blank(row[i]))


def _names(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    """Unique display names, and the positions of those that were blank and of those that repeated another."""
    given = [tidy(cell) for cell in header]
    taken = set(given)
    seen: set[str] = set()
    names: list[str] = []
    blank: list[int] = []
    repeated: list[int] = []
    for position, name in enumerate(given):
        unique = name or f"Column {position + 1}"
        if not name:
            blank.append(position)
        elif name in seen:
            repeated.append(position)
        number = 2
        while unique in seen or (unique != name and unique in taken):
            unique = f"{name or f'Column {position + 1}'} ({number})"
            number += 1
        seen.add(unique)
        names.append(unique)
    return tuple(names), tuple(blank), tuple(repeated)
