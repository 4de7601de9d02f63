"""The Polars type of each canonical field's typed column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.model import FieldType

if TYPE_CHECKING:
    from muster.catalog.model import Field

_SCALARS: dict[FieldType, pl.DataType] = {
    FieldType.INTEGER: pl.Int64(),
    FieldType.NUMBER: pl.Float64(),
    FieldType.BOOLEAN: pl.Boolean(),
    FieldType.DATE: pl.Date(),
    FieldType.DATETIME: pl.Datetime("us", "UTC"),
}


def dtype(field: Field) -> pl.DataType:
    """The type of `field`'s column in a typed frame: List(String) for a list field, String for every text shape."""
    if field.is_list:
        return pl.List(pl.String())
    return _SCALARS.get(field.type, pl.String())
