"""Cells with several values: taken apart, read one by one, without repeats, sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.model import FieldType
from muster.pipeline.mapping.scalars import read_odd, vectorised

if TYPE_CHECKING:
    from muster.catalog.model import Field
    from muster.pipeline.mapping.transformation import Transformation

_ADDRESS_MARKS = r"[\[\](){}\s,;|\"']+"
"""Addresses hold none of these, so every one of them parts two: `[10.0.0.1,fe80::1];` needs no decision."""
_MAC_MARKS = r"[\[\](){}\n\r\t,;|\"']+"
_ALWAYS = ("\n", "\r")


def list_values(text: pl.Series, field: Field, how: Transformation, value: str, code: str) -> list[pl.Series]:
    """Two columns as long as `text`: lists of canonical values (null when there is none), and failure codes.

    One bad element makes the whole cell a failure: half a list would pass for the whole.
    """
    frame = text.to_frame("text").with_row_index("row")
    parts = (
        frame.lazy()
        .filter(pl.col("text").is_not_null())
        .select("row", _split(field, how).alias("part"))
        .explode("part", empty_as_null=True)
        .filter(pl.col("part").is_not_null() & (pl.col("part") != ""))
        .with_columns(vectorised(pl.col("part"), field, how).alias("value"))
        .collect()
    )
    parts = _rescue(parts, field, how)
    good = parts.filter(pl.col("value").is_not_null()).unique(["row", "value"]).sort("row", "value")
    lists = good.group_by("row", maintain_order=True).agg(pl.col("value").alias(value))
    bad = parts.filter(pl.col("code").is_not_null()).group_by("row").agg(pl.col("code").first().alias(code))
    joined = frame.select("row").join(lists, on="row", how="left", maintain_order="left")
    joined = joined.join(bad, on="row", how="left", maintain_order="left")
    whole = joined.select(pl.when(pl.col(code).is_null()).then(pl.col(value)).alias(value), pl.col(code))
    return [whole[value], whole[code]]


def _split(field: Field, how: Transformation) -> pl.Expr:
    text = pl.col("text")
    if field.type in (FieldType.IP, FieldType.MAC):
        marks = _ADDRESS_MARKS if field.type is FieldType.IP else _MAC_MARKS
        return text.str.replace_all(marks, "\n").str.split("\n").list.eval(pl.element().str.strip_chars())
    for mark in (*how.lists, *_ALWAYS):
        text = text.str.replace_all(mark, "\n", literal=True)
    return text.str.split("\n").list.eval(pl.element().str.strip_chars())


def _rescue(parts: pl.DataFrame, field: Field, how: Transformation) -> pl.DataFrame:
    odd = parts.filter(pl.col("value").is_null())["part"].unique()
    read = [read_odd(part, field, how) for part in odd.to_list()]
    known = pl.DataFrame(
        {
            "part": odd,
            "odd": pl.Series([item[0] for item in read], dtype=pl.String, strict=False),
            "code": pl.Series([item[1] for item in read], dtype=pl.String),
        }
    )
    joined = parts.join(known, on="part", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("value", "odd").alias("value"),
        pl.when(pl.col("value").is_null()).then(pl.col("code")).alias("code"),
    )
