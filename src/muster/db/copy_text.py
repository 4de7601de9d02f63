"""Frames as PostgreSQL's COPY text format: one line per row, tabs between values, backslash N for null.

The format is that of the PostgreSQL manual, COPY, "Text Format". Escaping happens in columns, never row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROWS_AT_ONCE = 50_000


def copy_text(frame: pl.DataFrame) -> Iterator[bytes]:
    """The rows of `frame` as chunks of COPY text.

    Columns may be String, List(String) (a text[]), numbers, Boolean, Date and Datetime; strings hold no NUL.
    """
    for start in range(0, frame.height, _ROWS_AT_ONCE):
        lines = frame.slice(start, _ROWS_AT_ONCE).select(_encoded(name, kind) for name, kind in frame.schema.items())
        yield lines.write_csv(
            include_header=False, separator="\t", null_value="\\N", quote_style="never", line_terminator="\n"
        ).encode()


def _encoded(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.String:
        return _escaped(column)
    if isinstance(kind, pl.List):
        quoted = pl.element().str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        listed = pl.lit('{"') + column.list.eval(quoted).list.join('","') + pl.lit('"}')
        return _escaped(pl.when(column.list.len() == 0).then(pl.lit("{}")).otherwise(listed)).alias(name)
    if isinstance(kind, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S%.6f+00")
    return column.cast(pl.String)


def _escaped(text: pl.Expr) -> pl.Expr:
    return (
        text.str.replace_all("\\", "\\\\", literal=True)
        .str.replace_all("\t", "\\t", literal=True)
        .str.replace_all("\n", "\\n", literal=True)
        .str.replace_all("\r", "\\r", literal=True)
    )
