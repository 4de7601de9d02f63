"""The tolerant reader of separated text: every row of any file, in order, with its line and what was wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from muster.pipeline.read.codes import STRAY_QUOTE, UNTERMINATED_QUOTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.domain.findings import FindingCode

NEWLINE = re.compile(r"\r\n|\n|\r")
BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the text is written. `escape` is a backslash where quotes and delimiters are escaped by it, else None.

    `wrapped`: every line is one quoted cell that holds a row of cells.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    wrapped: bool = False


class _Way(Enum):
    """How far an open quote is believed: into text to come, as far as there is text, in its line, or in its cell."""

    WAITING = auto()
    SPANNING = auto()
    IN_ITS_LINE = auto()
    IN_ITS_CELL = auto()


@dataclass(slots=True)
class Batch:
    """Rows in file order as (line, cells), and issues as (line of the row, code)."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    issues: list[tuple[int, FindingCode]] = field(default_factory=list)


class RecordParser:
    """Parses text handed over in pieces; a row whose quote is still open waits in `rest` for the next piece.

    `line` is the line of the next row. `expected` (cells in a row), once known, decides between a value with line
    breaks and a quote that was never closed. A quoted value may span `record_chars`, then its quote counts as open.
    """

    def __init__(self, dialect: Dialect, record_chars: int, line: int = 1, *, batch_rows: int = BATCH_ROWS) -> None:
        self.line = line
        self.rest = ""
        self.expected: int | None = None
        self._dialect = dialect
        self._record_chars = record_chars
        self._batch_rows = batch_rows
        # Up to here no quote closes well from the place on that the row at hand was last searched from.
        self._barren = 0
        # A closing quote is one that is not doubled; with an escape, not escaped either.
        quote = re.escape(dialect.quote)
        plain = f"[^{quote}]*" if dialect.escape is None else rf"[^{quote}\\]*"
        paired = quote * 2 if dialect.escape is None else rf"(?:{quote}{quote}|\\.)"
        inside = f"{plain}(?:{paired}{plain})*+"
        self._inside = re.compile(inside, re.DOTALL)

    def feed(self, text: str, *, final: bool) -> Iterator[Batch]:
        """Parse `rest` and `text`; `final` says that nothing follows."""
        text = self.rest + text
        self.rest = ""
        delimiter, quote, escape = self._dialect.delimiter, self._dialect.quote, self._dialect.escape
        start, length, batch = 0, len(text), Batch()
        carriage = "\r" in text
        while start < length:
            if carriage or (end := text.find("\n", start)) < 0:
                end, following = _line_end(text, start)
            else:
                following = end + 1
            if following == length and end == length and not final:
                self.rest = text[start:]
                break
            if text.find(quote, start, end) < 0 and (escape is None or text.find(escape, start, end) < 0):
                batch.rows.append((self.line, text[start:end].split(delimiter)))
                self.line += 1
            else:
                waits = not final and length - start <= self._record_chars
                record = self._record(text, start, end, waits=waits)
                if record is None:
                    self.rest = text[start:]
                    break
                cells, end, issue = record
                if self._dialect.wrapped and len(cells) == 1:
                    cells, _, issue = self._single(cells[0])
                batch.rows.append((self.line, cells))
                if issue is not None:
                    batch.issues.append((self.line, issue))
                following = _line_end(text, end)[1]
                self.line += 1 + len(NEWLINE.findall(text, start, end))
            start = following
            if len(batch.rows) >= self._batch_rows:
                yield batch
                batch = Batch()
        if batch.rows:
            yield batch

    def _record(
        self, text: str, start: int, end: int, *, waits: bool
    ) -> tuple[list[str], int, FindingCode | None] | None:
        """The cells of the row at `start` whose first line ends at `end`, where it ends, and what was wrong.

        None when a quote is open and more text may close it.
        """
        result = self._cells(text, start, end, _Way.WAITING if waits else _Way.SPANNING)
        if result is None:
            return None
        cells, stop, issue = result
        if self.expected is None or len(cells) == self.expected:
            return result
        if stop > end:
            alone = self._cells(text, start, end, _Way.IN_ITS_LINE)
            if alone is not None and len(alone[0]) == self.expected:
                return alone
        if issue is not None:
            # A quote that never closes may have taken the one that opens a later value for its own.
            apart = self._cells(text, start, end, _Way.IN_ITS_CELL)
            if apart is not None and len(apart[0]) == self.expected:
                return apart
        return result

    def _single(self, text: str) -> tuple[list[str], int, FindingCode | None]:
        """The cells of a text that is one row."""
        result = self._cells(text, 0, len(text), _Way.SPANNING)
        return result if result is not None else ([text], len(text), None)

    def _cells(self, text: str, start: int, end: int, way: _Way) -> tuple[list[str], int, FindingCode | None] | None:
        cells: list[str] = []
        issue: FindingCode | None = None
        position = self._barren = start
        delimiter = self._dialect.delimiter
        while True:
            opening = position
            while opening < end and text[opening] == " " != delimiter:
                opening += 1
            if opening < end and text[opening] == self._dialect.quote:
                closing = self._closing(text, opening + 1)
                if closing < 0 and way is _Way.WAITING:
                    return None
                value, after, wrong = self._quoted(text, opening, closing, end, way)
                issue = issue or wrong
                if after > end:
                    end = _line_end(text, after)[0]
                stop = self._stop(text, after, end)
            else:
                stop = self._stop(text, position, end)
                value = self._unescaped(text[position:stop])
            cells.append(value)
            if stop >= end:
                return cells, end, issue
            position = stop + len(delimiter)

    def _quoted(
        self, text: str, opening: int, closing: int, end: int, way: _Way
    ) -> tuple[str, int, FindingCode | None]:
        """The value of the cell whose quote opens at `opening`, a place behind it, and what was wrong."""
        well = closing >= 0 and self._closes_well(text, closing)
        spanning = way in (_Way.WAITING, _Way.SPANNING)
        if closing < 0 or (closing > end and not (spanning and well)):
            stop = self._stop(text, opening + 1, end)
            return text[opening + 1 : stop], stop, UNTERMINATED_QUOTE
        if well:
            return self._unquoted(text[opening + 1 : closing]), closing + 1, None
        if way is _Way.IN_ITS_CELL:
            stop = self._stop(text, opening + 1, end)
            return text[opening + 1 : stop], stop, UNTERMINATED_QUOTE
        later = self._later_close(text, closing, end)
        if later >= 0:
            return self._unquoted(text[opening + 1 : later]), later + 1, STRAY_QUOTE
        stop = self._stop(text, closing, end)
        return text[opening:stop], stop, STRAY_QUOTE

    def _stop(self, text: str, position: int, end: int) -> int:
        delimiter, escape = self._dialect.delimiter, self._dialect.escape
        stop = text.find(delimiter, position, end)
        while escape is not None and stop > 0 and _is_escaped(text, stop, escape):
            stop = text.find(delimiter, stop + 1, end)
        return end if stop < 0 else stop

    def _unescaped(self, value: str) -> str:
        escape, delimiter = self._dialect.escape, self._dialect.delimiter
        return value if escape is None else value.replace(escape + delimiter, delimiter)

    def _closing(self, text: str, position: int) -> int:
        match = self._inside.match(text, position)
        stop = match.end() if match else position
        return stop if stop < len(text) and text[stop] == self._dialect.quote else -1

    def _closes_well(self, text: str, closing: int) -> bool:
        after = closing + 1
        while after < len(text) and text[after] == " " != self._dialect.delimiter:
            after += 1
        return after >= len(text) or text[after] in "\n\r" or text.startswith(self._dialect.delimiter, after)

    def _later_close(self, text: str, position: int, end: int) -> int:
        position = max(position, self._barren - 1)
        while (position := text.find(self._dialect.quote, position + 1, end)) >= 0:
            if self._closes_well(text, position):
                return position
        # Without this a long line of stray quotes would be searched to its end for each of them.
        self._barren = end
        return -1

    def _unquoted(self, inner: str) -> str:
        quote = self._dialect.quote
        inner = inner.replace(quote * 2, quote)
        return inner.replace(f"\\{quote}", quote) if self._dialect.escape else inner


def _is_escaped(text: str, place: int, escape: str) -> bool:
    """Whether an odd number of escapes stands before `place`."""
    before = place
    while before > 0 and text[before - 1] == escape:
        before -= 1
    return (place - before) % 2 == 1


def _line_end(text: str, start: int) -> tuple[int, int]:
    """Where the line at `start` ends, and where the next begins."""
    match = NEWLINE.search(text, start)
    return match.span() if match else (len(text), len(text))
