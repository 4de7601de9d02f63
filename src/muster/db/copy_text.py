"""Frames as PostgreSQL's COPY text format: one line per row, tabs between values, backslash N for null.

The format is that of the PostgreSQL manual, COPY, "Text Format". Escaping happens in columns, never row by row, and
only in columns that need it: looking costs a tenth of escaping, and hardly any column of an inventory needs it.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ROWS_AT_ONCE = 50_000
_IN_FIELDS = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_IN_ELEMENTS = {"\\": "\\\\", '"': '\\"'}


def copy_text(frame: pl.DataFrame) -> Iterator[bytes]:
    """The rows of `frame` as chunks of COPY text.

    Columns may be String, List(String) (a text[]), numbers, Boolean, Date and Datetime; strings hold no NUL.
    """
    for start in range(0, frame.height, _ROWS_AT_ONCE):
        lines = pl.DataFrame([_encoded(column) for column in frame.slice(start, _ROWS_AT_ONCE)])
        chunk = BytesIO()  # written as bytes: as a string the text is copied and checked twice more
        lines.write_csv(chunk, include_header=False, separator="\t", null_value="\\N", quote_style="never")
        yield chunk.getvalue()


def _encoded(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return _escaped(column, _IN_FIELDS)
    if isinstance(column.dtype, pl.List):
        return _escaped(_array(column), _IN_FIELDS)
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S%.6f+00")
    return column.cast(pl.String)


def _array(lists: pl.Series) -> pl.Series:
    """Lists as PostgreSQL's array literals, every element in quotes."""
    elements = lists.explode(empty_as_null=True, keep_nulls=True)
    if _holds(elements, _IN_ELEMENTS):
        lists = lists.list.eval(_replaced(pl.element(), _IN_ELEMENTS))
    listed = pl.lit('{"') + lists.list.join('","') + pl.lit('"}')
    return pl.select(pl.when(lists.list.len() == 0).then(pl.lit("{}")).otherwise(listed).alias(lists.name)).to_series()


def _escaped(text: pl.Series, escapes: dict[str, str]) -> pl.Series:
    if not _holds(text, escapes):
        return text
    return pl.select(_replaced(pl.lit(text), escapes)).to_series()


def _holds(text: pl.Series, characters: Iterable[str]) -> bool:
    return bool(text.str.contains("[" + "".join(map(re.escape, characters)) + "]").any())


def _replaced(text: pl.Expr, escapes: dict[str, str]) -> pl.Expr:
    for character, escape in escapes.items():
        text = text.str.replace_all(character, escape, literal=True)
    return text
