"""Cuts a text file into pieces of whole lines, decoded and repaired, in bounded memory."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from muster.pipeline.read.text.encoding import Encoding, Repair, decode_lines, without_mojibake, without_nul
from muster.pipeline.upload import beyond_limit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

CHUNK_BYTES = 8 << 20
T = TypeVar("T", str, bytearray)

_MARKS = (bytearray(b"\n"), bytearray(b"\r"), bytearray(b'"'))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file that ends with a line (the last one with the file), and what decoding it repaired."""

    text: str
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """How long a line may be; `filename` is what a refusal calls the file."""

    filename: str
    most: int

    def check(self, length: int) -> None:
        if length > self.most:
            raise beyond_limit(
                self.filename,
                f"has a line of more than {self.most:,} bytes, so it is no table of rows",
                "export it with one row per line and send it again",
                setting="max_line_bytes",
                limit=self.most,
                kind="line_too_long",
            )


def read_chunks(
    path: Path, encoding: Encoding, record_bytes: int, chunk_bytes: int = CHUNK_BYTES, *, filename: str | None = None
) -> Iterator[Chunk]:
    """Yield the file in order. A piece is cut where quotes are balanced when there is such a place.

    Raises UnreadableFileError for a line of more than `record_bytes`; it calls the file by `filename`.
    """
    pieces = _wide_pieces if encoding.is_wide else _byte_pieces
    yield from pieces(path, encoding, _Line(filename or path.name, record_bytes), chunk_bytes)


def _byte_pieces(path: Path, encoding: Encoding, line: _Line, chunk_bytes: int) -> Iterator[Chunk]:
    # One buffer for all pieces: a new one for each would cost as much as all the rest here.
    buffer = bytearray(chunk_bytes)
    end = 0
    with path.open("rb") as file:
        file.seek(encoding.bom_bytes)
        while count := _read_into(file, buffer, end, chunk_bytes):
            end += count
            if count < chunk_bytes:
                continue
            cut = _cut(buffer, end, *_MARKS)
            if cut:
                yield _byte_chunk(buffer, cut, encoding)
                buffer[: end - cut] = buffer[cut:end]
                end -= cut
            line.check(end)
        if end:
            yield _byte_chunk(buffer, end, encoding)


def _read_into(file: BufferedReader, buffer: bytearray, end: int, most: int) -> int:
    """Read up to `most` bytes behind the first `end` bytes of the buffer, which grows to hold them; how many came."""
    buffer.extend(bytes(max(0, end + most - len(buffer))))
    with memoryview(buffer) as view:
        return file.readinto(view[end : end + most])


def _byte_chunk(buffer: bytearray, end: int, encoding: Encoding) -> Chunk:
    with memoryview(buffer) as view:
        text, repairs = decode_lines(view[:end], encoding)
    return Chunk(text, tuple(repairs))


def _wide_pieces(path: Path, encoding: Encoding, line: _Line, chunk_bytes: int) -> Iterator[Chunk]:
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    rest = ""
    with path.open("rb") as file:
        file.seek(encoding.bom_bytes)
        while piece := file.read(chunk_bytes):
            rest += decoder.decode(piece)
            cut = _cut(rest, len(rest), "\n", "\r", '"')
            if cut and len(piece) == chunk_bytes:
                yield _wide_chunk(rest[:cut])
                rest = rest[cut:]
            line.check(len(rest))
        rest += decoder.decode(b"", final=True)
        if rest:
            yield _wide_chunk(rest)


def _wide_chunk(text: str) -> Chunk:
    repairs: list[Repair] = []
    if "\ufffd" in text:
        repairs = [
            Repair(offset, "bytes", "replacement characters", line.count("\ufffd"))
            for offset, line in enumerate(text.split("\n"))
            if "\ufffd" in line
        ]
    text, repairs = without_nul(*without_mojibake(text, repairs))
    return Chunk(text, tuple(repairs))


def _cut(block: T, end: int, feed: T, carriage: T, quote: T) -> int:
    """Where the last whole line before `end` ends, or one before it to balance the quotes; 0 when no line ends."""
    last = block.rfind(feed, 0, end) + 1
    if not last:
        # Old Mac line ends. A carriage return in the last place may be half of a pair.
        return block.rfind(carriage, 0, end - 1) + 1
    cut = last
    odd = block.count(quote, 0, cut) % 2
    while odd and cut:
        before = block.rfind(feed, 0, cut - 1) + 1
        odd = (odd + block.count(quote, before, cut)) % 2
        cut = before
    return cut or last
