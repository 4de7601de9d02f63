"""Cuts a text file into pieces of whole lines, decoded and repaired, in bounded memory."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from muster.domain.errors import UnreadableFileError
from muster.pipeline.read.text.encoding import Encoding, Repair, decode_lines, without_mojibake, without_nul

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK_BYTES = 8 << 20
T = TypeVar("T", str, bytes)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file that ends with a line (the last one with the file), and what decoding it repaired."""

    text: str
    repairs: tuple[Repair, ...] = ()


def read_chunks(path: Path, encoding: Encoding, record_bytes: int, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Chunk]:
    """Yield the file in order. A piece is cut where quotes are balanced when there is such a place.

    Raises UnreadableFileError for a line of more than `record_bytes`.
    """
    pieces = _wide_pieces if encoding.is_wide else _byte_pieces
    yield from pieces(path, encoding, record_bytes, chunk_bytes)


def _byte_pieces(path: Path, encoding: Encoding, record_bytes: int, chunk_bytes: int) -> Iterator[Chunk]:
    rest = b""
    with path.open("rb") as file:
        file.seek(encoding.bom_bytes)
        while piece := file.read(chunk_bytes):
            rest += piece
            if len(piece) < chunk_bytes:
                continue
            cut = _cut(rest, b"\n", b"\r", b'"')
            if cut:
                text, repairs = decode_lines(rest[:cut], encoding)
                yield Chunk(text, tuple(repairs))
                rest = rest[cut:]
            _bounded(rest, record_bytes)
        if rest:
            text, repairs = decode_lines(rest, encoding)
            yield Chunk(text, tuple(repairs))


def _wide_pieces(path: Path, encoding: Encoding, record_bytes: int, chunk_bytes: int) -> Iterator[Chunk]:
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    rest = ""
    with path.open("rb") as file:
        file.seek(encoding.bom_bytes)
        while piece := file.read(chunk_bytes):
            rest += decoder.decode(piece)
            cut = _cut(rest, "\n", "\r", '"')
            if cut and len(piece) == chunk_bytes:
                yield _wide_chunk(rest[:cut])
                rest = rest[cut:]
            _bounded(rest, record_bytes)
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


def _cut(block: T, feed: T, carriage: T, quote: T) -> int:
    """Where the last whole line ends, before it if need be to balance the quotes; 0 when no line ends."""
    last = block.rfind(feed) + 1
    if not last:
        # Old Mac line ends. A carriage return in the last place may be half of a pair.
        return block.rfind(carriage, 0, len(block) - 1) + 1
    cut = last
    odd = block.count(quote, 0, cut) % 2
    while odd and cut:
        before = block.rfind(feed, 0, cut - 1) + 1
        odd = (odd + block.count(quote, before, cut)) % 2
        cut = before
    return cut or last


def _bounded(rest: str | bytes, record_bytes: int) -> None:
    if len(rest) > record_bytes:
        raise UnreadableFileError(
            f"The file has a line of more than {record_bytes:,} bytes, so it is no table of rows: "
            "export it with one row per line and send it again.",
            kind="line_too_long",
        )
