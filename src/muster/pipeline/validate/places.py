"""Turns a filtered frame into places of a finding, cheaply enough for millions of bad cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.domain.findings import PLACES_PER_CODE
from muster.domain.tables import LINE, ROW_NUMBER
from muster.pipeline.validate.agent import FINDINGS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping


def places(
    frame: pl.DataFrame,
    code: str,
    name: str | pl.Expr | None,
    *,
    params: Mapping[str, pl.Expr] | None = None,
    excerpt: pl.Expr | None = None,
) -> pl.DataFrame:
    """Return one finding of `code` per row of `frame`, in its order.

    `frame` holds row_number, line and whatever `params` and `excerpt` (already masked) refer to; those are computed
    for the first PLACES_PER_CODE rows only, since no more are ever shown.
    """
    if frame.is_empty():
        return FINDINGS_SCHEMA.to_frame()
    field = name if isinstance(name, pl.Expr) else pl.lit(name, dtype=pl.String)
    nothing = pl.lit(None, dtype=pl.String)
    base = [pl.col(ROW_NUMBER), pl.col(LINE), field.alias("field"), pl.lit(code).alias("code")]
    detail = [
        (
            pl.struct(*(value.alias(key) for key, value in params.items())).struct.json_encode() if params else nothing
        ).alias("params"),
        (nothing if excerpt is None else excerpt).alias("excerpt"),
    ]
    shown = frame.head(PLACES_PER_CODE).select(*base, *detail)
    if frame.height <= PLACES_PER_CODE:
        return shown
    rest = frame.slice(PLACES_PER_CODE).select(*base, nothing.alias("params"), nothing.alias("excerpt"))
    return pl.concat([shown, rest])
