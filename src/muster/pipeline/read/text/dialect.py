"""Decides delimiter, quote and escape from the head of a text: the reading that gives the most regular table wins."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from muster.pipeline.read.blank import is_blank
from muster.pipeline.read.text.records import Dialect, RecordParser

_DELIMITERS = (",", ";", "\t", "|")
_SNIFF_CHARS = 512 * 1024
_SNIFF_ROWS = 500
_SEP_LINE = re.compile(r'\s*"?sep=(.)"?[ \t]*(?:\r\n|\n|\r)', re.IGNORECASE)
_ESCAPED_QUOTE = re.compile(r'\\"(?=[^,;\t|\r\n"])')
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
    for delimiter in _DELIMITERS:
        if delimiter not in head:
            continue
        dialect = Dialect(delimiter, _quote(head, delimiter), escape)
        score = _score(head, dialect)
        if score > best_score:
            best, best_score = dialect, score
    return Sniffed(best)


def _score(head: str, dialect: Dialect) -> float:
    """How regular the head is in this dialect: share of rows of the commonest width, a little more for wide ones."""
    parser = RecordParser(dialect, len(head))
    rows: list[list[str]] = []
    for batch in parser.feed(head, final=True):
        rows.extend(cells for _, cells in batch.rows if not all(map(is_blank, cells)))
        if len(rows) >= _SNIFF_ROWS:
            break
    rows = rows[:_SNIFF_ROWS]
    # Only the last row may have been cut in the middle by the end of the head.
    if len(rows) > 2:  # noqa: PLR2004 - a header and a row say something by themselves
        rows = rows[:-1]
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
    enclosed = re.findall(rf"(?:^|(?<={edge}))'([^'\r\n]*)'(?={edge}|\r|\n|$)", head, re.MULTILINE)
    cells = head.count(delimiter) + head.count("\n")
    return "'" if any(delimiter in cell for cell in enclosed) or len(enclosed) * 2 > cells else '"'


def _escape(head: str) -> str | None:
    """The backslash when it stands before quotes inside of values and doubled quotes are not the rule."""
    return "\\" if len(_ESCAPED_QUOTE.findall(head)) > len(_DOUBLED_QUOTE.findall(head)) else None
