"""Damages files the way transfers, editors and attackers do; the same seed and number give the same bytes again."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import tarfile
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Mutation = Callable[[random.Random, bytearray, Callable[[], bytes]], None]
    """Changes the bytes in place; the last argument gives the bytes of some other file."""

_MOST_BYTES = 4 << 20
"""Damage that makes a file grow stops here: a case is to be read in seconds."""
_LENGTHS = (1, 2, 8, 64, 512, 4096)
_TIMES = (2, 20, 300, 5_000)
_TOKENS = (
    b'"', b"{", b"}", b"[", b"]", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"<", b">", b"&", b"\x00", b"\xff",
    b"\x01", b"\\u0000", b"\\ud800", b"<a>", b"</a>", b'{"a":', b"PK\x03\x04", b"#fields\t", b":", b"null", b"1e999",
    b"<![CDATA[", b"<!--", b"<table>", b"<td rowspan=9999>", b"\xef\xbb\xbf", b"\xff\xfe", b"=1+1", b"&#0;", b"]]>",
)  # fmt: skip
_NUMBERS = (b"0", b"-1", b"65536", b"1048576", b"16384", b"4294967295", b"9999999999999999999", b"1e308")
_REFERENCES = (b"XFD1048576", b"A1048576", b"XFD1", b"ZZZ9999999", b"A0")
_NUMBER = re.compile(rb"\d+")
_REFERENCE = re.compile(rb"\b[A-Z]{1,3}\d{1,7}\b")
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)
_BROKEN_MEMBERS = (*_BROKEN, lzma.LZMAError, zlib.error)


@dataclass(frozen=True, slots=True)
class Case:
    """One damaged file: what was done to `source`, in order, and the bytes that came of it."""

    number: int
    source: Path
    damage: tuple[str, ...]
    content: bytes


def damaged_case(seed: int, number: int, sources: Sequence[Path]) -> Case:
    """Case `number` of a seed over these files. One more or less of them changes few cases, and no others."""
    choice = random.Random(f"{seed}:{number}")  # noqa: S311 - no secret depends on it
    source = _drawn(sources, f"{seed}:{number}")
    content = bytearray(source.read_bytes())
    damage: list[str] = []

    def other() -> bytes:
        return _drawn(sources, str(choice.random())).read_bytes()

    for _ in range(choice.choice((1, 1, 1, 2, 3, 6))):
        mutation = _mutations_for(content, choice)
        mutation(choice, content, other)
        damage.append(mutation.__name__.strip("_"))
        del content[_MOST_BYTES:]
    return Case(number, source, tuple(damage), bytes(content))


def _drawn(sources: Sequence[Path], lot: str) -> Path:
    """Any file for two lots of three, else one of an ending drawn first, so that rare kinds get their turn."""
    if zlib.crc32(lot.encode()) % 3 == 0:
        ending = min({path.suffix for path in sources}, key=lambda suffix: zlib.crc32(f"{lot}:{suffix}".encode()))
        sources = [path for path in sources if path.suffix == ending]
    return min(sources, key=lambda path: zlib.crc32(f"{lot}:{path.parent.name}/{path.name}".encode()))


def _mutations_for(content: bytearray, choice: random.Random) -> Mutation:
    """Any damage; for what can be unpacked, half of the time one below the packing, where it is not caught at once."""
    if not content:
        return _insert_token
    packed = content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")) or content[257:262] == b"ustar"
    if packed and choice.random() < 0.6:
        return choice.choice(_INSIDE)
    return choice.choice(_ANYWHERE)


def _span(choice: random.Random, content: bytearray) -> slice:
    start = choice.randrange(len(content)) if content else 0
    return slice(start, min(len(content), start + choice.choice(_LENGTHS)))


def _flip_bits(choice: random.Random, content: bytearray, _: Callable[[], bytes]) -> None:
    for _ in range(choice.choice((1, 1, 4, 32))):
        if content:
            content[choice.randrange(len(content))] ^= 1 << choice.randrange(8)


def _truncate(choice: random.Random, content: bytearray, _: Callable[[], bytes]) -> None:
    del content[choice.randrange(len(content) + 1) :]


def _remove(choice: random.Random, content: bytearray, _: Callable[[], bytes]) -> None:
    del content[_span(choice, content)]


def _repeat(choice: random.Random, content: bytearray, _: Callable[[], bytes]) -> None:
    span = _span(choice, content)
    chunk = bytes(content[span])
    content[span] = chunk * min(choice.choice(_TIMES), max(1, _MOST_BYTES // max(1, len(chunk))))


def _splice(choice: random.Random, content: bytearray, other: Callable[[], bytes]) -> None:
    foreign = bytearray(other())
    content[_span(choice, content)] = foreign[_span(choice, foreign)] if choice.random() < 0.7 else foreign


def _insert_token(choice: random.Random, content: bytearray, _: Callable[[], bytes]) -> None:
    span = _span(choice, content)
    content[span if choice.random() < 0.3 else slice(span.start, span.start)] = choice.choice(_TOKENS) * choice.choice(
        (1, 1, 2, 20, 300, 20_000)
    )


def _change_number(choice: random.Random, content: bytearray, _: Callable[[], bytes]) -> None:
    found = list(_NUMBER.finditer(content, 0, 1 << 20))
    if found:
        match = choice.choice(found)
        content[slice(*match.span())] = choice.choice(_NUMBERS)


def _change_reference(choice: random.Random, content: bytearray, _: Callable[[], bytes]) -> None:
    found = list(_REFERENCE.finditer(content, 0, 1 << 20))
    if found:
        match = choice.choice(found)
        content[slice(*match.span())] = choice.choice(_REFERENCES)


def _shuffle_lines(choice: random.Random, content: bytearray, _: Callable[[], bytes]) -> None:
    lines = bytes(content).split(b"\n")
    choice.shuffle(lines)
    content[:] = b"\n".join(lines)


def _damage_member(choice: random.Random, content: bytearray, other: Callable[[], bytes]) -> None:
    """One of the files inside is damaged, and the archive packed again as if nothing were."""
    members = _unpacked(bytes(content))
    if not members:
        _flip_bits(choice, content, other)
        return
    place = choice.randrange(len(members))
    name, inside = members[place]
    inner = bytearray(inside)
    choice.choice(_PLAIN)(choice, inner, other)
    members[place] = (name, bytes(inner[:_MOST_BYTES]))
    content[:] = _packed(members, bytes(content))


def _swap_members(choice: random.Random, content: bytearray, other: Callable[[], bytes]) -> None:
    """Two files inside change places, one is lost, or one stands there twice."""
    members = _unpacked(bytes(content))
    if not members:
        _truncate(choice, content, other)
        return
    first, second = choice.randrange(len(members)), choice.randrange(len(members))
    action = choice.randrange(3)
    if action == 0:
        (one, here), (two, there) = members[first], members[second]
        members[first], members[second] = (one, there), (two, here)
    elif action == 1:
        del members[first]
    else:
        members.append(members[first])
    content[:] = _packed(members, bytes(content))


def _insert_member(choice: random.Random, content: bytearray, other: Callable[[], bytes]) -> None:
    """Another file, whichever, is put inside under a name that may mean harm."""
    names = ("../../outside.csv", "/etc/passwd", "xl/vbaProject.bin", "xl/sharedStrings.xml", "more.zip", "a" * 300)
    members = _unpacked(bytes(content))
    members.append((choice.choice(names), other()[:_MOST_BYTES]))
    content[:] = _packed(members, bytes(content))


_PLAIN: tuple[Mutation, ...] = (
    _flip_bits, _truncate, _remove, _repeat, _splice, _insert_token, _change_number, _change_reference, _shuffle_lines,
)  # fmt: skip
_INSIDE: tuple[Mutation, ...] = (_damage_member, _damage_member, _damage_member, _swap_members, _insert_member)
_ANYWHERE: tuple[Mutation, ...] = _PLAIN


def _unpacked(content: bytes) -> list[tuple[str, bytes]]:
    """What is inside, in the order of the archive; nothing of one that can not be opened any more."""
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return [(info.filename, _beginning(archive, info)) for info in archive.infolist()]
        if content[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                files = [member for member in tar if member.isfile()]
                return [(member.name, (tar.extractfile(member) or io.BytesIO()).read(_MOST_BYTES)) for member in files]
        for signature, opened in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open)):
            if content.startswith(signature):
                with opened(io.BytesIO(content)) as file:
                    return [("", file.read(_MOST_BYTES))]
    except _BROKEN_MEMBERS:
        pass
    return []


def _beginning(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        return file.read(_MOST_BYTES)


def _packed(members: Sequence[tuple[str, bytes]], like: bytes) -> bytes:
    """The files packed in the way `like` is."""
    target = io.BytesIO()
    if like[257:262] == b"ustar":
        with tarfile.open(fileobj=target, mode="w") as tar:
            for name, inside in members:
                info = tarfile.TarInfo(name)
                info.size = len(inside)
                tar.addfile(info, io.BytesIO(inside))
        return target.getvalue()
    for signature, pack in ((b"\x1f\x8b", gzip.compress), (b"BZh", bz2.compress), (b"\xfd7zXZ", lzma.compress)):
        if like.startswith(signature):
            return pack(members[0][1] if members else b"")
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # a name that stands there twice is the point
        for name, inside in members:
            archive.writestr(zipfile.ZipInfo(name or "inside"), inside, zipfile.ZIP_DEFLATED)
    return target.getvalue()
