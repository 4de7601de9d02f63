"""Takes the tables out of HTML text as it comes: rows of cells, merged ones noted, everything else let go."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from muster.pipeline.read.nested.columns import too_many_columns
from muster.pipeline.read.nested.tables import record_too_large, too_deep
from muster.pipeline.read.shape.headings import Merge
from muster.pipeline.upload import beyond_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.pipeline.upload import Limits

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BREAKS = frozenset({"br", "p", "div", "li"})
_HEADINGS = frozenset({"caption", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "noscript", "template"})
_CELLS = frozenset({"td", "th"})
_MOST_ROWS_MERGED = 65_534
_MOST_COLUMNS_MERGED = 1_000
"""WHATWG HTML, 4.9.11: the bounds of rowspan and colspan."""
_LONGEST_NAME = 80
_FED = 64 * 1024
"""A tag that does not end is searched for its end with each piece anew."""


@dataclass(slots=True)
class HtmlTable:
    """One table of a page: its name when it has one, its rows, which may be of any length, and its merged cells."""

    name: str = ""
    rows: list[list[str]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    width: int = 0
    spans: dict[int, int] = field(default_factory=dict)
    """Places that cells of earlier rows reach down into, with how many rows they still do."""
    holds_tables: bool = False

    @property
    def is_layout(self) -> bool:
        """Whether it only puts other tables into their places."""
        return self.holds_tables and all(sum(map(bool, row)) <= 1 for row in self.rows)

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """The rows by number, from 1, all of one length."""
        for number, row in enumerate(self.rows, start=1):
            yield number, row + [""] * (self.width - len(row))

    def put(self, text: str, columns: int, rows: int) -> None:
        """Put a cell into the last row, at the first place that is free."""
        row = self.rows[-1]
        self.skip(row)
        left, line = len(row), len(self.rows)
        row.append(text)
        row.extend([""] * (columns - 1))
        if columns > 1 or rows > 1:
            self.merges.append(Merge(line, left, line + rows - 1, left + columns - 1))
        if rows > 1:
            self.spans.update(dict.fromkeys(range(left, left + columns), rows))
        self.width = max(self.width, len(row))

    def skip(self, row: list[str]) -> None:
        """Leave the places blank that cells above reach down into."""
        while len(row) in self.spans:
            row.append("")

    def begin_row(self) -> None:
        """Begin the next row."""
        self.spans = {place: left - 1 for place, left in self.spans.items() if left > 1}
        self.rows.append([])


@dataclass(slots=True)
class _Cell:
    columns: int
    rows: int
    texts: list[str] = field(default_factory=list)
    size: int = 0


class HtmlTables(HTMLParser):
    """Gathers the tables of one page; text comes in pieces through `take`.

    Raises UnreadableFileError for tables nested too deeply, too many of them, rows that are too wide or cells too long.
    """

    def __init__(self, filename: str, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self._filename = filename
        self._limits = limits
        self._done: list[HtmlTable] = []
        self._open: list[tuple[HtmlTable, _Cell | None]] = []
        self._table: HtmlTable | None = None
        self._cell: _Cell | None = None
        self._unseen = 0
        self._title: list[str] | None = None
        self._heading = ""

    def take(self, piece: str) -> None:
        """Take the next piece of text."""
        for start in range(0, len(piece), _FED):
            self.feed(piece[start : start + _FED])
            if len(self.rawdata) > self._limits.cell_bytes:
                raise beyond_limit(
                    self._filename,
                    f"has a tag or comment of more than {self._limits.cell_bytes:,} bytes in line {self.getpos()[0]}",
                    "export it again without it",
                    setting="max_cell_bytes",
                    limit=self._limits.cell_bytes,
                    kind="record_too_large",
                )

    def finish(self) -> list[HtmlTable]:
        """The tables that hold a row, in the order in which they begin; one that the text breaks off in as well."""
        while self._table is not None:
            self._end_table()
        return [table for table in self._done if table.rows and not table.is_layout]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._begin_table()
        elif tag in _HEADINGS:
            self._title = []
        elif self._table is None:
            return
        elif tag == "tr":
            self._end_cell()
            self._table.begin_row()
            self._heading = ""
        elif tag in _CELLS:
            self._end_cell()
            if not self._table.rows:
                self._table.begin_row()
            spans = dict(attrs)
            columns = min(_span(spans.get("colspan")), _MOST_COLUMNS_MERGED)
            self._cell = _Cell(columns, min(_span(spans.get("rowspan")), _MOST_ROWS_MERGED))
        elif tag in _BREAKS and self._cell is not None:
            self.handle_data("\0")

    def handle_endtag(self, tag: str) -> None:
        """A tag ends."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _HEADINGS and self._title is not None:
            self._end_title(tag)
        elif tag == "table" and self._table is not None:
            self._end_table()
        elif tag in _CELLS or tag == "tr":
            self._end_cell()

    def handle_data(self, data: str) -> None:
        """Text, of a cell or a heading when one is open."""
        if self._unseen:
            return
        if self._title is not None and sum(map(len, self._title)) < _LONGEST_NAME:
            self._title.append(data)
        if self._cell is not None:
            self._cell.texts.append(data)
            self._cell.size += len(data)
            if self._cell.size > self._limits.object_bytes:
                what = f"a cell of more than {self._limits.object_bytes:,} bytes in line {self.getpos()[0]}"
                raise record_too_large(self._filename, what, "export it again without it", self._limits)

    def _begin_table(self) -> None:
        if len(self._open) >= self._limits.nesting:
            raise too_deep(self._filename, self._limits)
        if len(self._done) >= self._limits.tables:
            raise beyond_limit(
                self._filename,
                f"holds more than {self._limits.tables:,} tables",
                "export the one that matters as CSV or XLSX",
                setting="max_tables",
                limit=self._limits.tables,
                kind="too_many_tables",
            )
        if self._table is not None:
            self._table.holds_tables = True
            self._open.append((self._table, self._cell))
        self._table, self._cell = HtmlTable(self._heading), None
        self._heading = ""
        self._done.append(self._table)

    def _end_table(self) -> None:
        self._end_cell()
        self._table, self._cell = self._open.pop() if self._open else (None, None)

    def _end_cell(self) -> None:
        table, cell = self._table, self._cell
        if table is None or cell is None:
            return
        self._cell = None
        table.put(_text("".join(cell.texts)), cell.columns, cell.rows)
        if table.width > self._limits.columns + self._limits.extra_columns:
            raise too_many_columns(self._filename, self._limits)

    def _end_title(self, tag: str) -> None:
        text = _text("".join(self._title or ())).replace("\n", " ")[:_LONGEST_NAME]
        self._title = None
        if tag == "caption" and self._table is not None:
            self._table.name = text or self._table.name
        else:
            self._heading = text


def _span(stated: str | None) -> int:
    """How many rows or columns a cell takes; nonsense counts as one."""
    text = (stated or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 and int(text) else 1  # noqa: PLR2004 - far beyond any bound


def _text(raw: str) -> str:
    """The text as a browser shows it: blanks run together, line breaks where a tag says so."""
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in raw.split("\0"))
    return "\n".join(line for line in lines if line)
