"""What a cell looks like by itself: a value of some shape, a name of a column, a sentence to read."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from muster.pipeline.read.blank import BLANKS, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Line = tuple[int, "Sequence[str]"]
"""A line of the file (or row of the sheet), and its cells as text."""

_NUMBER = re.compile(r"[-+(]?[€$£¥]?\s?(?:\d{1,3}(?:[ ',.]\d{3})+|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s*[%€$£¥]?\)?\Z")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}.*)?\Z|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?: .*)?\Z")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?\Z|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\Z")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}\Z")
_TRUTH = re.compile(r"(?:true|false|yes|no|ja|nein)\Z", re.IGNORECASE)
_CLASSES = (
    ("number", _NUMBER), ("date", _DATE), ("address", _ADDRESS), ("uuid", _UUID), ("mail", _MAIL), ("truth", _TRUTH),
)  # fmt: skip
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]|[*:#]|\s+\d{1,3}$")
_LONGEST_NAME = 80
_PROSE_WORDS = 5
_MOSTLY = 0.8
_LONGEST_LOOKED_AT = 400
"""A cell longer than this has no shape: it is text."""


@lru_cache(maxsize=65_536)
def shape_of(cell: str) -> str | None:
    """The shape of a value (`number`, `date`, `address`, …), None for text that may as well be a name."""
    if len(cell) > _LONGEST_LOOKED_AT:
        return None
    text = cell.strip(BLANKS)
    return next((name for name, pattern in _CLASSES if pattern.match(text)), None)


def filled(cells: Sequence[str]) -> list[int]:
    """The places of the cells that are not blank."""
    return [place for place, cell in enumerate(cells) if cell and not is_blank(cell)]


def is_prose(cell: str) -> bool:
    """Whether the cell is a sentence rather than a name or a value."""
    return len(cell.split()) >= _PROSE_WORDS


def may_be_names(cells: Iterable[str]) -> bool:
    """Whether cells could be the names of columns: short, without the shape of a value, no two alike."""
    names = [cell.strip(BLANKS) for cell in cells]
    return len(set(names)) == len(names) and all(
        len(name) <= _LONGEST_NAME and shape_of(name) is None and any(map(str.isalpha, name)) for name in names
    )


def is_known(cell: str) -> bool:
    """Whether the trade calls a column so (the catalog's spellings), units, numbers and decoration aside."""
    return 0 < len(cell) <= _LONGEST_NAME and _known(cell)


def known(cells: Sequence[str]) -> int:
    """How many of the cells are names of columns that the catalog knows."""
    return sum(map(is_known, cells))


def column_shapes(rows: Sequence[Sequence[str]], least: int = 1) -> dict[int, str]:
    """The shape that nearly all values of a column have, for the columns (with `least` values) that have one."""
    seen: dict[int, Counter[str | None]] = {}
    for cells in rows:
        for place in filled(cells):
            seen.setdefault(place, Counter())[shape_of(cells[place])] += 1
    common = {place: counts.most_common(1)[0] for place, counts in seen.items()}
    return {
        place: shape
        for place, (shape, count) in common.items()
        if shape is not None and seen[place].total() >= least and count >= _MOSTLY * seen[place].total()
    }


@lru_cache(maxsize=16_384)
def _known(cell: str) -> bool:
    return _compact(_BRACKETS.sub(" ", cell.strip(BLANKS))) in _spellings()


def _compact(text: str) -> str:
    from muster.kit.text import words  # noqa: PLC0415 - few files need it, and a head should be read fast

    return "".join(words(text))


@cache
def _spellings() -> frozenset[str]:
    # Most files are plain and never ask; the catalog is not loaded for them.
    from muster.catalog.fields import FIELDS  # noqa: PLC0415 - see above

    spellings = (text for name, field in FIELDS.items() for text in (name, *field.spellings))
    return frozenset(compact for text in spellings if (compact := _compact(text)))
