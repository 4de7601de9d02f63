"""Finds the header among the first rows of a table, names the columns, and says where the table's edges are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS, is_blank, tidy
from muster.pipeline.read.shape.headings import heading_at
from muster.pipeline.read.shape.looks import (
    column_shapes,
    filled,
    is_known,
    is_prose,
    known,
    may_be_names,
    shape_of,
)
from muster.pipeline.upload import beyond_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.read.shape.headings import Merge
    from muster.pipeline.read.shape.looks import Line

HEADER_ROWS = 200
"""How many of the first rows are looked at, for the head and for the whole file alike, so that both agree."""

_DEEPEST = 25
"""A header stands among this many first rows that are not blank."""
_FULL_ENOUGH = 0.6
"""A header fills at least this share of the cells that the fullest row fills."""

_ABOUT_THE_FILE = re.compile(
    r"(?:created|generated|exported|printed|extracted|prepared|approved|reported?|author|date|version|run|title|company|"
    r"customer|client|project|period|scope|filter|query|erstellt|datum|autor|stand|kunde|projekt)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d\d")
_HARDLY, _MOSTLY_KNOWN = 0.3, 0.6
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_LONGEST_TITLE = 300
_LOG_FIELDS = ("#fields", "#fields:")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table stands in its rows.

    `columns` are the display names of the source cells `left` … `left + len(columns) - 1`. `skip` is how many of the
    first rows (titles and the header) are no data, `above` how many stand above the header. `header_row` is the line of
    the header (of its last line when it is stacked), None when there is none; `header` the cells of that line, `width`
    how many cells a row of the body has. `comments`: rows that begin with # are none. `titles` are the lines above the
    header that hold anything, as (line, beginning of the text). `stacked` is how many lines the header has; `units` and
    `hints` say that a line of units, or of words like `required`, stood below it. `until` is how many of the rows that
    were looked at are surely no other table.
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
    above: int = 0
    titles: tuple[tuple[int, str], ...] = ()
    stacked: int = 1
    units: bool = False
    hints: bool = False
    until: int = 0


@dataclass(frozen=True, slots=True)
class Widest:
    """How many columns a table may have; `filename` is what a refusal calls the file."""

    columns: int
    filename: str

    def check(self, width: int) -> None:
        """Raise UnreadableFileError for a table of more columns than any tool writes on purpose."""
        if width > self.columns:
            raise beyond_limit(
                self.filename,
                f"has {width:,} columns, more than the {self.columns:,} that are read",
                "leave out the columns that are not needed, or check whether rows and columns are swapped",
                setting="max_columns",
                limit=self.columns,
                kind="too_many_columns",
            )


def find_layout(rows: Sequence[Line], widest: Widest, merges: Sequence[Merge] = ()) -> Layout | None:
    """Return the layout of a table from its first rows as (line, cells), None when no row holds anything.

    `merges` are the merged cells of a sheet. Raises UnreadableFileError for a table of too many columns.
    """
    lines = [(index, line, cells) for index, (line, cells) in enumerate(rows) if not all(map(is_blank, cells))]
    if not lines:
        return None
    for index, line, cells in lines[:_DEEPEST]:
        if tidy(cells[0]).casefold() in _LOG_FIELDS and not all(map(is_blank, cells[1:])):
            # Logs of Zeek and of the W3C extended format name their columns in a comment.
            widest.check(len(cells) - 1)
            body = [row for _, _, row in lines if not row[0].startswith("#")]
            layout = _named(cells[1:], body, line, skip=index + 1, above=index, comments=True)
            return replace(layout, until=len(rows))
    end = _first_table(lines)
    start = _behind_labels(lines) if end == len(lines) else 0
    place = start + _header_place([cells for _, _, cells in lines[start:end]])
    index, line, cells = lines[place]
    widest.check(len(cells))
    body = [row for _, _, row in lines[place + 1 : end]]
    if _is_data(cells, body):
        layout = replace(_nameless([cells, *body], index), until=lines[end - 1][0] + 1)
        widest.check(len(layout.columns))
        return layout
    heading = heading_at([(line, cells) for _, line, cells in lines[:end]], place, merges)
    widest.check(len(heading.names))
    _, line, bottom = lines[heading.bottom]
    layout = _named(
        heading.names,
        [row for _, _, row in lines[heading.last + 1 : end]],
        line,
        skip=lines[heading.last][0] + 1,
        above=lines[heading.first][0],
        header=bottom,
    )
    titles = tuple(
        (line, " ".join(tidy(cell) for cell in cells if not is_blank(cell))[:_LONGEST_TITLE])
        for _, line, cells in lines[: heading.first]
    )
    until = lines[end - 1][0] + 1
    return replace(
        layout, titles=titles, stacked=heading.stacked, units=heading.units, hints=heading.hints, until=until
    )


def _first_table(lines: Sequence[tuple[int, int, Sequence[str]]]) -> int:
    """Where the first block of lines ends when it is a table by itself, else the end of all lines."""
    end = next((place for place in range(1, len(lines)) if lines[place][0] > lines[place - 1][0] + 1), len(lines))
    start = next((place for place in range(end) if len(filled(lines[place][2])) > 1), end)
    if end == len(lines) or end - start < 2:  # noqa: PLR2004 - a header and a row
        return len(lines)
    header, body = lines[start][2], [cells for _, _, cells in lines[start + 1 : end]]
    places = filled(header)
    names = [header[place] for place in places]
    if not may_be_names(names) or any(name.rstrip().endswith(":") for name in names):
        return len(lines)
    if any(found[-1] > places[-1] or len(found) * 2 < len(places) for found in map(filled, body)):
        return len(lines)
    if known(names) * 2 >= len(names):
        return end
    # Two columns may as well be labels and values.
    typed = bool(column_shapes(body, 1 if len(names) > 2 else 3).keys() & set(places))  # noqa: PLR2004 - as said above
    return end if typed or (len(body) > 1 and len(names) > 2) else len(lines)  # noqa: PLR2004 - likewise


def _behind_labels(lines: Sequence[tuple[int, int, Sequence[str]]]) -> int:
    """Where the lines go on behind a first block that is narrower and shorter than the next: labels and values."""
    gaps = [place for place in range(1, len(lines)) if lines[place][0] > lines[place - 1][0] + 1]
    if not gaps:
        return 0
    first, second = lines[: gaps[0]], lines[gaps[0] : gaps[1] if len(gaps) > 1 else len(lines)]
    widths = [len(filled(cells)) for _, _, cells in first]
    if max(widths) <= 2 and all(_ABOUT_THE_FILE.match(cells[filled(cells)[0]].strip(BLANKS)) for _, _, cells in first):  # noqa: PLR2004 - a label and a value
        return gaps[0]
    typical = _typical([len(filled(cells)) for _, _, cells in second])
    return gaps[0] if max(widths) < max(3, typical) and max(widths) < typical and len(first) < len(second) else 0


def _header_place(rows: Sequence[Sequence[str]]) -> int:
    """The place of the first row that is filled like the rows of the table; above it stand titles.

    A later one is taken when it holds names that the catalog knows, and the first does not.
    """
    counts = [len(filled(cells)) for cells in rows[:_DEEPEST]]
    titles = next((place for place, count in enumerate(counts) if count > 1), 0)
    # A long list of titles is not what rows are measured by.
    typical = max(_typical(counts), _typical(counts[titles:]))
    usual = [place for place, count in enumerate(counts) if count >= max(1, _FULL_ENOUGH * typical)]
    notes = _notes(rows[:_DEEPEST])
    first = next((place for place in usual if place not in notes), 0)
    if typical == 1:
        return _lone_name(rows[:_DEEPEST], first)
    if _share_known(rows[first]) < _HARDLY:
        for place in usual:
            if place > first and _share_known(rows[place]) >= _MOSTLY_KNOWN:
                return place
    return first


def _notes(rows: Sequence[Sequence[str]]) -> set[int]:
    """The places of rows that say something about the table: sentences, and remarks that begin with #."""
    notes: set[int] = set()
    for place, cells in enumerate(rows[:-1]):
        texts = [cells[index] for index in filled(cells)]
        if all(map(is_prose, texts)) and not all(is_prose(cell) for cell in rows[place + 1] if not is_blank(cell)):
            notes.add(place)
        elif cells[0].lstrip().startswith("#"):
            longer = any(len(cells) < len(row) for row in rows[place + 1 : place + 3])
            if longer or is_prose(" ".join(texts)) or place - 1 in notes:
                notes.add(place)
    return notes


def _lone_name(rows: Sequence[Sequence[str]], first: int) -> int:
    """The header of a table of one column: a known name below lines that are wordier than the values are."""
    texts = ["".join(cells).strip(BLANKS) for cells in rows]
    for place in range(first, len(texts) - 1):
        if is_known(texts[place]):
            below = sum(" " in text for text in texts[place + 1 :])
            wordy = all(" " in text or text.startswith(("#", "-", "=")) for text in texts[first:place])
            return place if wordy and below * 2 <= len(texts) - place - 1 else first
    return first


def _share_known(cells: Sequence[str]) -> float:
    """The share of the cells that the catalog knows as names of columns, of two at least; numbered things are none."""
    names = [cells[place] for place in filled(cells)]
    knows = known(names) if may_be_names(names) and not any(map(_NUMBERED.search, names)) else 0
    return knows / len(names) if knows > 1 else 0.0


def _typical(counts: Sequence[int]) -> int:
    """How many cells a row fills: the median of the rows, which titles above and notes below do not move."""
    ordered = sorted(counts)
    return ordered[len(ordered) // 2]


def _is_data(cells: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the would-be header already holds values: cells that look like those below them."""
    shapes = [shape_of(cell) for cell in cells]
    years = [cell for cell in cells if _YEAR.match(cell.strip())]
    if len(years) == shapes.count("number") and len(set(years)) == len(years) and len(years) > 1:
        # Names like 2023, 2024: a table turned on its side.
        shapes = [None if shape == "number" else shape for shape in shapes]
    data = names = 0
    for position, shape in enumerate(shapes):
        below = Counter(shape_of(row[position]) for row in body if position < len(row) and not is_blank(row[position]))
        common, count = below.most_common(1)[0] if below else (None, 0)
        mostly = 0.8
        if shape is not None and (common == shape or not below):
            data += 1
        elif shape is None and common is not None and count >= mostly * below.total() and not is_blank(cells[position]):
            names += 1
    return data > names


def _nameless(rows: Sequence[Sequence[str]], skip: int) -> Layout:
    width = _width(rows, 0)
    left, right = _edges(rows[:HEADER_ROWS])
    right = max(right, width) if left == 0 else right
    return Layout(tuple(f"Column {place + 1}" for place in range(right - left)), left, width, skip, None, ())


def _named(  # noqa: PLR0913 - the parts of a layout
    names: Sequence[str],
    body: Sequence[Sequence[str]],
    line: int,
    *,
    skip: int,
    above: int,
    header: Sequence[str] | None = None,
    comments: bool = False,
) -> Layout:
    # Cells beyond the header are extra cells of their rows; within it, a column without name may still hold values.
    left, right = _edges([names, *(row[: len(names)] for row in body)])
    unique, blank, repeated = _names(names[left:right])
    cells = tuple(cell.strip(BLANKS) for cell in header or names)
    return Layout(unique, left, _width(body, len(names)), skip, line, cells, blank, repeated, comments, above)


def _width(body: Sequence[Sequence[str]], otherwise: int) -> int:
    return Counter(len(row) for row in body).most_common(1)[0][0] if body else otherwise


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
    numbers: dict[str, int] = {}
    for position, name in enumerate(given):
        wanted = name or f"Column {position + 1}"
        if not name:
            blank.append(position)
        elif name in seen:
            repeated.append(position)
        # How far each name was tried is remembered: a line may repeat one many thousand times.
        unique, number = wanted, numbers.get(wanted, 2)
        while unique in seen or (unique != name and unique in taken):
            unique = f"{wanted} ({number})"
            number += 1
        numbers[wanted] = number
        seen.add(unique)
        names.append(unique)
    return tuple(names), tuple(blank), tuple(repeated)
