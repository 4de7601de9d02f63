"""Reads JSON lines into tables: one object in each line, a line that is none left out and told."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read import codes
from muster.pipeline.read.blank import is_blank
from muster.pipeline.read.formats._log_lines import log_lines
from muster.pipeline.read.nested.cursor import json_decoder
from muster.pipeline.read.nested.tables import RecordTables
from muster.pipeline.read.text.encoding import decide_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from muster.domain.tables import ReadReport
    from muster.pipeline.read.nested.alike_lines import AlikeLines
    from muster.pipeline.read.nested.shapes import Nested
    from muster.pipeline.read.nested.walk import RowsOf
    from muster.pipeline.upload import Limits, Upload

_Line = tuple[int, str]
"""Number of the line, and its text."""

_FIRST_LINES = 64
_BLOCK_LINES = 4_096
_BLOCK_CHARS = 8 << 20
"""So much is taken the fast way, or the tolerant way, together."""
_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def read_json_lines(
    upload: Upload, limits: Limits, staging_dir: Path | None, kind: str, rows_of: RowsOf | None = None
) -> ReadReport:
    """Read the file, without a staging folder only its head; `rows_of` makes rows of each record.

    A line that is no object is left out and told. Raises UnreadableFileError when no line is one.
    """
    whole = staging_dir is not None
    encoding = decide_encoding(upload.path, whole=whole)
    tables = RecordTables(upload, limits, staging_dir)
    tolerant = _Tolerant(tables, limits, rows_of)
    fast = _Fast(tables, limits) if whole and rows_of is None else None
    for block in _blocks(log_lines(upload, encoding, limits, tables.log, whole=whole)):
        if fast is not None and fast.take(block):
            continue
        tolerant.take(block)
        if tables.done:
            break
        if fast is not None:
            fast.learn(tolerant.last)
    if not tables.rows and tolerant.first_wrong is not None:
        line, reason = tolerant.first_wrong
        raise UnreadableFileError(
            f"{upload.filename} holds no line that is a JSON object (line {line}: {reason}): export it again.",
            filename=upload.filename,
            kind="broken_json",
            line=line,
        )
    for field in tolerant.repeated:
        tables.log.add(codes.note(codes.KEY_REPEATED, field=field))
    return tables.report(kind, encoding.name, complete=whole)


def _blocks(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """The lines in blocks, the first of them small: it shows how the others are written."""
    block: list[_Line] = []
    most, chars = _FIRST_LINES, 0
    for line in lines:
        block.append(line)
        chars += len(line[1])
        if len(block) >= most or chars >= _BLOCK_CHARS:
            yield block
            block, most, chars = [], _BLOCK_LINES, 0
    if block:
        yield block


class _Fast:
    """Takes blocks of lines that are all written like a record that was read before."""

    def __init__(self, tables: RecordTables, limits: Limits) -> None:
        self._tables = tables
        # What a limit may hold out is for the tolerant way, which tells it.
        self._longest = min(limits.cell_bytes // 4, limits.object_bytes)
        self._alike: AlikeLines | None = None

    def learn(self, record: Mapping[str, Nested] | None) -> None:
        """Take lines like that of `record` from now on."""
        # The head is read without Polars, whose import takes most of the time that a child needs to start.
        from muster.pipeline.read.nested.alike_lines import AlikeLines  # noqa: PLC0415 - see above

        self._alike = None if record is None else AlikeLines.of(record, self._tables.root)

    def take(self, block: Sequence[_Line]) -> bool:
        """Add the rows of a block; False, and nothing is added, when it is one for the tolerant way."""
        if self._alike is None:
            return False
        lines, texts = zip(*block, strict=True)
        if max(map(len, texts)) > self._longest:
            return False
        frame = self._alike.frame(texts, lines, self._tables.root)
        if frame is not None:
            self._tables.add_frame(frame, sum(map(len, texts)))
        return frame is not None


class _Tolerant:
    """Takes any block of lines. `last` is the record of the last line, `first_wrong` the first that is none, and why.

    `repeated` counts names that an object gives twice.
    """

    def __init__(self, tables: RecordTables, limits: Limits, rows_of: RowsOf | None) -> None:
        self.last: dict[str, Nested] | None = None
        self.first_wrong: tuple[int, str] | None = None
        self.repeated: Counter[str] = Counter()
        self._tables = tables
        self._rows_of = rows_of
        self._decoder = _LineDecoder(limits, self.repeated)

    def take(self, block: Sequence[_Line]) -> None:
        """Add the rows of the lines; a line that is no object is told."""
        tables = self._tables
        for line, text in block:
            if is_blank(text):
                continue
            record = self._decoder.record(text)
            if isinstance(record, str):
                self.first_wrong = self.first_wrong or (line, record)
                tables.log.add(codes.note(codes.LINE_UNREADABLE, line=line, reason=record))
                continue
            self.last = record
            dirty = "\\u" in text and _UNSTORABLE.search(text) is not None
            size = len(text)
            for row in (record,) if self._rows_of is None else self._rows_of(record):
                tables.add(tables.root, row, line, size=size, dirty=dirty)
                size = 0
            if size and self._rows_of is not None:
                tables.leave_out(line)
            if tables.done:
                return


class _LineDecoder:
    """Decodes lines, numbers as the text they are; `repeated` counts names that an object gives twice."""

    def __init__(self, limits: Limits, repeated: Counter[str]) -> None:
        self._limits = limits
        self._decoder = json_decoder(repeated)

    def record(self, text: str) -> dict[str, Nested] | str:
        """The object in a line, or why there is none, in words without anything of the line."""
        if len(text) > self._limits.object_bytes:
            return f"it is longer than {self._limits.object_bytes:,} characters"
        try:
            record = self._decoder.decode(text.strip().rstrip(","))
        except json.JSONDecodeError as error:
            return f"it is no JSON ({error.msg.partition(':')[0]})"
        except RecursionError:
            return "it is nested too deeply"
        return record if isinstance(record, dict) else "it is no object"
