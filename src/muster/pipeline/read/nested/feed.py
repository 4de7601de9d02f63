"""Decodes a file piece by piece into text, counting what did not fit its encoding, in bounded memory."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from muster.pipeline.read import codes
from muster.pipeline.read.text.encoding import Encoding, decide_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muster.domain.findings import FindingLog
    from muster.pipeline.upload import Limits

PIECE_BYTES = 1 << 20
_REPLACED = "\ufffd"


class Feed:
    """The text of a file in pieces.

    `line` is the line that the next piece begins in. `head_bytes` ends the text early: `cut` then says that more would
    have followed. Characters put in for bytes that do not fit are told once, with the first line and their count.
    """

    def __init__(self, path: Path, encoding: Encoding, head_bytes: int | None = None) -> None:
        self.encoding = encoding
        self.line = 1
        self.cut = False
        self._path = path
        self._head_bytes = head_bytes
        self._replaced = 0
        self._replaced_line = 0

    def pieces(self) -> Iterator[str]:
        """Yield the text in order; a piece may end anywhere."""
        decoder = codecs.getincrementaldecoder(self.encoding.codec)("replace")
        left = self._head_bytes
        with self._path.open("rb") as file:
            file.seek(self.encoding.bom_bytes)
            while piece := file.read(PIECE_BYTES if left is None else min(PIECE_BYTES, left)):
                yield self._counted(decoder.decode(piece))
                if left is not None:
                    left -= len(piece)
                    if not left:
                        self.cut = bool(file.read(1))
                        return
        yield self._counted(decoder.decode(b"", final=True))

    def tell(self, log: FindingLog) -> None:
        """Tell how the text was decoded."""
        name = self.encoding.codec.upper()
        if self.encoding.reason is not None:
            log.add(codes.note(codes.ENCODING_GUESSED, encoding=name, reason=self.encoding.reason))
        if self._replaced:
            repair = f"{self._replaced} replacement character(s)"
            log.add(codes.note(codes.BYTES_REPAIRED, line=self._replaced_line, encoding=name, repair=repair))

    def _counted(self, text: str) -> str:
        if _REPLACED in text:
            if not self._replaced:
                self._replaced_line = self.line + text.count("\n", 0, text.index(_REPLACED))
            self._replaced += text.count(_REPLACED)
        self.line += text.count("\n")
        return text


def head_sizes(limits: Limits, *, whole: bool) -> tuple[int | None, ...]:
    """How much of a file is read (None: all of it): the next one when the first does not hold a single record."""
    return (None,) if whole else (limits.head_bytes, limits.head_bytes + limits.object_bytes)


def open_feed(path: Path, *, head_bytes: int | None, declared: str | None = None) -> Feed:
    """Return the feed of a file: by its byte order mark, what it declares of itself, or what its bytes say."""
    encoding = decide_encoding(path, whole=head_bytes is None)
    if declared is not None and encoding.bom_bytes == 0 and not encoding.is_wide and _known(declared):
        encoding = Encoding(declared)
    return Feed(path, encoding, head_bytes)


def _known(name: str) -> bool:
    try:
        return re.fullmatch(r"utf-?(?:8|16|32)", name, re.IGNORECASE) is None and bool(codecs.lookup(name))
    except LookupError:
        return False
