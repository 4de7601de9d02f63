"""The canonical text of typed values: what is shown, compared with the raw text and used in keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldType
from muster.domain.custom_fields import PREFIX

if TYPE_CHECKING:
    from muster.catalog.model import Field

LIST_JOIN = "; "


def canonical_text(typed: pl.DataFrame) -> pl.DataFrame:
    """The canonical and custom fields of a typed frame as String columns of the same names, in the frame's order.

    Numbers without needless zeros (`16`, `0.5`), booleans true/false, dates 2024-05-31, moments 2024-05-31T14:05:00Z,
    lists joined by `; `.
    """
    return typed.select(
        field_text(FIELDS[name]).alias(name) if name in FIELDS else pl.col(name)
        for name in typed.columns
        if name in FIELDS or name.startswith(PREFIX)
    )


def field_text(field: Field) -> pl.Expr:
    """The canonical text of a field's typed column."""
    value = pl.col(field.name)
    if field.is_list:
        return pl.when(value.list.len() > 0).then(value.list.join(LIST_JOIN))
    match field.type:
        case FieldType.NUMBER:
            return value.cast(pl.String).str.replace(r"\.0$", "")
        case FieldType.DATETIME:
            return value.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        case FieldType.INTEGER | FieldType.BOOLEAN | FieldType.DATE:
            return value.cast(pl.String)
        case _:
            return value
