"""Rows as JSON text, built column by column: the raw cells as an array, the cleansed values where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import ROW_NUMBER, cell_column
from muster.pipeline.mapping.canonical import canonical_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.mapping import ColumnMapping

_NEEDS_ESCAPE = r'["\\\x00-\x1f]'


def raw_cells(text: pl.DataFrame, width: int) -> pl.Series:
    """The first `width` cells of each staged row as a JSON array of strings and nulls, in column order."""
    columns = [cell_column(place) for place in range(width)]
    escaped = _escaped(text, columns)
    pieces: list[pl.Expr] = [pl.lit("[")]
    for place, name in enumerate(columns):
        if place:
            pieces.append(pl.lit(","))
        if escaped[name] or text[name].null_count():
            pieces.append(_json(pl.col(name), escaped=escaped[name]))
        else:
            pieces += [pl.lit('"'), pl.col(name), pl.lit('"')]
    return text.select(pl.concat_str(*pieces, pl.lit("]")).alias("raw")).to_series()


def feeding_positions(columns: Sequence[ColumnMapping]) -> dict[str, list[int]]:
    """By canonical field, the columns that feed it: the surest first, then from the left.

    The first filled one of them is what the view `raw_import_records` shows where no cleansed value differs.
    """
    feeding = [column for column in columns if column.target_field is not None]
    feeding.sort(key=lambda column: (-column.confidence, column.position))
    positions: dict[str, list[int]] = {}
    for column in feeding:
        positions.setdefault(str(column.target_field), []).append(column.position)
    return positions


def cleansed_delta(text: pl.DataFrame, typed: pl.DataFrame, columns: Sequence[ColumnMapping]) -> pl.DataFrame:
    """`row_number` and `cleansed` for the rows of `typed`: JSON of the fields whose canonical text is not the raw one.

    A field is compared with the first filled cell of its columns (`feeding_positions`), one that no column feeds with
    nothing; a cell that could not be read is null here. `cleansed` is null where every field is as written.
    """
    cells = text if text.height == typed.height else text.join(typed.select(ROW_NUMBER), on=ROW_NUMBER, how="semi")
    canonical = canonical_text(typed)
    positions = feeding_positions(columns)
    raw = cells.with_columns(
        pl.coalesce(cell_column(place) for place in positions[name]).alias(f"raw {name}")
        if name in positions
        else pl.lit(None, dtype=pl.String).alias(f"raw {name}")
        for name in canonical.columns
    ).select(f"raw {name}" for name in canonical.columns)
    differs = canonical.hstack(raw).select(pl.col(name).ne_missing(pl.col(f"raw {name}")) for name in canonical.columns)
    found = [name for name in canonical.columns if differs[name].any()]
    if not found:
        return typed.select(ROW_NUMBER, pl.lit(None, dtype=pl.String).alias("cleansed"))
    escaped = _escaped(canonical, found)
    pieces = [
        pl.when(differs[name]).then(pl.concat_str(pl.lit(f'"{name}":'), _json(pl.col(name), escaped=escaped[name])))
        for name in found
    ]
    joined = pl.concat_str(pieces, separator=",", ignore_nulls=True)
    cleansed = canonical.select(
        pl.when(joined != "").then(pl.concat_str(pl.lit("{"), joined, pl.lit("}"))).alias("cleansed")
    )
    return typed.select(ROW_NUMBER).hstack(cleansed)


def errors_json(held_back: pl.DataFrame) -> pl.DataFrame:
    """`row_number` and `errors` as JSON text, from `held_back` frames (pipeline.validate.runs)."""
    return held_back.select(ROW_NUMBER, _encoded(pl.col("errors")).alias("errors"))


def _escaped(frame: pl.DataFrame, columns: Sequence[str]) -> dict[str, bool]:
    """Of each text column, whether any of its texts must be escaped in JSON."""
    if not columns:
        return {}
    return frame.select(pl.col(columns).str.contains(_NEEDS_ESCAPE).any()).row(0, named=True)


def _json(text: pl.Expr, *, escaped: bool) -> pl.Expr:
    """The JSON of texts and nulls; quotes alone are far cheaper where nothing is to be escaped."""
    if escaped:
        return _encoded(text)
    return pl.when(text.is_not_null()).then(pl.concat_str(pl.lit('"'), text, pl.lit('"'))).otherwise(pl.lit("null"))


def _encoded(column: pl.Expr) -> pl.Expr:
    """The JSON of any values; Polars encodes structs only, so the value is taken out of one again."""
    return pl.struct(column.alias("v")).struct.json_encode().str.strip_prefix('{"v":').str.strip_suffix("}")
