"""Decides delimiter, quote and escape from the head of a text: the reading that gives the most regular table wins."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from muster.pipeline.read.blank import is_blank
from muster.pipeline.read.shape.looks import column_shapes
from muster.pipeline.read.text.records import Dialect, RecordParser

_DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f", "\xa6")
_DOUBLED = ("||", "::", "~~", "^^", ";;")
"""Delimiters of two characters: taken when the character never stands alone."""
_RARE = (":", " ")
"""Characters that stand in values as often as between them: taken when no other parts anything, and cells say so."""
_RARE_COLUMNS = 4
_SNIFF_CHARS = 512 * 1024
_SNIFF_ROWS = 500
_SEP_LINE = re.compile(r'\s*"?sep=(.)"?[ \t]*(?:\r\n|\n|\r)', re.IGNORECASE)
_ESCAPED_QUOTE = re.compile(r'\\"(?=[^,;\t|\r\n"])')
_BACKSLASH_AT_THE_END = re.compile(r'\\"(?:[,;\t|\r\n]|\Z)')
_DOUBLED_QUOTE = re.compile(r'[^,;\t|\r\n"]""')


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The dialect of a text and the characters of a leading `sep=` line (0 without one)."""

    dialect: Dialect
    separator_line_chars: int = 0


def sniff_dialect(head: str) -> Sniffed:
    """Return how `head`, the beginning of a text, is written. A text with no separator is one column of commas."""
    stated = _SEP_LINE.match(head)
    if stated:
        return Sniffed(Dialect(stated.group(1), '"', _escape(head)), stated.end())
    head = head[:_SNIFF_CHARS]
    escape = _escape(head)
    best, best_score = Dialect(",", '"', escape), 0.0
    doubled = [pair for pair in _DOUBLED if pair in head and pair[0] not in head.replace(pair, "")]
    for delimiter in (*doubled, *_DELIMITERS):
        if delimiter not in head or any(delimiter == pair[0] for pair in doubled):
            continue
        quote = _quote(head, delimiter)
        escapes = {escape} if f"\\{delimiter}" not in head else {escape, "\\"}
        for tried in sorted(escapes, key=str, reverse=True):
            dialect = Dialect(delimiter, quote, tried)
            score = _score(_rows(head, dialect))
            if score > best_score:
                best, best_score = dialect, score
    if best_score < 1:
        best = next((rare for rare in map(Dialect, _RARE) if _is_surely(rare, head)), best)
    if best_score < 1 and _is_wrapped(head, inner := replace(best, wrapped=True)):
        best = inner
    return Sniffed(best)


def _rows(head: str, dialect: Dialect) -> list[list[str]]:
    """The first rows of the head that hold anything, whole ones only."""
    parser = RecordParser(dialect, len(head), batch_rows=_SNIFF_ROWS)
    rows: list[list[str]] = []
    for batch in parser.feed(head, final=True):
        rows.extend(cells for _, cells in batch.rows if not all(map(is_blank, cells)))
        if len(rows) >= _SNIFF_ROWS:
            break
    rows = rows[:_SNIFF_ROWS]
    # Only the last row may have been cut in the middle by the end of the head.
    if len(rows) > 2:  # noqa: PLR2004 - a header and a row say something by themselves
        rows = rows[:-1]
    return rows


def _is_surely(dialect: Dialect, head: str) -> bool:
    """Whether every row has the same cells, several of them values of one shape in each row."""
    rows = _rows(head, dialect)
    widths = {len(cells) for cells in rows}
    if len(widths) != 1 or len(rows) < 3 or widths.pop() < _RARE_COLUMNS:  # noqa: PLR2004 - a header and two rows
        return False
    quoted = f'{dialect.delimiter}"' in head
    return bool(column_shapes(rows[1:])) and (quoted or not any(cell == "" for cells in rows for cell in cells))


def _is_wrapped(head: str, dialect: Dialect) -> bool:
    """Whether every line stands in quotes as a whole, so that it is one cell with a row of a table in it."""
    lines = [line for line in head.splitlines()[:_SNIFF_ROWS] if line.strip()]
    if len(lines) < 2 or not all(line.startswith('"') and line.endswith('"') for line in lines):  # noqa: PLR2004 - a header and a row
        return False
    outer = _rows(head, replace(dialect, wrapped=False))
    widths = {len(cells) for cells in _rows(head, dialect)}
    return all(len(cells) == 1 for cells in outer) and len(widths) == 1 and widths.pop() > 1


def _score(rows: list[list[str]]) -> float:
    """How regular rows are: the share of those of the commonest width, a little more for wide ones."""
    widths = Counter(len(cells) for cells in rows)
    split = {width: count for width, count in widths.items() if width > 1}
    if not split:
        return 0.0
    width, count = max(split.items(), key=lambda item: (item[1], item[0]))
    share = count / len(rows)
    # Cells that begin or end with a space come from prose that happens to hold the character.
    cells = [cell for row in rows if len(row) == width for cell in row[1:]]
    loose = sum(1 for cell in cells if cell[:1] == " ") / len(cells)
    return share * (1 - 0.5 * loose) * (1 + 0.02 * min(width, 20))


def _quote(head: str, delimiter: str) -> str:
    """The apostrophe when it, and no double quote, encloses most cells or a cell with a separator; else the quote."""
    if '"' in head or "'" not in head:
        return '"'
    edge = re.escape(delimiter)
    others = "".join(_DELIMITERS)
    enclosed = re.findall(rf"(?:^|(?<={edge}))'([^'\r\n]*)'(?={edge}|\r|\n|$)", head, re.MULTILINE)
    cells = head.count(delimiter) + head.count("\n")
    return "'" if any(mark in cell for cell in enclosed for mark in others) or len(enclosed) * 2 > cells else '"'


def _escape(head: str) -> str | None:
    """The backslash when it stands before quotes inside of values and doubled quotes are not the rule."""
    escaped, doubled = len(_ESCAPED_QUOTE.findall(head)), len(_DOUBLED_QUOTE.findall(head))
    # Paths end with a backslash too, just before the quote that closes them.
    more = escaped > doubled or (escaped == doubled and not _BACKSLASH_AT_THE_END.search(head))
    return "\\" if escaped and more else None
