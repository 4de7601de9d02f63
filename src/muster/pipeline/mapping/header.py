"""A header taken apart: its words in one form, its unit, its number, without decoration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from muster.catalog.header_words import ABBREVIATIONS, DECORATIONS, FILLERS, PHRASES, UNITS
from muster.kit.text import words

_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_NUMBERED = re.compile(r"[\s_#.-]*#?\s*(\d{1,3})$")
_MIN_PLURAL = 4
_MAX_PHRASE = 2


@dataclass(frozen=True, slots=True)
class Header:
    """`words` without unit, decoration, number and fillers; `with_unit` the same with the unit's word.

    `unit` is one of the values of header_words.UNITS; `number` the 3 of `Disk 3`.
    """

    text: str
    words: tuple[str, ...]
    with_unit: tuple[str, ...]
    unit: str | None
    number: int | None

    @property
    def compact(self) -> str:
        """The words written together, so that `servername` equals `Server name`."""
        return "".join(self.words)


@lru_cache(maxsize=65_536)
def parse_header(text: str) -> Header:
    """Take `text` apart. A header without any word (`#`, ``) has none."""
    plain = _BRACKETS.sub(_inside_bracket, text.replace("*", " ").replace("%", " percent "))
    number = None
    numbered = _NUMBERED.search(plain)
    if numbered and plain[: numbered.start()].strip() and not _is_part_of_word(plain, numbered.start(1)):
        number = int(numbered.group(1))
        plain = plain[: numbered.start()]
    tokens = list(words(plain))
    unit = None
    rest: list[str] = []
    for index, token in enumerate(tokens):
        if token in UNITS and (index > 0 or len(tokens) > 1) and _is_unit(token, index, tokens):
            unit = UNITS[token]
        else:
            rest.append(token)
    return Header(text, _normal(rest), _normal(tokens), unit, number)


def normal_words(text: str) -> tuple[str, ...]:
    """The words of a spelling of the catalog in the form in which headers are compared."""
    return _normal(list(words(text.replace("%", " percent "))))


def _is_part_of_word(text: str, start: int) -> bool:
    """`p95`, `ipv4`: the digits belong to the letters before them."""
    return start > 0 and text[start - 1].isalpha()


def _is_unit(token: str, index: int, tokens: list[str]) -> bool:
    """Short units (b, mo, go) count only at the end; `percent` and `bytes` are words of fields too."""
    return len(token) > 2 or index == len(tokens) - 1  # noqa: PLR2004 - `b`, `mo`, `go`, but also `mb` at the end


def _inside_bracket(match: re.Match[str]) -> str:
    inside = words(match.group(1))
    return " " if inside and all(word in DECORATIONS for word in inside) else f" {match.group(1)} "


def _normal(tokens: list[str]) -> tuple[str, ...]:
    expanded = [part for token in tokens for part in ABBREVIATIONS.get(token, (token,))]
    kept = [_singular(token) for token in expanded if token not in FILLERS] or [_singular(token) for token in expanded]
    joined: list[str] = []
    index = 0
    while index < len(kept):
        phrase = PHRASES.get(tuple(kept[index : index + _MAX_PHRASE]))
        if phrase:
            joined.extend(phrase.split())
            index += _MAX_PHRASE
        else:
            joined.append(kept[index])
            index += 1
    return tuple(joined)


def _singular(token: str) -> str:
    """English plurals only; a word that merely ends in s (status, address, dns) stays."""
    if token.endswith("sses"):
        return token[:-2]
    if token in {"nics", "vms", "ips", "cpus", "macs", "vcpus"} or (
        len(token) > _MIN_PLURAL and token.endswith("s") and not token.endswith(("ss", "us", "is", "ns"))
    ):
        return token[:-1]
    return token
