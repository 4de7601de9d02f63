"""Opens separated text step by step, each step a decision: encoding, dialect, header, and where the rows begin."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.domain.errors import EmptyUploadError
from muster.pipeline.read import codes
from muster.pipeline.read.header import HEADER_ROWS, Layout, check_width, find_layout
from muster.pipeline.read.rows import Row, TableRows
from muster.pipeline.read.text.chunks import CHUNK_BYTES, Chunk, read_chunks
from muster.pipeline.read.text.dialect import sniff_dialect
from muster.pipeline.read.text.encoding import Encoding, Repair, decide_encoding
from muster.pipeline.read.text.records import NEWLINE, Batch, Dialect, RecordParser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.domain.findings import FindingLog
    from muster.pipeline.upload import Limits, Upload

_ENDING_NAMES = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_ENDINGS_LOOKED_AT = 64 * 1024
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(slots=True)
class TextTable:
    """A text file whose decisions are made; its body is still to come.

    `first` is what follows the header in the first piece, beginning in line `parser.line`; `more` are later pieces.
    """

    name: str
    encoding: Encoding
    dialect: Dialect
    layout: Layout
    rows: TableRows
    parser: RecordParser
    limits: Limits
    log: FindingLog
    first: str
    more: Iterator[Chunk]
    repairs: list[tuple[int, Repair]] = field(default_factory=list)
    """What decoding repaired, as (line, repair), until the row of that line is known."""

    def head(self) -> Iterator[list[Row]]:
        """The rows of the first piece, up to `limits.head_rows`."""
        most = self.limits.head_rows
        final = next(self.more, None) is None
        for batch in self.parser.feed(self.first, final=final):
            batch.rows = batch.rows[: most - self.rows.count]
            yield self.clean(batch)
            if self.rows.count >= most:
                return

    def clean(self, batch: Batch) -> list[Row]:
        """The rows of a batch; its issues, and the repairs of its lines, are told with their row."""
        rows = self.rows.clean(batch.rows)
        if batch.issues:
            numbers = {line: number for number, line, _ in rows}
            for line, code in batch.issues:
                if line in numbers:
                    self.log.add(codes.note(code, table=self.name, row_number=numbers[line], line=line))
        if self.repairs:
            self._tell_repairs(rows, self.parser.line)
        return rows

    def expect_repairs(self, repairs: tuple[Repair, ...]) -> None:
        """Note what decoding repaired in the piece that the parser is about to be fed."""
        line = self.parser.line + len(NEWLINE.findall(self.parser.rest))
        self.repairs.extend((line + repair.offset, repair) for repair in repairs)

    def finish(self) -> None:
        """Tell what concerns the table as a whole, and repairs of lines that became no row."""
        self._tell_repairs([], None)
        self.rows.finish()

    def _tell_repairs(self, rows: list[Row], before: int | None) -> None:
        starts = [line for _, line, _ in rows]
        done = [entry for entry in self.repairs if before is None or entry[0] < before]
        self.repairs = self.repairs[len(done) :]
        for line, repair in done:
            place = bisect_right(starts, line) - 1
            number = rows[place][0] if place >= 0 else None
            code = codes.BYTES_REPAIRED if repair.kind == "bytes" else codes.CHARACTERS_REMOVED
            finding = codes.note(
                code,
                table=self.name,
                row_number=number,
                line=line,
                encoding=self.encoding.codec.upper(),
                repair=repair.detail,
                count=repair.count,
            )
            self.log.add(finding)


def open_text(upload: Upload, limits: Limits, log: FindingLog, *, whole: bool) -> TextTable:
    """Decide how `upload` is to be read; `whole=False` looks at no more than its head.

    Raises EmptyUploadError when no cell is filled, UnreadableFileError when the table is wider than the limit.
    """
    name = upload.stem
    encoding = decide_encoding(upload.path, whole=whole)
    if encoding.reason is not None:
        log.add(codes.note(codes.ENCODING_GUESSED, table=name, encoding=encoding.codec.upper(), reason=encoding.reason))
    size = CHUNK_BYTES if whole else limits.head_bytes
    pieces = read_chunks(upload.path, encoding, limits.record_bytes, size)
    first = next(pieces, None)
    sniffed = sniff_dialect(first.text) if first else None
    if first is None or sniffed is None:
        raise _nothing(upload)
    text, line = first.text, 1
    if sniffed.separator_line_chars:
        text, line = text[sniffed.separator_line_chars :], 2
        log.add(codes.note(codes.SEPARATOR_LINE, table=name, line=1))
    head = RecordParser(sniffed.dialect, limits.record_bytes, line, batch_rows=HEADER_ROWS)
    rows = next(head.feed(text, final=True), Batch()).rows
    layout = find_layout(rows)
    if layout is None:
        raise _nothing(upload)
    check_width(layout, limits.columns, upload.filename)
    _tell_endings(text[:_ENDINGS_LOOKED_AT], name, log)
    body_line = rows[layout.skip][0] if layout.skip < len(rows) else head.line
    parser = RecordParser(sniffed.dialect, limits.record_bytes, body_line)
    parser.expected = layout.width
    return TextTable(
        name,
        encoding,
        sniffed.dialect,
        layout,
        TableRows(layout, name, log, limits, ragged=True),
        parser,
        limits,
        log,
        _from_line(text, body_line - line),
        pieces,
        [(1 + repair.offset, repair) for repair in first.repairs],
    )


def _from_line(text: str, lines: int) -> str:
    """The text after its first `lines` lines."""
    position = 0
    for _ in range(lines):
        match = NEWLINE.search(text, position)
        if match is None:
            return ""
        position = match.end()
    return text[position:]


def _tell_endings(text: str, name: str, log: FindingLog) -> None:
    # The end of what is looked at may stand between the two characters of one ending.
    found = set(NEWLINE.findall(_QUOTED.sub("", text.removesuffix("\r"))))
    if len(found) > 1:
        endings = ", ".join(words for ending, words in _ENDING_NAMES.items() if ending in found)
        log.add(codes.note(codes.MIXED_LINE_ENDINGS, table=name, endings=endings))


def _nothing(upload: Upload) -> EmptyUploadError:
    return EmptyUploadError(
        f"{upload.filename} holds no filled cell: send a file with a header line and rows.", filename=upload.filename
    )
