"""Cells with several values: taken apart, read one by one, without repeats, sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.model import FieldType
from muster.pipeline.mapping.scalars import read_odd, vectorised

if TYPE_CHECKING:
    from muster.catalog.model import Field
    from muster.pipeline.mapping.transformation import Transformation

_ADDRESS_MARKS = r"[\[\](){}\s,;|\"'，；、]+"  # noqa: RUF001 - the marks of Eastern scripts
"""Addresses hold none of these, so every one of them parts two: `[10.0.0.1,fe80::1];` needs no decision."""
_MAC_MARKS = r"[\[\](){}\n\r\t,;|\"']+"
_PRINTED = r"(?s)^\[.*\]$"
_QUOTED = r"[\"'\s]*,\s*[\"']|[\"']\s*,[\"'\s]*"
_ALWAYS = ("\n", "\r")


def list_values(text: pl.Series, field: Field, how: Transformation, value: str, code: str) -> list[pl.Series]:
    """Two columns as long as `text`: lists of canonical values (null when there is none), and failure codes.

    One bad element makes the whole cell a failure: half a list would pass for the whole.
    """
    frame = text.to_frame("text").select("text", _single(field, how).alias("single"))
    alone = pl.when(pl.col("single").is_not_null()).then(pl.concat_list("single"))
    if frame.select((pl.col("text").is_not_null() & pl.col("single").is_null()).any()).item():
        frame = frame.with_row_index("row")
        several = _several(frame.filter(pl.col("single").is_null() & pl.col("text").is_not_null()), field, how)
        frame = frame.join(several, on="row", how="left", maintain_order="left")
        both = frame.select(pl.coalesce(alone, "values").alias(value), pl.col("code").alias(code))
    else:
        both = frame.select(alone.alias(value), pl.lit(None, dtype=pl.String).alias(code))
    return [both[value], both[code]]


def _single(field: Field, how: Transformation) -> pl.Expr:
    """The value of a cell that holds just one in the usual form, as nearly all do; null for the rest."""
    text = pl.col("text")
    if field.type in (FieldType.IP, FieldType.MAC):
        return vectorised(text, field, how)
    marks = [text.str.contains(mark, literal=True) for mark in (*how.lists, *_ALWAYS)]
    return pl.when(~pl.any_horizontal(*marks, text.str.starts_with("["))).then(vectorised(text, field, how))


def _several(rows: pl.DataFrame, field: Field, how: Transformation) -> pl.DataFrame:
    """`row`, `values` and `code` for the rows given, one each."""
    parts = (
        rows.select("row", _split(field, how).alias("part"))
        .explode("part")
        .filter(pl.col("part").is_not_null() & (pl.col("part") != ""))
        .with_columns(vectorised(pl.col("part"), field, how).alias("value"))
    )
    parts = _rescued(parts, field, how)
    good = parts.filter(pl.col("value").is_not_null()).unique(["row", "value"]).sort("row", "value")
    lists = good.group_by("row", maintain_order=True).agg(pl.col("value").alias("values"))
    bad = parts.filter(pl.col("code").is_not_null()).group_by("row").agg(pl.col("code").first())
    joined = rows.select("row").join(lists, on="row", how="left").join(bad, on="row", how="left")
    return joined.with_columns(pl.when(pl.col("code").is_null()).then(pl.col("values")).alias("values"))


def _split(field: Field, how: Transformation) -> pl.Expr:
    text = pl.col("text")
    if field.type in (FieldType.IP, FieldType.MAC):
        marks = _ADDRESS_MARKS if field.type is FieldType.IP else _MAC_MARKS
        text = text.str.replace_all(marks, "\n")
    else:
        # A list as programs print it: the brackets and the quotes around its values are not part of them.
        printed = text.str.contains(_PRINTED)
        inside = text.str.strip_chars("[]").str.replace_all(_QUOTED, "\n").str.strip_chars("\"' ")
        text = pl.when(printed).then(inside).otherwise(text)
    for mark in (*how.lists, *_ALWAYS):
        text = text.str.replace_all(mark, "\n", literal=True)
    return text.str.split("\n").list.eval(pl.element().str.strip_chars())


def _rescued(parts: pl.DataFrame, field: Field, how: Transformation) -> pl.DataFrame:
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
    return joined.with_columns(pl.coalesce("value", "odd").alias("value"))
