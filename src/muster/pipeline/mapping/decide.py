"""What a whole column says about its own writing: unit, decimal mark, order of dates, separator of lists.

Decided once per column over all its cells, before any batch is converted, and written into the mapping with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.model import Field, FieldType
from muster.domain.tables import cell_column
from muster.pipeline.mapping.header import parse_header
from muster.pipeline.mapping.transformation import Transformation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.mapping import ColumnMapping

_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER)
_DATES = (FieldType.DATE, FieldType.DATETIME)

_UNITS_BY_SIZE: dict[str, tuple[tuple[float, str], ...]] = {
    "memory_gb": ((1e8, "B"), (1e6, "KB"), (1024, "MB")),
    "storage_gb": ((1e10, "B"), (2e7, "KB"), (2e4, "MB")),
    "storage_used_gb": ((1e10, "B"), (2e7, "KB"), (2e4, "MB")),
    "storage_free_gb": ((1e10, "B"), (2e7, "KB"), (2e4, "MB")),
}
"""A median at or above the number means that unit where the header names none: no fleet's median machine has 1 TB."""
_GHZ_BELOW = 10.0

_PATTERNS: dict[str, str] = {
    "comma_decimal": r"\d,(?:\d{1,2}|\d{4,})(?:\D*$)|\d\.\d{3},\d",
    "point_decimal": r"\d\.(?:\d{1,2}|\d{4,})(?:\D*$)|\d,\d{3}\.\d",
    "grouped": r"^\D*\d{1,3}[.,]\d{3}\D*$",
    "percent_sign": r"%",
    "day_first": r"^(?:1[3-9]|2\d|3[01])[-/. ]\d{1,2}[-/. ]\d{2,4}",
    "month_first": r"^\d{1,2}[-/. ](?:1[3-9]|2\d|3[01])[-/. ]\d{2,4}",
    "either_first": r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}",
    "dotted": r"^\d{1,2}\.\d{1,2}\.\d{2,4}",
    "day_count": r"^[2-9]\d{4}(?:\.\d+)?$",
    "epoch_s": r"^1\d{9}$",
    "epoch_ms": r"^1\d{12}$",
}
_FOR_NUMBERS = ("comma_decimal", "point_decimal", "grouped", "percent_sign")
_FOR_DATES = ("day_first", "month_first", "either_first", "dotted", "day_count", "epoch_s", "epoch_ms")
_LIST_MARKS = {";": ";", "|": "|", ",": ","}


@dataclass(frozen=True, slots=True)
class _Seen:
    """Counts over one column: cells per pattern and list mark, and the spread of its plain numbers."""

    counts: dict[str, int]
    median: float | None
    largest: float | None
    whole: bool

    def any(self, name: str) -> bool:
        return self.counts.get(name, 0) > 0


def decide_transformations(columns: Sequence[ColumnMapping], staged: pl.LazyFrame) -> tuple[ColumnMapping, ...]:
    """The columns of one table with `transformation` and `evidence` completed from all rows of `staged`.

    Reads the staged table once, streaming. What a source profile or a user already states is kept.
    """
    wanted = [column for column in columns if column.target_field and _asks(FIELDS[column.target_field])]
    if not wanted:
        return tuple(columns)
    seen = _look(wanted, staged)
    comma = any(_mark(seen[column.position]) == "," for column in wanted)
    order = next((found for column in wanted if (found := _proved_order(seen[column.position]))), None)
    decided = {column.position: _decide(column, seen[column.position], comma=comma, order=order) for column in wanted}
    return tuple(decided.get(column.position, column) for column in columns)


def _asks(field: Field) -> bool:
    return field.type in _NUMBERS or field.type in _DATES or (field.is_list and field.type is FieldType.TEXT)


def _look(columns: list[ColumnMapping], staged: pl.LazyFrame) -> dict[int, _Seen]:
    expressions: list[pl.Expr] = []
    for column in columns:
        field = FIELDS[str(column.target_field)]
        text = pl.col(cell_column(column.position)).str.strip_chars()
        prefix = f"{column.position} "
        if field.type in _NUMBERS:
            number = text.cast(pl.Float64, strict=False)
            expressions += [
                number.median().alias(f"{prefix}median"),
                number.max().alias(f"{prefix}largest"),
                (number == number.floor()).all().alias(f"{prefix}whole"),
            ]
        names = _FOR_NUMBERS if field.type in _NUMBERS else _FOR_DATES if field.type in _DATES else ()
        expressions += [text.str.contains(_PATTERNS[name]).sum().alias(f"{prefix}{name}") for name in names]
        if not names:
            expressions += [
                text.str.contains(mark, literal=True).sum().alias(f"{prefix}{name}")
                for name, mark in _LIST_MARKS.items()
            ]
    row = staged.select(expressions).collect(engine="streaming").row(0, named=True)
    return {column.position: _seen(row, f"{column.position} ") for column in columns}


def _seen(row: dict[str, float | bool | None], prefix: str) -> _Seen:
    mine = {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}
    median, largest = mine.pop("median", None), mine.pop("largest", None)
    whole = bool(mine.pop("whole", True))
    return _Seen({name: int(value or 0) for name, value in mine.items()}, median, largest, whole)


def _decide(column: ColumnMapping, seen: _Seen, *, comma: bool, order: str | None) -> ColumnMapping:
    field = FIELDS[str(column.target_field)]
    stated = Transformation.parse(column.transformation)
    if field.type in _NUMBERS:
        how, said = _number(column, field, stated, seen, comma=comma)
    elif field.type in _DATES:
        how, said = _date(stated, seen, order)
    else:
        how, said = _list(stated, seen)
    notes = [note for note in said if note not in column.evidence]
    return replace(column, transformation=how.text(), evidence="; ".join([column.evidence, *notes]).strip("; "))


def _number(
    column: ColumnMapping, field: Field, how: Transformation, seen: _Seen, *, comma: bool
) -> tuple[Transformation, list[str]]:
    said: list[str] = []
    mark = _mark(seen) or ("," if comma and seen.any("grouped") else None)
    if mark == ",":
        how = replace(how, decimal=",")
        said.append("its decimal mark is a comma")
    if field.unit in {"GB", "MHz"} and how.unit is None:
        unit, reason = _unit(column, field, seen)
        how = replace(how, unit=unit if unit != field.unit else None)
        said.append(reason)
    elif field.unit == "GB" and how.unit and how.unit not in {"GB", "GiB"}:
        said.append(_conversion(how.unit))
    if field.unit == "percent" and _is_fraction(seen):
        how = replace(how, fraction=True)
        said.append("no value is above 1: fractions, multiplied by 100")
    return how, said


def _mark(seen: _Seen) -> str | None:
    commas, points = seen.counts.get("comma_decimal", 0), seen.counts.get("point_decimal", 0)
    if commas == points:
        return None
    return "," if commas > points else "."


def _is_fraction(seen: _Seen) -> bool:
    return seen.largest is not None and 0 < seen.largest <= 1 and not seen.whole and not seen.any("percent_sign")


def _unit(column: ColumnMapping, field: Field, seen: _Seen) -> tuple[str | None, str]:
    unit = parse_header(column.source_field).unit
    if unit and unit not in {"percent", "MB/s", "KB/s", "Gbit/s"}:
        return unit, _conversion(unit) if field.unit == "GB" else f"in {unit} by its header"
    if field.unit == "MHz":
        small = seen.median is not None and seen.median < _GHZ_BELOW
        return ("GHz", "in GHz by the size of its numbers") if small else (None, "in MHz")
    for least, name in _UNITS_BY_SIZE.get(field.name, ()):
        if seen.median is not None and seen.median >= least:
            return name, f"the header names no unit; {_conversion(name)} by the size of its numbers"
    return None, "the header names no unit; in GB by the size of its numbers"


def _conversion(unit: str) -> str:
    if unit in {"GB", "GiB"}:
        return "in GB"
    steps = {
        "M": "divided by 1024",
        "K": "divided by 1024²",
        "B": "divided by 1024³",
        "T": "times 1024",
        "P": "times 1024²",
    }
    return f"in {unit}, {steps[unit[0]]} to GB"


def _proved_order(seen: _Seen) -> str | None:
    days, months = seen.counts.get("day_first", 0), seen.counts.get("month_first", 0)
    if days == months:
        return None
    return "dmy" if days > months else "mdy"


def _date(how: Transformation, seen: _Seen, order: str | None) -> tuple[Transformation, list[str]]:
    if how.date:
        return how, []
    if seen.any("either_first"):
        proved = _proved_order(seen)
        if proved:
            return replace(how, date=proved), [
                f"{'day' if proved == 'dmy' else 'month'} comes first, as its values prove"
            ]
        if order:
            return replace(how, date=order), [
                f"{'day' if order == 'dmy' else 'month'} first, as in the table's other dates"
            ]
        guess = "dmy" if seen.any("dotted") else "mdy"
        return replace(how, date=guess), [
            f"day and month can not be told apart; read with the {'day' if guess == 'dmy' else 'month'} first"
        ]
    for name, kind, words in (
        ("day_count", "excel", "dates as Excel counts days"),
        ("epoch_ms", "epoch_ms", "milliseconds since 1970"),
        ("epoch_s", "epoch_s", "seconds since 1970"),
    ):
        if seen.any(name):
            return replace(how, date=kind), [words]
    return how, []


def _list(how: Transformation, seen: _Seen) -> tuple[Transformation, list[str]]:
    if how.lists:
        return how, []
    for name, mark in _LIST_MARKS.items():
        if seen.any(name):
            return replace(how, lists=(mark,)), [f"several values in one cell, parted by “{mark}”"]
    return how, []
