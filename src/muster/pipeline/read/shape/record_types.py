"""Files whose first column says of which kind each row is (Konveyor: 1 an application, 2 a dependency)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.shape.looks import filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.pipeline.read.header import Layout
    from muster.pipeline.read.shape.looks import Line

_NAMES = re.compile(r"(?:record|row|line)[\s_-]*(?:type|kind)(?:\s*\d)?\Z", re.IGNORECASE)
_MOST_KINDS = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one kind: the value that says so, and the places that its rows fill."""

    value: str
    place: int
    places: tuple[int, ...]

    def layout(self, whole: Layout) -> Layout:
        """The layout of the kind's own table."""
        inside = [place for place in self.places if 0 <= place - whole.left < len(whole.columns)]
        names = tuple(whole.columns[place - whole.left] for place in inside)
        header = tuple(whole.header[place] if place < len(whole.header) else "" for place in inside)
        return replace(whole, columns=names, left=0, width=len(names), header=header, blank_names=(), repeated_names=())

    def rows(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines of the kind, with its cells."""
        for line, cells in lines:
            if _value(cells, self.place) == self.value:
                yield line, [cells[place] if place < len(cells) else "" for place in self.places]


def kind_place(layout: Layout) -> int | None:
    """The place of the cell that says of which kind a row is, None when there is none."""
    if layout.header_row is None:
        return None
    return next((layout.left + index for index, name in enumerate(layout.columns[:3]) if _NAMES.match(name)), None)


def kinds_of(lines: Iterable[Line], layout: Layout, place: int) -> tuple[Kind, ...]:
    """The kinds among the rows below the header, the first seen first; none when all rows fill the same columns.

    Reads all lines once.
    """
    seen: dict[str, Counter[int]] = {}
    for _, cells in lines:
        places = filled(cells)
        if places:
            seen.setdefault(_value(cells, place), Counter()).update(places)
            if len(seen) > _MOST_KINDS:
                return ()
    named = {layout.left + index for index in range(len(layout.columns))}
    filling = {value: set(counts) & named for value, counts in seen.items()}
    sets = list(filling.values())
    apart = any(one - other and other - one for one in sets for other in sets)
    if not apart or any(set(counts) - named for counts in seen.values()):
        return ()
    # What no row fills stays with the first kind: the file has the column all the same.
    spare = named - set().union(*sets)
    return tuple(
        Kind(value, place, tuple(sorted(places | (spare if index == 0 else set()))))
        for index, (value, places) in enumerate(filling.items())
    )


def _value(cells: Iterable[str], place: int) -> str:
    return next((cell.strip(BLANKS) for index, cell in enumerate(cells) if index == place), "")
