"""The fast way: a piece of text whose rows a pattern proves to be all alike is parsed by Polars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, cell_column
from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.staging import blank_to_null

if TYPE_CHECKING:
    from muster.pipeline.read.header import Layout
    from muster.pipeline.read.text.records import Dialect

WIDEST = 1_000
"""The pattern repeats a cell this often at most; wider tables go the tolerant way."""
_LONGEST = 32 << 20
_CELL = '(?:"(?:[^"\\x00]|"")*"|[^{delimiter}"\\r\\n\\x00]*)'


@dataclass(frozen=True, slots=True)
class Regular:
    """A piece as a frame: `line` counts from 0 at the piece's first line, cells are c0 …; `lines` it has in all."""

    frame: pl.DataFrame
    lines: int


def parse_regular(text: str, layout: Layout, dialect: Dialect, cell_bytes: int, sparse: int = 0) -> Regular | None:
    """Parse `text` when every row is well formed, `layout.width` cells wide and needs no repair; else None.

    A row of no more than `sparse` filled cells may be the end of the table, so that it has to be looked at. The result
    is what the tolerant way gives for the same text.
    """
    single = len(dialect.delimiter.encode()) == 1
    usual = dialect.quote == '"' and dialect.escape is None and single and not dialect.wrapped
    plain = usual and not layout.comments
    if not plain or layout.width > WIDEST or len(text) > _LONGEST or text.startswith("\ufeff"):
        return None
    if text[:1] in ("", "\r", "\n"):
        return None  # Polars takes the number of columns from a first line that is blank
    quoted = '"' in text
    if "\r" in text:
        if not quoted and "\n" not in text:
            text = text.replace("\r", "\n")
        elif text.count("\r") != text.count("\r\n"):
            return None
    if not text.endswith("\n"):
        text += "\n"
    if not pl.Series([text]).str.contains(_pattern(layout.width, dialect.delimiter))[0]:
        return None
    schema = {f"p{place}": pl.String for place in range(layout.width)}
    frame = pl.read_csv(
        text.encode(), has_header=False, schema=schema, separator=dialect.delimiter, empty_string_is_null=False
    )
    return _squared(frame, text.count("\n"), layout, cell_bytes, sparse)


def _pattern(width: int, delimiter: str) -> str:
    escaped = "\\|" if delimiter == "|" else f"\\x{ord(delimiter):02x}"
    cell = _CELL.replace("{delimiter}", escaped)
    row = f"(?:{cell}{escaped}){{{width - 1}}}{cell}" if width > 1 else cell
    return f"^(?:(?:{row}|)\\r?\\n)*$"


def _squared(frame: pl.DataFrame, lines: int, layout: Layout, cell_bytes: int, sparse: int) -> Regular | None:
    right = min(layout.left + len(layout.columns), layout.width)
    inside = [f"p{place}" for place in range(layout.left, right)]
    outside = [f"p{place}" for place in range(layout.width) if not layout.left <= place < right]
    if len(inside) < len(layout.columns):
        return None
    checks = [(pl.col(name).str.strip_chars(BLANKS) != "").any() for name in outside]
    checks += [(pl.col(name).str.len_bytes() > cell_bytes).any() for name in inside]
    header = layout.header[layout.left : right]
    if sum(map(bool, header)) > 1:
        repeats = pl.all_horizontal(
            pl.col(name).str.strip_chars(BLANKS) == title for name, title in zip(inside[:2], header[:2], strict=True)
        )
        checks.append(repeats.any())
    if frame.select(pl.any_horizontal(checks)).item():
        return None
    frame = frame.select(
        _line_offsets(frame, lines),
        *(blank_to_null(pl.col(name)).alias(cell_column(place)) for place, name in enumerate(inside)),
    )
    cells = pl.exclude(LINE)
    few = pl.all_horizontal(cells.is_null()) if not sparse else pl.sum_horizontal(cells.is_not_null()) <= sparse
    return None if frame.select(few.any()).item() else Regular(frame, lines)


def _line_offsets(frame: pl.DataFrame, lines: int) -> pl.Series:
    """The line that each row begins in, from 0; rows are longer than a line when quoted values hold line breaks."""
    if frame.height == lines:
        return pl.int_range(frame.height, dtype=pl.Int32, eager=True).alias(LINE)
    breaks = frame.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True))).to_series()
    starts = (breaks.cast(pl.Int32) + 1).cum_sum().shift(1, fill_value=0)
    return starts.alias(LINE)
