"""Small tables for tests of mapping and conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.mapping import ColumnMapping, MatchMethod
from muster.domain.tables import LINE, ROW_NUMBER, TableInfo, cell_column
from muster.pipeline.mapping import convert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.conversion import Converted


def table_of(
    columns: tuple[str, ...], rows: Sequence[tuple[str | None, ...]] | None = None, name: str = "t"
) -> TableInfo:
    return TableInfo(0, name, columns, 1, len(rows or []), "t.parquet", sample=tuple(rows or []))


def staged_of(rows: Sequence[tuple[str | None, ...]], width: int | None = None) -> pl.DataFrame:
    width = width or len(rows[0])
    schema = {ROW_NUMBER: pl.Int32, LINE: pl.Int32, **{cell_column(index): pl.String for index in range(width)}}
    return pl.DataFrame(
        [(index, index + 1, *row) for index, row in enumerate(rows, start=1)], schema=schema, orient="row"
    )


def column_of(
    field: str, position: int = 0, transformation: str | None = None, confidence: float = 1.0
) -> ColumnMapping:
    return ColumnMapping(
        "t", position, f"h{position}", field, confidence, MatchMethod.HEADER, "", transformation=transformation
    )


def convert_one(field: str, *cells: str | None, transformation: str | None = None) -> Converted:
    """One column of cells, converted for one field."""
    rows = [(cell,) for cell in cells]
    return convert(staged_of(rows, 1), table_of(("h0",), rows), [column_of(field, 0, transformation)])


def values_of(field: str, *cells: str | None, transformation: str | None = None) -> list[object]:
    converted = convert_one(field, *cells, transformation=transformation)
    return converted.typed[field].to_list()
