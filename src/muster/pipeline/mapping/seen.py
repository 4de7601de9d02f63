"""How the cells of columns are written, counted over all rows of a staged table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.model import Field, FieldType
from muster.domain.tables import cell_column
from muster.pipeline.mapping import units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.domain.mapping import ColumnMapping

NUMBERS = (FieldType.INTEGER, FieldType.NUMBER)
DATES = (FieldType.DATE, FieldType.DATETIME)

_PATTERNS: dict[str, str] = {
    "comma_decimal": r"\d,(?:\d{1,2}|\d{4,})(?:\D*$)|\d\.\d{3},\d",
    "point_decimal": r"\d\.(?:\d{1,2}|\d{4,})(?:\D*$)|\d,\d{3}\.\d",
    "grouped": r"^\D*\d{1,3}[.,]\d{3}\D*$",
    "percent_sign": r"%",
    "own_unit": r"(?i)\d\s*(?:[kmgtp]i?b|bytes|[mg]hz|go|mo)\s*$",
    "day_first": r"^(?:1[3-9]|2\d|3[01])[-/. ]\d{1,2}[-/. ]\d{2,4}",
    "month_first": r"^\d{1,2}[-/. ](?:1[3-9]|2\d|3[01])[-/. ]\d{2,4}",
    "either_first": r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}",
    "dotted": r"^\d{1,2}\.\d{1,2}\.\d{2,4}",
    "half_day": r"(?i)\d\s*[ap]\.?m\.?$",
    "day_count": r"^[2-9]\d{4}(?:\.\d+)?$",
    "epoch_s": r"^1\d{9}$",
    "epoch_ms": r"^1\d{12}$",
}
_FOR_NUMBERS = ("comma_decimal", "point_decimal", "grouped", "percent_sign", "own_unit")
_FOR_DATES = ("day_first", "month_first", "either_first", "dotted", "half_day", "day_count", "epoch_s", "epoch_ms")
LIST_MARKS = {"newline": "\n", ";": ";", "|": "|", ",": ","}


@dataclass(frozen=True, slots=True)
class Seen:
    """Counts over one column: filled cells, cells per pattern and list mark, and the spread of its plain numbers."""

    counts: Mapping[str, int]
    filled: int
    numbers: int
    median: float | None
    largest: float | None
    whole: bool

    def count(self, name: str) -> int:
        """Cells of one pattern or list mark."""
        return self.counts.get(name, 0)

    def any(self, name: str) -> bool:
        """Whether any cell is of that pattern."""
        return self.count(name) > 0

    def of(self, name: str) -> str:
        """`1,204 of 1,210 cells`."""
        return f"{self.count(name):,} of {self.filled:,} cells"


def look(columns: list[ColumnMapping], fields: Mapping[int, Field], staged: pl.LazyFrame) -> dict[int, Seen]:
    """What is seen in each column, by position; `fields` are the canonical fields that they feed. Reads them twice."""
    digits_alone = _of_digits_alone([column for column in columns if fields[column.position].type in NUMBERS], staged)
    expressions: list[pl.Expr] = []
    for column in columns:
        field = fields[column.position]
        text = pl.col(cell_column(column.position)).str.strip_chars()
        prefix = f"{column.position} "
        expressions.append((text != "").sum().alias(f"{prefix}filled"))
        if column.position in digits_alone:
            number = text.cast(pl.Float64, strict=False)
            expressions += [*_numbers(number, prefix), *units.expressions(field, number, prefix)]
            continue
        if field.type in NUMBERS:
            number = _plain_number(text)
            expressions += [
                *_numbers(number, prefix),
                *units.expressions(field, pl.when(~text.str.contains(_PATTERNS["grouped"])).then(number), prefix),
            ]
        names = _FOR_NUMBERS if field.type in NUMBERS else _FOR_DATES if field.type in DATES else ()
        expressions += [text.str.contains(_PATTERNS[name]).sum().alias(f"{prefix}{name}") for name in names]
        if not names:
            expressions += [
                text.str.contains(mark, literal=True).sum().alias(f"{prefix}{name}")
                for name, mark in LIST_MARKS.items()
            ]
    row = staged.select(expressions).collect(engine="streaming").row(0, named=True)
    return {column.position: _seen(row, f"{column.position} ") for column in columns}


def _of_digits_alone(columns: list[ColumnMapping], staged: pl.LazyFrame) -> set[int]:
    """The positions of columns whose cells are digits and nothing else: no way of writing is to be told there."""
    if not columns:
        return set()
    texts = {column.position: pl.col(cell_column(column.position)).str.strip_chars() for column in columns}
    row = staged.select(
        text.str.contains(r"^\d*$").all(ignore_nulls=True).alias(str(position)) for position, text in texts.items()
    )
    found = row.collect(engine="streaming").row(0, named=True)
    return {int(position) for position, alone in found.items() if alone}


def _numbers(number: pl.Expr, prefix: str) -> list[pl.Expr]:
    return [
        number.count().alias(f"{prefix}numbers"),
        number.median().alias(f"{prefix}median"),
        number.max().alias(f"{prefix}largest"),
        (number == number.floor()).all().alias(f"{prefix}whole"),
    ]


def _plain_number(text: pl.Expr) -> pl.Expr:
    """Numbers as most cells write them: with a point, or with a comma that parts no thousands."""
    plain = text.cast(pl.Float64, strict=False)
    with_comma = text.str.contains(r"^\d+,(?:\d{1,2}|\d{4,})$")
    return plain.fill_null(
        pl.when(with_comma).then(text.str.replace(",", ".", literal=True)).cast(pl.Float64, strict=False)
    )


def _seen(row: Mapping[str, float | bool | None], prefix: str) -> Seen:
    mine = {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}
    median, largest = mine.pop("median", None), mine.pop("largest", None)
    whole = bool(mine.pop("whole", True))
    filled, numbers = int(mine.pop("filled", 0) or 0), int(mine.pop("numbers", 0) or 0)
    return Seen({name: int(value or 0) for name, value in mine.items()}, filled, numbers, median, largest, whole)
