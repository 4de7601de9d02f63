"""The fast way for JSON lines that are all written alike: one pattern proves them so and takes their values apart.

The pattern is made from a record that was read the tolerant way: the same names in the same order, plain values,
objects of them, and lists of one at most. A value is cut out as the text that stands in the file, so that a number
stays as it was written (`12.50`, nineteen digits), which Polars' own reader of JSON lines does not do. What holds an
escape is never alike.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.read.staging import blank_to_null

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.pipeline.read.nested.shapes import Nested
    from muster.pipeline.read.nested.store import Table

_MOST_VALUES = 200
_ROOM = r"[ \t\r]*"
_OTHER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null"
_PLAIN = rf'("[^"\\\x00-\x1f]*"|{_OTHER})'
# Texts of a list that hold a semicolon are not joined by one.
_LISTED = rf'\[{_ROOM}("[^"\\\x00-\x1f;]*"|{_OTHER})?{_ROOM}\]'
_ODD_NAME = re.compile(r'["\\\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class AlikeLines:
    """How lines like one record are written; `places` are the columns of the values in the order of the pattern.

    `sure` is the number (from 1) of a value that every line has.
    """

    pattern: str
    places: tuple[int, ...]
    sure: int

    @classmethod
    def of(cls, record: Mapping[str, Nested], table: Table) -> AlikeLines | None:
        """The rule of lines like `record`, whose row is in `table` already; None when only the tolerant way will do."""
        places: list[int] = []
        plain: list[int] = []
        body = _object(record, "", table, places, plain)
        # Records without a plain value may be DynamoDB's; those with lists of objects have tables of their own.
        if body is None or not plain or len(places) > _MOST_VALUES or table.children:
            return None
        return cls(f"^{_ROOM}{body}{_ROOM}$", tuple(places), plain[0])

    def frame(self, texts: Sequence[str], lines: Sequence[int], table: Table) -> pl.DataFrame | None:
        """The lines as rows that follow those of `table`; None when one is written otherwise or holds nothing."""
        try:
            found = pl.Series(texts, dtype=pl.String).str.extract_groups(self.pattern).struct.unnest()
        except pl.exceptions.ComputeError:  # the pattern is too long for Polars
            return None
        if found.to_series(self.sure - 1).null_count():
            return None
        columns = {place: found.to_series(number) for number, place in enumerate(self.places)}
        cells = found.select(
            (_value(columns[place]) if place in columns else pl.lit(None, pl.String)).alias(cell_column(place))
            for place in range(len(table.columns.names))
        )
        if cells.select(pl.all_horizontal(pl.all().is_null()).any()).item():
            return None
        first = table.count + 1
        numbers = pl.Series(ROW_NUMBER, range(first, first + len(texts)), pl.Int32)
        return cells.select(numbers, pl.Series(LINE, lines, pl.Int32), pl.all())


def _value(texts: pl.Series) -> pl.Expr:
    """The values that the texts of JSON stand for."""
    text = pl.col(texts.name)
    return blank_to_null(pl.when(text != "null").then(text.str.strip_chars('"')))


def _object(record: Mapping[str, Nested], path: str, table: Table, places: list[int], plain: list[int]) -> str | None:
    """The pattern of an object; the columns of its values go to `places`, the numbers of its plain ones to `plain`."""
    columns = table.places.get(path, {})
    members: list[str] = []
    for name, value in record.items():
        if _ODD_NAME.search(name):
            return None
        if isinstance(value, dict):
            inner = _object(value, f"{path}.{name}" if path else name, table, places, []) if _is_one(value) else None
        elif name not in columns:
            return None
        else:
            places.append(columns[name])
            if isinstance(value, list):
                inner = _LISTED
            else:
                plain.append(len(places))
                inner = _PLAIN
        if inner is None:
            return None
        members.append(f"{re.escape(json.dumps(name, ensure_ascii=False))}{_ROOM}:{_ROOM}{inner}")
    return rf"\{{{_ROOM}" + f"{_ROOM},{_ROOM}".join(members) + rf"{_ROOM}\}}"


def _is_one(value: Mapping[str, Nested]) -> bool:
    """Whether an object is a part of its record for certain, and not records under their names."""
    return any(not isinstance(item, dict) for item in value.values())
