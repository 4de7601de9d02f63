"""Columns held against each other, row by row: used space against the whole, cores against sockets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.domain.mapping import MatchMethod
from muster.domain.tables import cell_column
from muster.pipeline.mapping import units
from muster.pipeline.mapping.header import parse_header
from muster.pipeline.mapping.transformation import Transformation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.domain.mapping import ColumnMapping

_WHOLE_OF = {"storage_used_gb": "storage_gb", "storage_free_gb": "storage_gb"}
_ENOUGH = 3
_NEARLY_ALL = 0.9
_HARDLY_ANY = 0.5
_CANDIDATES = ("GB", "MB", "TB", "KB", "B")


def parts_and_wholes(columns: Sequence[ColumnMapping]) -> Iterator[tuple[ColumnMapping, ColumnMapping]]:
    """Each column that gives a part of what another column of the table gives, with that other one."""
    by_field = {column.target_field: column for column in columns}
    for part in columns:
        whole = by_field.get(_WHOLE_OF.get(part.target_field or ""))
        if whole is not None:
            yield part, whole


def beside_the_whole(part: ColumnMapping, whole: ColumnMapping, staged: pl.LazyFrame, separator: str) -> ColumnMapping:
    """`part` with what its rows say beside those of `whole`: that its unit is right, which is, or a question.

    The reason stands in the evidence behind `separator`. Another unit is taken only where neither header nor person
    states one.
    """
    field, how = FIELDS[str(part.target_field)], Transformation.parse(part.transformation)
    limit = _number(whole.position) * units.factor_of(FIELDS[str(whole.target_field)], _unit(whole))
    value = _number(part.position)
    tried = {unit: value * units.factor_of(field, unit) <= limit for unit in dict.fromkeys((_unit(part), *_CANDIDATES))}
    row = staged.select(
        (value.is_not_null() & (limit > 0)).sum().alias("rows"),
        *((within & (limit > 0)).sum().alias(unit) for unit, within in tried.items()),
    ).collect(engine="streaming")
    rows, mine = row["rows"].item(), row[_unit(part)].item()
    if rows < _ENOUGH or _HARDLY_ANY * rows <= mine < _NEARLY_ALL * rows:
        return part
    if mine >= _NEARLY_ALL * rows:
        return _noted(part, f"at most “{whole.source_field}” in {mine:,} of {rows:,} rows", separator)
    other = next((unit for unit in _CANDIDATES if row[unit].item() >= _NEARLY_ALL * rows), None)
    more = f"more than “{whole.source_field}” in {rows - mine:,} of {rows:,} rows if in {_unit(part)}"
    if other is None or not _is_by_scorer(part):
        return part
    if _is_open(part):
        fitting = replace(part, transformation=replace(how, unit=other if other != field.unit else None).text())
        return _noted(fitting, f"{more}, so taken for {other}", separator)
    return _noted(part, f"{more}: is it {_unit(part)} or {other}?", separator)


def cores_and_sockets(columns: Sequence[ColumnMapping]) -> Iterator[tuple[ColumnMapping, ColumnMapping]]:
    """The columns of a table that count cores and sockets, where it has both."""
    by_field = {column.target_field: column for column in columns}
    if "cpu_cores" in by_field and "cpu_sockets" in by_field:
        yield by_field["cpu_cores"], by_field["cpu_sockets"]


def beside_the_sockets(
    cores: ColumnMapping, sockets: ColumnMapping, staged: pl.LazyFrame, separator: str
) -> ColumnMapping:
    """`cores` with what its rows say beside those of `sockets`: that they are cores in all, or a question.

    A source or person that says that they are counted for each socket is not asked.
    """
    many, few = _number(cores.position), _number(sockets.position)
    counted = (many > 0) & (few > 0)
    row = staged.select(
        counted.sum().alias("rows"),
        (counted & (many >= few) & (many % few == 0)).sum().alias("multiples"),
        (counted & (many < few)).sum().alias("fewer"),
    ).collect(engine="streaming")
    rows, multiples, fewer = (row[name].item() for name in ("rows", "multiples", "fewer"))
    if rows < _ENOUGH or Transformation.parse(cores.transformation).times is not None:
        return cores
    if fewer >= _HARDLY_ANY * rows and _is_by_scorer(cores):
        said = f"fewer than “{sockets.source_field}” in {fewer:,} of {rows:,} rows: are they counted for each socket?"
        return _noted(cores, said, separator)
    if multiples >= _NEARLY_ALL * rows:
        said = f"a multiple of “{sockets.source_field}” in {multiples:,} of {rows:,} rows, cores in all"
        return _noted(cores, said, separator)
    return cores


def _number(position: int) -> pl.Expr:
    return (
        pl.col(cell_column(position))
        .str.strip_chars()
        .str.replace(",", ".", literal=True)
        .cast(pl.Float64, strict=False)
    )


def _unit(column: ColumnMapping) -> str:
    unit = Transformation.parse(column.transformation).unit or "GB"
    return unit.replace("i", "")


def _is_open(column: ColumnMapping) -> bool:
    """Whether the unit was concluded from the numbers alone."""
    return _is_by_scorer(column) and parse_header(column.source_field).unit is None


def _is_by_scorer(column: ColumnMapping) -> bool:
    """Neither a source's profile nor a person has said what the column is."""
    return column.match_method in {MatchMethod.HEADER, MatchMethod.VALUES}


def _noted(column: ColumnMapping, note: str, separator: str) -> ColumnMapping:
    mark = "; " if separator in column.evidence else separator
    return replace(column, evidence=f"{column.evidence}{mark}{note}")
