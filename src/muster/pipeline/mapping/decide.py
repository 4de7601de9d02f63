"""What a whole column says about its own writing: unit, decimal mark, order of dates, separator of lists.

Decided once per column over all its cells, before any batch is converted, and written into the mapping with the reason
and how many cells support it. Where cells speak against each other the reason ends with a question, for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from muster.catalog.header_words import RATE_IN_MBIT
from muster.catalog.model import Field, FieldType
from muster.domain.mapping import MatchMethod
from muster.pipeline.mapping import units
from muster.pipeline.mapping.field_of import field_of
from muster.pipeline.mapping.header import parse_header
from muster.pipeline.mapping.ratios import beside_the_sockets, beside_the_whole, cores_and_sockets, parts_and_wholes
from muster.pipeline.mapping.seen import DATES, LIST_MARKS, NUMBERS, Seen, look
from muster.pipeline.mapping.transformation import Transformation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from muster.domain.mapping import ColumnMapping

DECIDED = " — "
"""Stands in the evidence between what chose the field and what was decided about the writing of its cells."""

_SIZES = ("GB", "MHz")
_RATES = ("MB/s", "Mbit/s")

_BY_HEADER, _NO_UNIT = "its header says", "its header names no unit"
_DECIMAL, _FRACTIONS, _FIRST_COMES, _COUNTED, _PARTED = (
    "decimal mark", "fractions", " first", "counted from", "several values in one cell",
)  # fmt: skip
_SAID_WHERE_DECIDED: dict[str, dict[str, Any]] = {
    _BY_HEADER: {"unit": None},
    _NO_UNIT: {"unit": None},
    _DECIMAL: {"decimal": "."},
    _FRACTIONS: {"fraction": False},
    _FIRST_COMES: {"date": None},
    _COUNTED: {"date": None},
    _PARTED: {"lists": ()},
}
"""Words of the reasons given here, and the part of the transformation that each of them goes with."""
_FIRST = {"dmy": "day", "mdy": "month"}

_LARGEST_IDLE = 0.3
"""Shares of 1 reach higher than this on some machine; a column of percentages below 1 % is one of idle machines."""
_FRACTION_WORDS = frozenset({"dec", "decimal", "fraction", "ratio"})
_SOME_MORE = 0.02
"""Of cells in two ways of writing, the fewer are slips of the hand up to this share."""


@dataclass(frozen=True, slots=True)
class _Table:
    """What the columns of the table say together: a comma as decimal mark, the order of dates where one proves it."""

    comma: bool
    order: str | None
    percents: bool
    """Whether a column of percentages goes above 1."""


def decide_transformations(columns: Sequence[ColumnMapping], staged: pl.LazyFrame) -> tuple[ColumnMapping, ...]:
    """The columns of one table with `transformation` and `evidence` completed from all rows of `staged`.

    Reads the staged table once, streaming. What a source profile or a person states is kept; what was decided before,
    from a sample, is decided anew.
    """
    fields = {column.position: field for column in columns if (field := field_of(column)) is not None and _asks(field)}
    wanted = [_undecided(column) for column in columns if column.position in fields]
    if not wanted:
        return tuple(columns)
    seen = look(wanted, fields, staged)
    table = _Table(
        comma=any(_mark(seen[column.position]) == "," for column in wanted),
        order=next((found for column in wanted if (found := _proved_order(seen[column.position]))), None),
        percents=any(
            field.unit == "percent" and (seen[place].largest or 0) > 1
            for place, field in fields.items()
            if place in seen
        ),
    )
    decided = {
        column.position: _decide(column, fields[column.position], seen[column.position], table) for column in wanted
    }
    for part, whole in parts_and_wholes(tuple(decided.values())):
        decided[part.position] = beside_the_whole(part, whole, staged, DECIDED)
    for cores, sockets in cores_and_sockets(tuple(decided.values())):
        decided[cores.position] = beside_the_sockets(cores, sockets, staged, DECIDED)
    return tuple(decided.get(column.position, column) for column in columns)


def questions_of(column: ColumnMapping) -> tuple[str, ...]:
    """What is to be asked about the writing of the column's cells, each a sentence; empty where a person has spoken."""
    if column.match_method.is_said:
        return ()
    _, _, notes = column.evidence.partition(DECIDED)
    return tuple(note for note in notes.split("; ") if note.endswith("?"))


def _asks(field: Field) -> bool:
    return field.type in NUMBERS or field.type in DATES or (field.is_list and field.type is FieldType.TEXT)


def _undecided(column: ColumnMapping) -> ColumnMapping:
    """The column without what was decided from a sample; the scorer itself states no transformation."""
    evidence, _, notes = column.evidence.partition(DECIDED)
    if column.match_method in {MatchMethod.HEADER, MatchMethod.VALUES}:
        return replace(column, evidence=evidence, transformation=None)
    how = Transformation.parse(column.transformation)
    for word, part in _SAID_WHERE_DECIDED.items():
        if word in notes:
            how = replace(how, **part)
    return replace(column, evidence=evidence, transformation=how.text())


def _decide(column: ColumnMapping, field: Field, seen: Seen, table: _Table) -> ColumnMapping:
    stated = Transformation.parse(column.transformation)
    if field.type in NUMBERS:
        how, said = _number(column, field, stated, seen, table)
    elif field.type in DATES:
        how, said = _date(stated, seen, table)
    else:
        how, said = _list(stated, seen)
    notes = "; ".join(said)
    evidence = f"{column.evidence}{DECIDED}{notes}" if notes else column.evidence
    return replace(column, transformation=how.text(), evidence=evidence)


def _number(
    column: ColumnMapping, field: Field, how: Transformation, seen: Seen, table: _Table
) -> tuple[Transformation, list[str]]:
    said: list[str] = []
    mark = _mark(seen) or ("," if table.comma and seen.any("grouped") else None)
    if mark == ",":
        how = replace(how, decimal=",")
        counted = f" ({seen.of('comma_decimal')})" if seen.any("comma_decimal") else ", as in the table's other numbers"
        said.append(f"its {_DECIMAL} is a comma{counted}")
    if _both(seen.count("comma_decimal"), seen.count("point_decimal")):
        said.append(
            f"{seen.count('comma_decimal'):,} cells have a decimal comma and {seen.count('point_decimal'):,} a decimal "
            "point: which is it?"
        )
    if field.unit in _SIZES:
        how, more = _with_unit(column, field, how, seen)
        said += more
    elif field.unit in _RATES and how.unit is None:
        unit = parse_header(column.source_field).unit
        if unit in RATE_IN_MBIT and unit != field.unit:
            how = replace(how, unit=unit)
            said.append(f"{_BY_HEADER} {unit}")
    elif field.unit == "percent" and how.unit is None and not how.fraction:
        fraction, more = _fraction(column, seen, table)
        how = replace(how, fraction=fraction)
        said += more
    return how, said


def _both(some: int, others: int) -> bool:
    """Whether both ways of writing are there, neither as a mere slip."""
    return min(some, others) > _SOME_MORE * (some + others)


def _mark(seen: Seen) -> str | None:
    commas, points = seen.count("comma_decimal"), seen.count("point_decimal")
    if commas == points:
        return None
    return "," if commas > points else "."


def _fraction(column: ColumnMapping, seen: Seen, table: _Table) -> tuple[bool, list[str]]:
    """Whether percentages are written as 0-1."""
    if seen.largest is None or not 0 < seen.largest <= 1 or seen.whole or seen.any("percent_sign"):
        return False, []
    counted = f"all {seen.numbers:,} numbers are between 0 and 1"
    if not _FRACTION_WORDS.isdisjoint(parse_header(column.source_field).words):
        return True, [f"{counted}, {_FRACTIONS} as its header says, multiplied by 100"]
    if seen.largest <= _LARGEST_IDLE:
        return False, [f"{counted} and none is above {seen.largest:.2f}; read as percentages of idle machines"]
    if table.percents:
        return True, [
            f"{counted}, where other percentages of the table go higher, taken for {_FRACTIONS}: are they percentages?"
        ]
    return True, [f"{counted}: {_FRACTIONS}, multiplied by 100"]


def _with_unit(
    column: ColumnMapping, field: Field, how: Transformation, seen: Seen
) -> tuple[Transformation, list[str]]:
    """The unit by the source's word, the header's, the cells' own, or proved by the numbers; in this order."""
    found = units.supports(field, seen.counts)
    if how.unit is not None:
        return how, [f"in {_conversion(how.unit)}"] if field.unit == "GB" and how.unit not in {"GB", "GiB"} else []
    named = parse_header(column.source_field).unit
    if named is not None and _is_size(named, field):
        unit = named if units.factor_of(field, named) != 1.0 or named == "GiB" else None
        question = units.contradiction(named, found)
        said = [f"{_BY_HEADER} {_conversion(named) if field.unit == 'GB' else named}"]
        return replace(how, unit=unit), [*said, question] if question else said
    if seen.count("own_unit") > seen.numbers:
        return how, [f"{seen.of('own_unit')} name their unit"]
    proof = units.prove(field, found)
    if proof is None:
        return how, [f"nothing tells its unit, read as {field.unit}"] if seen.numbers else []
    said = [f"{_NO_UNIT}: {proof.said}"]
    if proof.unit != field.unit:
        said.append(f"taken for {_conversion(proof.unit) if field.unit == 'GB' else proof.unit}")
    return replace(how, unit=proof.unit if proof.unit != field.unit else None), [
        *said,
        *([proof.question] if proof.question else []),
    ]


def _is_size(unit: str, field: Field) -> bool:
    return unit.endswith("Hz") if field.unit == "MHz" else unit.endswith("B")


def _conversion(unit: str) -> str:
    if unit in {"GB", "GiB"}:
        return unit
    steps = {
        "M": "divided by 1024",
        "K": "divided by 1024²",
        "B": "divided by 1024³",
        "T": "times 1024",
        "P": "times 1024²",
    }
    return f"{unit}, {steps[unit[0]]} to GB"


def _proved_order(seen: Seen) -> str | None:
    days, months = seen.count("day_first"), seen.count("month_first")
    if days == months:
        return None
    return "dmy" if days > months else "mdy"


def _date(how: Transformation, seen: Seen, table: _Table) -> tuple[Transformation, list[str]]:
    if how.date:
        return how, []
    if seen.any("either_first"):
        order, said = _order(seen, table)
        return replace(how, date=order), said
    for name, kind, words in (
        ("day_count", "excel", f"days {_COUNTED} 1900, as Excel does"),
        ("epoch_ms", "epoch_ms", f"milliseconds {_COUNTED} 1970"),
        ("epoch_s", "epoch_s", f"seconds {_COUNTED} 1970"),
    ):
        if seen.any(name):
            return replace(how, date=kind), [f"{words} ({seen.of(name)})"]
    return how, []


def _order(seen: Seen, table: _Table) -> tuple[str, list[str]]:
    proved = _proved_order(seen)
    days, months = seen.count("day_first"), seen.count("month_first")
    if proved:
        most = "day_first" if proved == "dmy" else "month_first"
        said = [f"the {_FIRST[proved]} comes first, as {seen.of(most)} prove"]
        if _both(days, months):
            said.append(f"but {min(days, months):,} cells prove the other order: which comes first, day or month?")
        return proved, said
    if days:
        return "dmy", [f"{days:,} cells prove that the day comes first and as many the month: which is it?"]
    if table.order:
        return table.order, [f"{_FIRST[table.order]} first, as in the table's other dates"]
    if seen.any("half_day"):
        return "mdy", [f"month first, as {seen.of('half_day')} tell the time by AM and PM"]
    if seen.any("dotted") or table.comma:
        return "dmy", [
            f"day first, as {'dates are with points' if seen.any('dotted') else 'decimals are with a comma'}"
        ]
    return "mdy", ["day and month can not be told apart; read with the month first"]


def _list(how: Transformation, seen: Seen) -> tuple[Transformation, list[str]]:
    if how.lists:
        return how, []
    for name, mark in LIST_MARKS.items():
        if seen.any(name):
            shown = "line breaks" if mark == "\n" else f"“{mark}”"
            return replace(how, lists=(mark,)), [f"{_PARTED} ({seen.of(name)}), parted by {shown}"]
    return how, []
