"""Walks through JSON text of any length: one value at a time is decoded, the rest is never in memory."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from muster.pipeline.read.nested.columns import free_name
from muster.pipeline.read.nested.tables import record_too_large, too_deep

if TYPE_CHECKING:
    from muster.pipeline.read.nested.feed import Feed
    from muster.pipeline.read.nested.shapes import Nested
    from muster.pipeline.upload import Limits

_SPACE = re.compile(r"[\s\ufeff\x1e]*")
"""White space, a byte order mark in the middle of glued files, and the record separator of RFC 7464."""
_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|\x00")
_NEAR_END = 16
"""What is wrong this near to the end of what is known may be the cut, not the text."""


class BrokenJsonError(Exception):
    """The text is no JSON from `line` on; `reason` says what was expected, without quoting the text."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class TooLargeValueError(Exception):
    """A value takes more than may be decoded at once."""


class JsonCursor:
    """A place in JSON text. Every method raises BrokenJsonError where the text is not what it should be.

    Numbers come as the text that stands there, so that nothing is rounded.
    """

    def __init__(self, feed: Feed, filename: str, limits: Limits) -> None:
        self.repeated: Counter[str] = Counter()
        self.dirty = False
        self._pieces = feed.pieces()
        self._filename = filename
        self._limits = limits
        self._text = ""
        self._at = 0
        self._ended = False
        self._line = 1
        self._line_at = 0
        self._decoder = json_decoder(self.repeated)

    @property
    def line(self) -> int:
        """The line of the place, from 1."""
        self._line += self._text.count("\n", self._line_at, self._at)
        self._line_at = self._at
        return self._line

    def peek(self) -> str:
        """The next character that is no blank, "" at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, wanted: str) -> bool:
        """Step over the next character if it is `wanted`."""
        if self.peek() != wanted:
            return False
        self._at += 1
        return True

    def expect(self, wanted: str) -> None:
        """Step over `wanted`."""
        if not self.take(wanted):
            raise self._broken(f"“{wanted}” is missing")

    def value(self, most: int | None = None) -> tuple[Nested, int]:
        """Decode the next value; return it with its size in characters. `dirty` says whether it may be unstorable.

        Raises TooLargeValueError, at the same place, when it takes more than `most` characters; UnreadableFileError
        when it is larger than the limit or nested too deeply.
        """
        limit = self._limits.object_bytes if most is None else most
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended or self._is_surely_wrong(error):
                    raise self._broken(error.msg.partition(":")[0], error.pos) from error
            except RecursionError as error:
                raise too_deep(self._filename, self._limits) from error
            else:
                if end < len(self._text) or self._ended or self._text[end - 1] in '"]}':
                    size = end - self._at
                    self.dirty = _UNSTORABLE.search(self._text, self._at, end) is not None
                    self._at = end
                    return value, size
            if len(self._text) - self._at > limit:
                if most is not None:
                    raise TooLargeValueError
                what = f"a record of more than {limit:,} bytes in line {self.line}"
                advice = "export the records as a list, one object each"
                raise record_too_large(self._filename, what, advice, self._limits)
            self._more()

    def ahead(self, most: int) -> Nested:
        """The next value without stepping over it; None when it takes more than `most` characters, or is broken."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except (json.JSONDecodeError, RecursionError):
                if len(self._text) - self._at > most or not self._more():
                    return None
            else:
                return value if end - self._at <= most else None

    def _more(self) -> bool:
        """Add to the text what is about as long as what is left of it; what lies behind is let go."""
        self.line  # noqa: B018 - counts the lines that are let go
        rest = self._text[self._at :]
        added: list[str] = []
        size = 0
        while not self._ended and size <= len(rest):
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            else:
                added.append(piece)
                size += len(piece)
        self._text = rest + "".join(added)
        self._at = self._line_at = 0
        return bool(size)

    def _is_surely_wrong(self, error: json.JSONDecodeError) -> bool:
        inside_string = error.msg.startswith(("Unterminated string", "Invalid \\"))
        return not inside_string and error.pos < len(self._text) - _NEAR_END

    def _broken(self, reason: str, position: int | None = None) -> BrokenJsonError:
        if position is not None:
            self._at = min(position, len(self._text))
        if self.peek() == "":
            reason = "its end is missing"
        return BrokenJsonError(self.line, reason)


def json_decoder(repeated: Counter[str]) -> json.JSONDecoder:
    """A decoder that keeps numbers as text and every value of a repeated name; `repeated` counts those names."""

    def pairs(items: list[tuple[str, Nested]]) -> dict[str, Nested]:
        record = dict(items)
        if len(record) != len(items):
            record = {}
            numbers: dict[str, int] = {}
            for name, value in items:
                unique = free_name(name, record, numbers)
                if unique != name:
                    repeated[unique] += 1
                record[unique] = value
        return record

    return json.JSONDecoder(object_pairs_hook=pairs, parse_float=str, parse_int=str, parse_constant=str, strict=False)
