"""Opens separated text step by step, each step a decision: encoding, dialect, header, and where the rows begin."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muster.domain.errors import EmptyUploadError
from muster.domain.findings import FindingLog
from muster.pipeline.read import codes
from muster.pipeline.read.header import HEADER_ROWS, Layout, Widest, find_layout
from muster.pipeline.read.rows import Row, TableRows
from muster.pipeline.read.shape.body import Body
from muster.pipeline.read.shape.tables import is_plain, profile_of, tell_tail
from muster.pipeline.read.text.chunks import CHUNK_BYTES, Chunk, read_chunks
from muster.pipeline.read.text.dialect import sniff_dialect
from muster.pipeline.read.text.encoding import Encoding, decide_encoding
from muster.pipeline.read.text.notes import LineNotes
from muster.pipeline.read.text.records import NEWLINE, Batch, Dialect, RecordParser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muster.pipeline.read.shape.looks import Line
    from muster.pipeline.read.text.encoding import Repair
    from muster.pipeline.upload import Limits, Upload

_ENDING_NAMES = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_ENDINGS_LOOKED_AT = 64 * 1024
_QUOTED = re.compile(r'"[^"]*"')
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*+")


@dataclass(slots=True)
class TextTable:
    """A text file whose decisions are made; its body is still to come.

    `name` is the table's, `filename` what a refusal calls the file. `first` is what follows the header in the first
    piece, beginning in line `parser.line`; `more` are later pieces. `plain`: by its first lines the file is one table
    of the usual shape. `following` are the lines of what turned out to be another table, once the rows of this one are
    taken.
    """

    name: str
    filename: str
    path: Path
    encoding: Encoding
    dialect: Dialect
    layout: Layout
    plain: bool
    rows: TableRows
    body: Body
    parser: RecordParser
    limits: Limits
    log: FindingLog
    first: str
    more: Iterator[Chunk]
    notes: LineNotes
    lead: tuple[int, int] = (0, 0)
    """Characters and lines before the first line that is read: blank ones, and one that states the separator."""
    following: Iterator[Line] | None = None

    def head(self) -> Iterator[list[Row]]:
        """The rows of the first piece, up to `limits.head_rows`."""
        left = self.limits.head_rows
        final = next(self.more, None) is None
        for batch in self.parser.feed(self.first, final=final):
            final = final and len(batch.rows) <= left
            batch.rows = batch.rows[:left]
            left -= len(batch.rows)
            yield self.clean(batch)
            if self.body.over:
                return
            if not left:
                break
        if final:
            yield self.clean(Batch(), final=True)
        if not self.body.over:
            yield self.last(complete=final)

    def clean(self, batch: Batch, *, final: bool = False) -> list[Row]:
        """The rows of a batch that are certain by now; what was wrong with their lines is told with them."""
        return self._cleaned(self.body.feed(self.noted(batch).rows, final=final))

    def noted(self, batch: Batch) -> Batch:
        """The batch; what was wrong with its lines is kept until their rows are known."""
        self.notes.issues.update(batch.issues)
        return batch

    def settle(self) -> list[Row]:
        """The rows that were kept back as a possible end, since more rows follow."""
        return self._cleaned(self.body.finish(complete=False))

    def last(self, *, complete: bool = True) -> list[Row]:
        """The last rows."""
        return self._cleaned(self.body.finish(complete=complete))

    def expect_repairs(self, repairs: tuple[Repair, ...]) -> None:
        """Note what decoding repaired in the piece that the parser is about to be fed."""
        line = self.parser.line + len(NEWLINE.findall(self.parser.rest))
        self.notes.repairs.extend((line + repair.offset, repair) for repair in repairs)

    def finish(self) -> None:
        """Tell what concerns the table as a whole, lines below it, and repairs of lines that became no row."""
        tell_tail(self.log, self.body.tail, self.name)
        if self.following is None:
            self.notes.tell(self.log, self.name, [], None)
        self.rows.finish()

    def _cleaned(self, lines: list[Line]) -> list[Row]:
        rows = self.rows.clean(lines)
        self.notes.tell(self.log, self.name, rows, lines[-1][0] + 1 if lines else 0)
        return rows


@dataclass(slots=True)
class TextLines:
    """The lines of a text file from the first on, anew each time they are asked for; `notes` are those of the last."""

    table: TextTable
    head_bytes: int | None = None
    notes: LineNotes = field(init=False)

    def __post_init__(self) -> None:
        self.notes = LineNotes(self.table.encoding)

    def __call__(self) -> Iterator[Line]:
        """Parse the file; a limit on bytes ends it early."""
        table, limits = self.table, self.table.limits
        notes = self.notes = LineNotes(table.encoding)
        size = CHUNK_BYTES if self.head_bytes is None else self.head_bytes
        lead_chars, skipped = table.lead
        parser = RecordParser(table.dialect, limits.record_bytes, 1 + skipped)
        parser.expected = table.layout.width
        pieces = read_chunks(table.path, table.encoding, limits.record_bytes, size, filename=table.filename)
        for number, piece in enumerate(pieces):
            notes.repairs.extend((parser.line - skipped + repair.offset, repair) for repair in piece.repairs)
            text = piece.text if number else piece.text[lead_chars:]
            skipped = 0
            yield from lines_of(parser, text, notes, final=False)
            if self.head_bytes is not None:
                break
        yield from lines_of(parser, "", notes, final=True)

    def cut(self) -> bool:
        """Whether the file is longer than what is given of it."""
        return self.head_bytes is not None and self.table.path.stat().st_size > self.head_bytes


def lines_of(parser: RecordParser, text: str, notes: LineNotes, *, final: bool) -> Iterator[Line]:
    """The lines of the next piece of text."""
    for batch in parser.feed(text, final=final):
        notes.issues.update(batch.issues)
        yield from batch.rows


def open_text(upload: Upload, limits: Limits, log: FindingLog, *, whole: bool) -> TextTable:
    """Decide how `upload` is to be read; `whole=False` looks at no more than its head.

    Raises EmptyUploadError when no cell is filled, UnreadableFileError when the table is wider than the limit.
    """
    name = upload.stem
    encoding = decide_encoding(upload.path, whole=whole)
    if encoding.reason is not None:
        log.add(codes.note(codes.ENCODING_GUESSED, table=name, encoding=encoding.codec.upper(), reason=encoding.reason))
    size = CHUNK_BYTES if whole else limits.head_bytes
    pieces = read_chunks(upload.path, encoding, limits.record_bytes, size, filename=upload.filename)
    first = next(pieces, None)
    if first is None:
        raise _nothing(upload)
    blank = _BLANK_LINES.match(first.text)
    text = first.text[blank.end() :] if blank else first.text
    line = 1 + (len(NEWLINE.findall(blank[0])) if blank else 0)
    sniffed = sniff_dialect(text)
    if sniffed.separator_line_chars:
        text = text[sniffed.separator_line_chars :]
        log.add(codes.note(codes.SEPARATOR_LINE, table=name, line=line))
        line += 1
    if sniffed.dialect.wrapped:
        log.add(codes.note(codes.LINES_IN_QUOTES, table=name))
    head = RecordParser(sniffed.dialect, limits.record_bytes, line, batch_rows=HEADER_ROWS)
    rows = next(head.feed(text, final=True), Batch()).rows
    layout = find_layout(rows, Widest(limits.columns, upload.filename))
    if layout is None:
        raise _nothing(upload)
    _tell_endings(text[:_ENDINGS_LOOKED_AT], name, log)
    body_line = rows[layout.skip][0] if layout.skip < len(rows) else head.line
    parser = RecordParser(sniffed.dialect, limits.record_bytes, body_line)
    parser.expected = layout.width
    plain = is_plain(rows, layout, name, ended=len(rows) < HEADER_ROWS)
    return TextTable(
        name=name,
        filename=upload.filename,
        path=upload.path,
        encoding=encoding,
        dialect=sniffed.dialect,
        layout=layout,
        plain=plain,
        rows=TableRows(layout, name, log if plain else FindingLog(), limits, ragged=True),
        body=Body(profile_of(rows, layout)),
        parser=parser,
        limits=limits,
        log=log,
        first=_from_line(text, body_line - line),
        more=pieces,
        notes=LineNotes(encoding, repairs=[(1 + repair.offset, repair) for repair in first.repairs]),
        lead=(len(first.text) - len(text), line - 1),
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
