"""How the user's own text file was written, so that its rejected rows are given back in the same writing."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from muster.pipeline.read.text.dialect import sniff_dialect
from muster.pipeline.read.text.encoding import decide_encoding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HEAD_BYTES = 64 * 1024
"""How much of a file tells its quotes and line ends."""

UTF8_WITH_MARK = "utf-8-sig"
_UTF8 = "utf-8"
_QUOTE = '"'
_MARKS = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
_QUOTED = re.compile(r'"[^"]*"')
_PARTING = re.compile(r"[\\,;\t|^~\r\n\"'\x1f\xa6]|\A\s|\s\Z|::")
"""What a cell is put into quotes for: a reader that does not know the delimiter could take it for one."""


class DialectTooNarrowError(Exception):
    """A cell would not come back as it is: its encoding or its quote would be taken for another, or lacks it."""


@dataclass(frozen=True, slots=True)
class TextDialect:
    """Encoding (a Python codec), the byte order mark before the text, delimiter, quote and line end."""

    encoding: str = _UTF8
    mark: bytes = codecs.BOM_UTF8
    delimiter: str = ","
    quote: str = _QUOTE
    line_end: str = "\r\n"

    def lines(self, rows: Sequence[Sequence[str]]) -> bytes:
        """Encode rows; the last cell of each, the reason, stands in quotes. Raises DialectTooNarrowError."""
        text = "".join(f"{self.delimiter.join(self._cells(row))}{self.line_end}" for row in rows)
        if self.quote != _QUOTE and _QUOTE in text:
            raise DialectTooNarrowError
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError:
            raise DialectTooNarrowError from None

    def wider(self) -> TextDialect:
        """A dialect that holds everything, with the same delimiter and line end."""
        return TextDialect(delimiter=self.delimiter, line_end=self.line_end)

    def _cells(self, row: Sequence[str]) -> list[str]:
        # apostrophes are recognised as quotes only where most cells have them, and no quotation mark is anywhere
        every = self.quote != _QUOTE
        last = len(row) - 1
        return [self._quoted(cell) if every or place == last else self._cell(cell) for place, cell in enumerate(row)]

    def _cell(self, text: str) -> str:
        return self._quoted(text) if _PARTING.search(text) or self.delimiter in text else text

    def _quoted(self, text: str) -> str:
        return f"{self.quote}{text.replace(self.quote, self.quote * 2)}{self.quote}"


def dialect_of(file_format: Mapping[str, Any] | None, head: bytes | None) -> TextDialect:
    """The writing of a file with this `file_format` (domain.tables.FileFormat) and these first bytes.

    What neither tells is as spreadsheet programs write it: UTF-8 with its mark, commas, quotes, CRLF.
    """
    known = file_format or {}
    name, delimiter = known.get("encoding"), known.get("delimiter")
    if not name or not delimiter:
        return TextDialect()
    encoding = _UTF8 if name == UTF8_WITH_MARK else str(name)
    if head is None:
        return TextDialect(encoding, codecs.BOM_UTF8 if encoding == _UTF8 else b"", str(delimiter))
    mark = _MARKS.get(encoding, codecs.BOM_UTF8)
    text = head.removeprefix(mark).decode(encoding, "replace")
    return TextDialect(
        encoding,
        mark if head.startswith(mark) else b"",
        str(delimiter),
        sniff_dialect(text).dialect.quote,
        _line_end(_QUOTED.sub("", text)),
    )


def check_encoding(path: Path, dialect: TextDialect) -> None:
    """Raise DialectTooNarrowError when the file at `path` would be read in another encoding than the dialect's."""
    read_as = decide_encoding(path, whole=True).codec
    if codecs.lookup(read_as) != codecs.lookup(dialect.encoding) and not _is_ascii(path):
        raise DialectTooNarrowError


def _is_ascii(path: Path) -> bool:
    """Whether it does not matter which of the usual encodings the file is read in."""
    with path.open("rb") as file:
        return all(piece.isascii() and b"\0" not in piece for piece in iter(lambda: file.read(HEAD_BYTES), b""))


def _line_end(text: str) -> str:
    both = text.count("\r\n")
    counts = {"\r\n": both, "\n": text.count("\n") - both, "\r": text.count("\r") - both}
    return max(counts, key=lambda end: counts[end])
