"""Turns tables that lie on their side: names in a column, records beside it or one below the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS, tidy
from muster.pipeline.read.shape.looks import filled, is_prose, known, may_be_names, shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.read.shape.looks import Line

_LEAST_NAMES = 3
_MOSTLY = 0.8
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Turned:
    """The table as it would have been written: names, and records as (line of the first name, cells).

    `about_things` is False when no name is one that the trade knows: what is said may be about the file itself.
    """

    names: tuple[str, ...]
    records: tuple[Line, ...]
    line: int
    about_things: bool


def turned(lines: Sequence[Line]) -> Turned | None:
    """The table of `lines` (all there are) when it lies on its side, else None."""
    rows = [(line, cells, places) for line, cells in lines if (places := filled(cells))]
    while rows and len(rows[0][2]) == 1 and not _is_label(rows[0][1][rows[0][2][0]]):
        rows = rows[1:]
    if len(rows) < _LEAST_NAMES:
        return None
    left = min(places[0] for _, _, places in rows)
    if sum(places[0] == left for _, _, places in rows) < len(rows):
        return None
    width = max(places[-1] for _, _, places in rows) - left + 1
    keys = [cells[left] for _, cells, _ in rows]
    if width < 2 or any(shape_of(key) is not None or is_prose(key) for key in keys):  # noqa: PLR2004 - names and values
        return None
    if width == 2 or all(len(places) < 3 for _, _, places in rows):  # noqa: PLR2004 - labels and values
        return _labelled(rows, left)
    return _beside(rows, left, width)


def _beside(rows: Sequence[tuple[int, Sequence[str], list[int]]], left: int, width: int) -> Turned | None:
    """Records side by side: one column each, the names in the first."""
    keys = [cells[left] for _, cells, _ in rows]
    first = [cell for cell in rows[0][1][left + 1 : left + width] if cell.strip(BLANKS)]
    knows = known(keys)
    if not may_be_names(key.rstrip(":") for key in keys) or knows < _LEAST_NAMES or knows < _HALF * len(keys):
        return None
    if known(first) * 2 > len(first) or known(rows[0][1][left : left + width]) > max(2, len(first) // 2):
        return None
    columns = [
        [cells[place].strip(BLANKS) if place < len(cells) else "" for _, cells, _ in rows]
        for place in range(left + 1, left + width)
    ]
    line = rows[0][0]
    records = tuple((line, column) for column in columns if any(column))
    return Turned(tuple(_name(key) for key in keys), records, line, about_things=True)


def _labelled(rows: Sequence[tuple[int, Sequence[str], list[int]]], left: int) -> Turned | None:
    """Labels and values, of one record or of several one below the other (a label used again begins the next)."""
    keys = [_name(cells[left]) for _, cells, _ in rows]
    values = [next((cells[place] for place in places[1:]), "") for _, cells, places in rows]
    marked = sum(_is_label(cells[left]) for _, cells, _ in rows)
    names = list(dict.fromkeys(key for key, value in zip(keys, values, strict=True) if value))
    knows = known(names)
    sure = marked >= _MOSTLY * len(rows) or (knows >= _LEAST_NAMES and knows >= _HALF * len(names))
    if not sure or len(names) < 2 or known(values) * 2 > len(values):  # noqa: PLR2004 - a name and another
        return None
    if sum(map(is_prose, values)) * 2 > len(values) or not may_be_names(names):
        return None
    shapes = {shape_of(value) for value in values if value}
    if len(shapes) == 1 and shapes != {None} and marked < _MOSTLY * len(rows):
        return None
    records: list[tuple[int, list[str]]] = []
    said: set[str] = set()
    for (line, _, _), key, value in zip(rows, keys, values, strict=True):
        if key not in names:
            continue
        if not records or key in said:
            records.append((line, [""] * len(names)))
            said = set()
        said.add(key)
        records[-1][1][names.index(key)] = value
    return Turned(tuple(names), tuple(records), rows[0][0], about_things=knows > 1)


def _is_label(cell: str) -> bool:
    return cell.rstrip(BLANKS).endswith((":", "="))


def _name(cell: str) -> str:
    return tidy(cell).rstrip(":= ")
