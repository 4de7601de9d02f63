"""Frames as PostgreSQL's COPY text format: one line per row, tabs between values, backslash N for null.

The format is that of the PostgreSQL manual, COPY, "Text Format". Hardly any text of an inventory needs escaping, so
lines are written without it, and again with it where their bytes hold more special characters than the format's own.
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
        columns = [_text(column) for column in frame.slice(start, _ROWS_AT_ONCE)]
        chunk = _lines(columns)
        yield chunk if _needs_no_escape(chunk, columns) else _lines([_escaped(column) for column in columns])


def _lines(columns: list[pl.Series]) -> bytes:
    chunk = BytesIO()  # written as bytes: as a string the text is copied and checked twice more
    lines = pl.DataFrame(columns)
    lines.write_csv(chunk, include_header=False, separator="\t", null_value="\\N", quote_style="never")
    return chunk.getvalue()


def _needs_no_escape(chunk: bytes, columns: list[pl.Series]) -> bool:
    """Whether every special character in `chunk` is one that the format itself put there."""
    height = len(columns[0])
    return (
        chunk.count(b"\\") == sum(column.null_count() for column in columns)
        and chunk.count(b"\n") == height
        and chunk.count(b"\t") == height * (len(columns) - 1)
        and b"\r" not in chunk
    )


def _text(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.List):
        return _array(column)
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


def _escaped(text: pl.Series) -> pl.Series:
    if not _holds(text, _IN_FIELDS):
        return text
    return pl.select(_replaced(pl.lit(text), _IN_FIELDS)).to_series()


def _holds(text: pl.Series, characters: Iterable[str]) -> bool:
    return bool(text.str.contains("[" + "".join(map(re.escape, characters)) + "]").any())


def _replaced(text: pl.Expr, escapes: dict[str, str]) -> pl.Expr:
    for character, escape in escapes.items():
        text = text.str.replace_all(character, escape, literal=True)
    return text
