"""Decides the encoding of a text file with evidence, and decodes its pieces, repairing what does not fit."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.pipeline.read.text.mojibake import is_likely, repaired
from muster.pipeline.upload.magic import HEAD_BYTES, utf16_without_bom

if TYPE_CHECKING:
    from pathlib import Path

_PIECE = 1 << 20
_HEAD_PIECES = 4
_EVIDENCE_BYTES = 128 * 1024
"""How many bytes of lines with non-ASCII characters are collected to tell legacy encodings apart."""

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What exports are written in, the commonest first; a charset outside of this list is a wrong guess more often than not.
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp932", "gb18030",
    "big5", "euc_jp", "euc_kr", "cp850", "cp437", "koi8_r", "mac_roman",
]  # fmt: skip
_BETWEEN_VALUES = re.compile(r"([,;\t|\"\r])")
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_WORDS = re.compile(rb"[\x80-\xff]+")
_LONGEST_WESTERN_RUN = 3
"""Western words are mostly ASCII; longer runs of other bytes are another script."""
_ODD_SHARE = 0.1
_INSIDE_WORDS = "’‘´–—·\xad"  # noqa: RUF001 - the characters that Windows-1252 has for them
_LETTER_PLACES = re.compile(r"(?<=[A-Za-z])[\x80-\uffff]+(?=[A-Za-z])|(?<=[a-z])[\x80-\uffff]+\b")
"""Where only a letter makes sense: inside a word, or at its end."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A decided encoding: Python's `name`, the length of its mark, and the `reason`, None when nothing was guessed."""

    name: str
    bom_bytes: int = 0
    reason: str | None = None

    @property
    def codec(self) -> str:
        """The codec that decodes what follows the mark."""
        return "utf-8" if self.name == "utf-8-sig" else self.name

    @property
    def is_wide(self) -> bool:
        """Whether a line feed is more than one byte, so that bytes can not be cut at it."""
        return self.name.startswith(("utf-16", "utf-32"))


@dataclass(frozen=True, slots=True)
class Repair:
    """What decoding changed in one line: `offset` counts lines from the start of the piece."""

    offset: int
    kind: str
    """`bytes`, `mojibake`: read in another way; `nul` or `surrogate`: removed."""
    detail: str
    count: int


def decide_encoding(path: Path, *, whole: bool) -> Encoding:
    """Return the encoding of the file; `whole=False` looks at the head only.

    A byte order mark decides; else bytes that are valid UTF-8 throughout are UTF-8. A file that is neither is UTF-8
    with damage when most of its non-ASCII runs are valid UTF-8, else the legacy encoding that fits them best.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Encoding(name, len(bom))
    wide = utf16_without_bom(head)
    if wide is not None:
        return Encoding(wide, 0, "a zero beside nearly every letter")
    evidence = _not_utf8(path, whole=whole)
    if not evidence:
        return Encoding("utf-8")
    runs = _WORDS.findall(evidence)
    broken = sum(1 for run in runs if not _is_utf8(run))
    if broken * 2 <= len(runs):
        return Encoding("utf-8")
    return _legacy(evidence)


def decode_lines(block: memoryview, encoding: Encoding) -> tuple[str, list[Repair]]:
    """Decode a block of whole lines. What does not fit is repaired line by line, each repair told.

    A line that is no UTF-8 in a UTF-8 file is read as Windows-1252 (files are often glued together); surrogates,
    which no database holds, are joined to the letter they stand for or removed.
    """
    try:
        text = str(block, encoding.codec)
        repairs: list[Repair] = []
    except UnicodeDecodeError:
        lines: list[str] = []
        repairs = []
        for offset, line in enumerate(bytes(block).split(b"\n")):
            decoded, found = _decode_line(line, encoding, offset)
            lines.append(decoded)
            repairs.extend(found)
        text = "\n".join(lines)
    return without_nul(*without_mojibake(text, repairs))


def without_mojibake(text: str, repairs: list[Repair]) -> tuple[str, list[Repair]]:
    """Repair values that were read in the wrong encoding before, telling their lines (counted by line feeds)."""
    if text.isascii() or not is_likely(text):
        return text, repairs
    mended = list(repairs)
    lines = text.split("\n")
    for offset, line in enumerate(lines):
        parts = _BETWEEN_VALUES.split(line) if is_likely(line) else []
        better = [repaired(part) for part in parts]
        if any(part is not None for part in better):
            lines[offset] = "".join(new or old for new, old in zip(better, parts, strict=True))
            mended.append(Repair(offset, "mojibake", "UTF-8", sum(part is not None for part in better)))
    return "\n".join(lines), mended


def without_nul(text: str, repairs: list[Repair]) -> tuple[str, list[Repair]]:
    """Remove NUL characters, telling the lines they stood in (counted by line feeds)."""
    if "\x00" not in text:
        return text, repairs
    removed = [
        Repair(offset, "nul", "NUL character(s)", line.count("\x00"))
        for offset, line in enumerate(text.split("\n"))
        if "\x00" in line
    ]
    return text.replace("\x00", ""), repairs + removed


def _decode_line(line: bytes, encoding: Encoding, offset: int) -> tuple[str, list[Repair]]:
    try:
        return line.decode(encoding.codec), []
    except UnicodeDecodeError:
        pass
    if encoding.codec != "utf-8":
        text = line.decode(encoding.codec, "replace")
        return text, [Repair(offset, "bytes", "replacement characters", text.count("\ufffd"))]
    joined, removed = _join_surrogates(line)
    repairs = [Repair(offset, "surrogate", "lone surrogate(s)", removed)] if removed else []
    try:
        text = joined.decode("utf-8")
    except UnicodeDecodeError:
        text = joined.decode("cp1252", "replace")
        repairs.append(Repair(offset, "bytes", "Windows-1252", 1))
    else:
        if not removed:
            repairs.append(Repair(offset, "bytes", "surrogate pairs (CESU-8)", 1))
    return text, repairs


def _join_surrogates(line: bytes) -> tuple[bytes, int]:
    """Join pairs of surrogates written as UTF-8 (CESU-8, as some databases export); count the lone ones removed."""
    if not _SURROGATE.search(line):
        return line, 0
    removed = 0

    def joined(match: re.Match[bytes]) -> bytes:
        nonlocal removed
        units = match.group().decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        text = units.decode("utf-16-le", "ignore")
        removed += len(match.group()) // 3 - 2 * len(text)
        return text.encode()

    return re.sub(rb"(?:\xed[\xa0-\xbf][\x80-\xbf])+", joined, line), removed


def _not_utf8(path: Path, *, whole: bool) -> bytes:
    """The non-ASCII lines of a file that is not UTF-8 (up to a bound), nothing when it is UTF-8."""
    valid = True
    evidence: list[bytes] = []
    size = 0
    rest = b""
    buffer = bytearray(_PIECE)
    pieces = 0
    with path.open("rb") as file:
        while (whole or pieces < _HEAD_PIECES) and (count := file.readinto(buffer)):
            pieces += 1
            if not rest and count == _PIECE and buffer.isascii():  # nearly all of nearly every file
                continue
            block = rest + bytes(memoryview(buffer)[:count])
            cut = len(block) if count < _PIECE else block.rfind(b"\n") + 1 or len(block)
            block, rest = block[:cut], block[cut:]
            if rest.isascii():
                rest = b""
            if not block.isascii():
                valid = valid and _is_utf8(block)
                lines = [line for line in block.splitlines() if not line.isascii()]
                evidence.extend(lines if size < _EVIDENCE_BYTES else [])
                size += sum(map(len, lines))
            if not valid and size >= _EVIDENCE_BYTES:
                break
    valid = valid and (not whole or _is_utf8(rest))
    return b"" if valid else b"\n".join(evidence)[:_EVIDENCE_BYTES]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _legacy(evidence: bytes) -> Encoding:
    """The encoding of text that is not UTF-8. Windows-1252 unless it puts signs where letters must stand."""
    count = len(evidence) - len(evidence.translate(None, bytes(range(0x80, 0x100))))
    western = evidence.decode("cp1252", "replace")
    runs = _LETTER_PLACES.findall(western)
    odd = sum(not char.isalpha() and char not in _INSIDE_WORDS for run in runs for char in run)
    long_runs = sum(len(run) > _LONGEST_WESTERN_RUN for run in _WORDS.findall(evidence))
    if odd <= count * _ODD_SHARE and long_runs <= len(_WORDS.findall(evidence)) * _ODD_SHARE:
        return Encoding("cp1252", 0, f"{count} bytes beyond ASCII give Western letters and signs")
    # Only files in a legacy encoding need it, and the child that reads a head should start fast.
    from charset_normalizer import from_bytes  # noqa: PLC0415 - costs 60 ms, needed by few files

    best = from_bytes(evidence, cp_isolation=_CANDIDATES, enable_fallback=False).best()
    if best is None:
        return Encoding("cp1252", 0, "the usual one for Western text")
    return Encoding(best.encoding, 0, f"it makes the best sense of {count} bytes beyond ASCII")
