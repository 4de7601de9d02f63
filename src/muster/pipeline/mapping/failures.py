"""The frame of cells that could not be converted (domain.conversion.FAILURE_SCHEMA)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.conversion import FAILURE_SCHEMA, FailureCode
from muster.domain.tables import LINE, ROW_NUMBER
from muster.kit.masking import masked
from muster.pipeline.mapping.expectation import expected
from muster.pipeline.mapping.vocabulary import nearest_word

if TYPE_CHECKING:
    from muster.catalog.model import Field


def no_failures() -> pl.DataFrame:
    """The frame without a row."""
    return pl.DataFrame(schema=FAILURE_SCHEMA)


def failure_rows(cells: pl.DataFrame, field: Field, position: int, code: str, text: str) -> pl.DataFrame:
    """One row per cell of `cells` whose column `code` is filled; `text` is the column with what the cell says."""
    failed = cells.filter(pl.col(code).is_not_null()).select(ROW_NUMBER, LINE, code, text)
    if failed.is_empty():
        return no_failures()
    words = failed.filter(pl.col(code) == FailureCode.UNKNOWN_WORD.value)[text].unique()
    nearest = pl.DataFrame(
        {text: words, "nearest": pl.Series([nearest_word(field, word) for word in words.to_list()], dtype=pl.String)}
    )
    return (
        failed.join(nearest, on=text, how="left", maintain_order="left")
        .with_columns(
            field=pl.lit(field.name),
            position=pl.lit(position, dtype=pl.Int32),
            expected=pl.lit(expected(field)),
            excerpt=masked(pl.col(text)),
        )
        .rename({code: "code"})
        .select(pl.col(name).cast(kind) for name, kind in FAILURE_SCHEMA.items())
    )
