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

_ROOM = r"[ \t\r]*+"
_OTHER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+|true|false|null"
_PLAIN = rf'("[^"\\\x00-\x1f]*+"|{_OTHER})'
# Texts of a list that hold a semicolon are not joined by one.
_LISTED = rf'\[{_ROOM}("[^"\\\x00-\x1f;]*+"|{_OTHER})?+{_ROOM}\]'
_ODD_NAME = re.compile(r'["\\\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class AlikeLines:
    """How lines like one record are written; `places` are the columns of the values in the order of the pattern.

    The pattern never goes back, however wide the records are.
    """

    pattern: re.Pattern[str]
    places: tuple[int, ...]

    @classmethod
    def of(cls, record: Mapping[str, Nested], table: Table) -> AlikeLines | None:
        """The rule of lines like `record`, whose row is in `table` already; None when only the tolerant way will do."""
        places: list[int] = []
        body = _object(record, "", table, places)
        # Records of nothing but objects may be DynamoDB's; those with lists of objects have tables of their own.
        if body is None or not _is_one(record) or table.children:
            return None
        return cls(re.compile(f"{_ROOM}{body}{_ROOM}"), tuple(places))

    def frame(self, texts: Sequence[str], lines: Sequence[int], table: Table) -> pl.DataFrame | None:
        """The lines as rows that follow those of `table`; None when one is written otherwise or holds nothing."""
        found: list[tuple[str | None, ...]] = []
        for text in texts:
            match = self.pattern.fullmatch(text)
            if match is None:
                return None
            found.append(match.groups())
        values = dict(zip(self.places, zip(*found, strict=True), strict=True))
        columns = [cell_column(place) for place in range(len(table.columns.names))]
        nothing = [None] * len(texts)
        raw = pl.DataFrame(
            [pl.Series(name, values.get(place, nothing), pl.String) for place, name in enumerate(columns)]
        )
        cells = raw.select(_value(pl.col(columns)))
        if cells.select(pl.all_horizontal(pl.all().is_null()).any()).item():
            return None
        first = table.count + 1
        numbers = pl.Series(ROW_NUMBER, range(first, first + len(texts)), pl.Int32)
        return cells.select(numbers, pl.Series(LINE, lines, pl.Int32), pl.all())


def _value(text: pl.Expr) -> pl.Expr:
    """The values that texts of JSON stand for."""
    return blank_to_null(pl.when(text != "null").then(text.str.strip_chars('"')))


def _object(record: Mapping[str, Nested], path: str, table: Table, places: list[int]) -> str | None:
    """The pattern of an object; the columns of its values are added to `places`."""
    columns = table.places.get(path, {})
    members: list[str] = []
    for name, value in record.items():
        inner: str | None = None
        if isinstance(value, dict):
            inner = _object(value, f"{path}.{name}" if path else name, table, places) if _is_one(value) else None
        elif name in columns:
            places.append(columns[name])
            inner = _LISTED if isinstance(value, list) else _PLAIN
        if inner is None or _ODD_NAME.search(name):
            return None
        members.append(f"{re.escape(json.dumps(name, ensure_ascii=False))}{_ROOM}:{_ROOM}{inner}")
    return rf"\{{{_ROOM}" + f"{_ROOM},{_ROOM}".join(members) + rf"{_ROOM}\}}"


def _is_one(value: Mapping[str, Nested]) -> bool:
    """Whether an object is a record, or a part of one, for certain: not records under their names, nor typed values."""
    return any(not isinstance(item, dict) for item in value.values())
