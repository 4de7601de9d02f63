"""The fast way: rows of a text that are proved to be all alike are parsed by Polars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.tables import LINE, ROW_NUMBER, cell_column
from muster.pipeline.read.blank import BLANKS
from muster.pipeline.read.staging import blank_to_null

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.pipeline.read.header import Layout
    from muster.pipeline.read.text.records import Dialect

WIDEST = 1_000
"""The pattern repeats a cell this often at most; wider tables go the tolerant way."""
_LONGEST = 32 << 20
_CELL = '(?:"(?:[^"\\x00]|"")*"|[^{delimiter}"\\r\\n\\x00]*)'
_ONE_LINE_CELL = '(?:"(?:[^"\\r\\n\\x00]|"")*"|[^{delimiter}"\\r\\n\\x00]*)'
_ODD = "odd"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a row must be for the fast way: written as usual, whole, not nearly empty (`sparse` cells), of fair size."""

    layout: Layout
    dialect: Dialect
    cell_bytes: int
    sparse: int = 0

    @property
    def holds(self) -> bool:
        """Whether the file as a whole is written so that Polars reads its rows as we do."""
        single = len(self.dialect.delimiter.encode()) == 1
        usual = self.dialect.quote == '"' and self.dialect.escape is None and single and not self.dialect.wrapped
        return usual and not self.layout.comments and self.layout.width <= WIDEST

    def pattern(self, cell: str) -> str:
        """The pattern of a row of such cells."""
        delimiter = "\\|" if self.dialect.delimiter == "|" else f"\\x{ord(self.dialect.delimiter):02x}"
        cell = cell.replace("{delimiter}", delimiter)
        width = self.layout.width
        return f"(?:{cell}{delimiter}){{{width - 1}}}{cell}" if width > 1 else cell


@dataclass(frozen=True, slots=True)
class Regular:
    """A piece as a frame: row number and line, both counted from 0 here, and the cells; `lines` it has in all."""

    frame: pl.DataFrame
    lines: int


@dataclass(frozen=True, slots=True)
class Mixed:
    """A piece with odd lines among regular ones: all `lines`, the places of `odd` ones, and the rest as a frame.

    The frame has the line (from 0 here) and the cells; rows of odd lines may be in it.
    """

    lines: list[str]
    odd: list[int]
    frame: pl.DataFrame


def parse_regular(text: str, rule: Rule) -> Regular | None:
    """Parse `text` when every row is well formed, as wide as the table and needs no repair; else None.

    A row of few filled cells may be the end of the table, so that it has to be looked at. The result is what the
    tolerant way gives for the same text.
    """
    plain = _with_line_feeds(text) if _is_fit(text, rule) else None
    if plain is None or plain[:1] in ("\r", "\n"):
        return None  # Polars takes the number of columns from a first line that is blank
    quoted = '"' in plain
    if quoted and not pl.Series([plain]).str.contains(f"^(?:(?:{rule.pattern(_CELL)}|)\\r?\\n)*$")[0]:
        return None
    frame = _parsed(plain.encode(), rule, quoted=quoted)
    if frame is None or not (quoted or _are_full(frame, plain, rule)):
        return None
    cells = _cells(frame, rule)
    if cells is None or cells[_ODD].any():
        return None
    lines = plain.count("\n") if quoted else frame.height
    cells = cells.drop(_ODD).insert_column(0, _line_offsets(frame, lines))
    cells.insert_column(0, pl.int_range(cells.height, dtype=pl.Int32, eager=True).alias(ROW_NUMBER))
    return Regular(cells, lines)


def parse_mixed(text: str, rule: Rule) -> Mixed | None:
    """Parse the lines of `text` that are regular rows by themselves; None when few are, or a line ends oddly."""
    if not _is_fit(text, rule) or not text.endswith("\n") or text.count("\r") != text.count("\r\n"):
        return None
    lines = text.split("\n")
    lines.pop()
    series = pl.Series(LINE, lines)
    regular = series.str.contains(f"^{rule.pattern(_ONE_LINE_CELL)}\\r?$") & (series.str.len_bytes() > 0)
    if regular.sum() * 2 < len(lines):
        return None
    data = series.filter(regular).str.join("\n").item().encode() + b"\n"
    frame = _parsed(data, rule, quoted=True)
    cells = None if frame is None else _cells(frame, rule)
    places = regular.arg_true().cast(pl.Int32).alias(LINE)
    if cells is None or cells.height != len(places):
        return None
    odd = [*(~regular).arg_true().to_list(), *places.filter(cells[_ODD]).to_list()]
    return Mixed(lines, sorted(odd), cells.drop(_ODD).insert_column(0, places))


def _is_fit(text: str, rule: Rule) -> bool:
    return rule.holds and 0 < len(text) <= _LONGEST and not text.startswith("\ufeff")


def _with_line_feeds(text: str) -> str | None:
    """The text with a line feed at the end of each line; None when carriage returns stand elsewhere too."""
    if "\r" in text:
        if "\n" not in text and '"' not in text:
            text = text.replace("\r", "\n")
        elif text.count("\r") != text.count("\r\n"):
            return None
    return text if text.endswith("\n") else text + "\n"


def _are_full(frame: pl.DataFrame, text: str, rule: Rule) -> bool:
    """Whether no row of a text without quotes is too short, none being too long: its last cells would be missing."""
    if "\x00" in text:
        return False
    # A null may as well be an empty cell: then the delimiters are counted.
    whole = frame.to_series(-1).null_count() == 0
    return whole or text.count(rule.dialect.delimiter) == (rule.layout.width - 1) * frame.height


def _parsed(data: bytes, rule: Rule, *, quoted: bool) -> pl.DataFrame | None:
    """The cells of a text, empty ones null; None when a row has too many."""
    schema = {f"p{place}": pl.String for place in range(rule.layout.width)}
    quote, delimiter = '"' if quoted else None, rule.dialect.delimiter
    try:
        return pl.read_csv(data, has_header=False, schema=schema, separator=delimiter, quote_char=quote)
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None


def _cells(frame: pl.DataFrame, rule: Rule) -> pl.DataFrame | None:
    """The cells of the table, blank ones null, and whether the row is odd; None when rows are narrower than names."""
    layout = rule.layout
    right = min(layout.left + len(layout.columns), layout.width)
    inside = [f"p{place}" for place in range(layout.left, right)]
    outside = [f"p{place}" for place in range(layout.width) if not layout.left <= place < right]
    if len(inside) < len(layout.columns):
        return None
    may_be_blank = frame.select(_may_be_blank(pl.col(name)).alias(name) for name in inside).row(0, named=True)
    odd = [pl.col(name).str.strip_chars(BLANKS) != "" for name in outside]
    odd += [pl.col(name).str.len_bytes() > rule.cell_bytes for name in inside]
    header = layout.header[layout.left : right]
    if sum(map(bool, header)) > 1 and _may_repeat(frame, inside, header):
        odd.append(
            pl.all_horizontal(
                pl.col(name).fill_null("").str.strip_chars(BLANKS) == title
                for name, title in zip(inside[:2], header[:2], strict=True)
            )
        )
    cells = [blank_to_null(pl.col(name)) if may_be_blank[name] else pl.col(name) for name in inside]
    filled = pl.sum_horizontal(cell.is_not_null() for cell in cells)
    odd.append(filled <= rule.sparse)
    return frame.select(
        pl.any_horizontal(odd).fill_null(value=False).alias(_ODD),
        *(cell.alias(cell_column(place)) for place, cell in enumerate(cells)),
    )


def _may_repeat(frame: pl.DataFrame, inside: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row may repeat the header: some cell below the first name holds it."""
    named = next(place for place, title in enumerate(header) if title)
    return bool(frame.select(pl.col(inside[named]).str.contains(header[named], literal=True).any()).item())


def _may_be_blank(cells: pl.Expr) -> pl.Expr:
    """Whether any cell begins with what may be a blank: a space, a character of control, or one beyond ASCII."""
    return ((cells < "!") | (cells > "~~")).any()


def _line_offsets(frame: pl.DataFrame, lines: int) -> pl.Series:
    """The line that each row begins in, from 0; rows are longer than a line when quoted values hold line breaks."""
    if frame.height == lines:
        return pl.int_range(frame.height, dtype=pl.Int32, eager=True).alias(LINE)
    breaks = frame.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True))).to_series()
    starts = (breaks.cast(pl.Int32) + 1).cum_sum().shift(1, fill_value=0)
    return starts.alias(LINE)
