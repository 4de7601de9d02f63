"""A header taken apart: its words in one form, its unit, its number, without decoration; and other ways to read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from muster.catalog.header_words import (
    ABBREVIATIONS,
    CONTEXTS,
    DECORATIONS,
    FILLERS,
    NAMING_WORDS,
    PHRASES,
    PREFIXES,
    UNITS,
)
from muster.kit.text import words

_BRACKETS = re.compile(r"[(\[{<]([^)\]}>]*)[)\]}>]")
_HERTZ = re.compile(r"(?<![A-Za-z])[KMG]Hz")
_RATE_OF_BYTES = re.compile(r"(?<![A-Za-z])([KMG]?)(?:B(?:ps|/s(?:ec)?)\b|Bytes?(?:/s(?:ec)?\b|\s+per\s+sec(?:ond)?))")
_RATE_OF_BITS = re.compile(
    r"(?<![A-Za-z])([KMG]?)(?:b(?:/s(?:ec)?)\b|[Bb]its?(?:/s(?:ec)?\b|ps\b|\s+per\s+sec(?:ond)?))"
)
_PLURAL = re.compile(r"(?<=\w)\(e?s\)")
_NUMBER_SIGN = re.compile(r"(?<=\w)\s*#(?!\s*\d)|#(?=\s*[^\W\d_])")
_NUMBERED = re.compile(r"[\s_#.-]*#?\s*(\d{1,3})$")
_PATH = re.compile(r"(?<=[^\W_])(?:\[\d*\])*(?:[.:]{1,2}|->)(?=[^\W\d_])")
"""Where a path steps down: `hardware.name`, `mgn:app:name`, `virtualmachines[].uuid`; not in `Serial No.` or `v1.2`."""
_ABBREVIATED = re.compile(r"(?i)\b(?:no|nr|num|max|min|avg|dt)$")
_PER_TIME = frozenset({("s",), ("sec",), ("second",), ("per", "s"), ("per", "sec"), ("per", "second")})
_RATES = {"MB": "MB/s", "KB": "KB/s", "GB": "GB/s", "B": "B/s", "MiB": "MB/s", "KiB": "KB/s"}
"""What a size per second is: rates have no binary units of their own here."""
_MIN_PLURAL = 4
_LONGEST_PHRASE = 3

_ASIDE = 0.93
_OF_A_THING = 0.97
_OF_SOMETHING = 0.72
_NAME_OF = 0.95


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a header: its words, and how much of a match by them is to be trusted (0-1)."""

    words: tuple[str, ...]
    trust: float


@dataclass(frozen=True, slots=True)
class Header:
    """`words` without unit, decoration, number and fillers; `with_unit` the same with the unit's word.

    `unit` is one of the values of header_words.UNITS or a rate (`MB/s`); `number` the 3 of `Disk 3`. `readings` are
    all ways to read it, the plain one first: without what stands in brackets, and each step of a path by itself.
    """

    text: str
    words: tuple[str, ...]
    with_unit: tuple[str, ...]
    unit: str | None
    number: int | None
    readings: tuple[Reading, ...] = ()


@lru_cache(maxsize=65_536)
def parse_header(text: str) -> Header:
    """Take `text` apart. A header without any word (`#`, ``) has none."""
    plain, bare = _without_brackets(text)
    plain, number = _without_number(plain)
    parts = _Parts.of(plain)
    readings = {parts.words: 1.0}
    readings.setdefault(parts.with_unit, 1.0)
    if bare != plain:
        readings.setdefault(_Parts.of(_without_number(bare)[0]).words, _ASIDE)
    for reading in _steps(plain):
        readings.setdefault(reading.words, reading.trust)
    return Header(
        text,
        parts.words,
        parts.with_unit,
        parts.unit,
        number,
        tuple(Reading(found, trust) for found, trust in readings.items() if found),
    )


def normal_words(text: str) -> tuple[str, ...]:
    """The words of a spelling of the catalog in the form in which headers are compared."""
    if text.isascii() and text.islower() and text.replace(" ", "").isalnum():
        return _normal(text.split())  # as the spellings of the catalog are: nothing to take apart
    return _normal(list(words(text.replace("%", " percent "))))


@dataclass(frozen=True, slots=True)
class _Parts:
    words: tuple[str, ...]
    with_unit: tuple[str, ...]
    unit: str | None

    @classmethod
    def of(cls, plain: str) -> _Parts:
        tokens = list(words(plain))
        if len(tokens) > 1 and tokens[0] in PREFIXES and tuple(tokens[:2]) not in PHRASES:
            tokens = tokens[1:]
        unit = None
        rest: list[str] = []
        index = 0
        while index < len(tokens):
            token = tokens[index]
            index += 1
            if token in UNITS and len(tokens) > 1 and _is_unit(token, index - 1, tokens):
                unit = UNITS[token]
                per_time = next(
                    (size for size in (2, 1) if tuple(tokens[index : index + size]) in _PER_TIME and unit in _RATES), 0
                )
                if per_time:
                    unit = _RATES[unit]
                    index += per_time
            else:
                rest.append(token)
        return cls(_normal(rest), _normal(tokens), unit)


def _without_brackets(text: str) -> tuple[str, str]:
    """The text with decorations taken out, and the same without anything that stands in brackets."""
    marked = text.replace("*", " ").replace("%", " percent ").replace("[]", "")
    marked = _RATE_OF_BITS.sub(r" \1bitps ", _RATE_OF_BYTES.sub(r" \1bytesps ", _HERTZ.sub(_lower, marked)))
    marked = _NUMBER_SIGN.sub(" number ", _PLURAL.sub("s", marked))
    return _BRACKETS.sub(_inside_bracket, marked), _BRACKETS.sub(_unit_inside_bracket, marked)


def _without_number(plain: str) -> tuple[str, int | None]:
    numbered = _NUMBERED.search(plain)
    if numbered and plain[: numbered.start()].strip() and not _is_part_of_word(plain, numbered.start(1)):
        return plain[: numbered.start()], int(numbered.group(1))
    return plain, None


def _steps(plain: str) -> list[Reading]:
    """The last step of a path as a header of its own, or the step before where the last only says `name`."""
    steps = _PATH.split(plain.strip())
    if len(steps) == 1 or any(_ABBREVIATED.search(step) for step in steps[:-1]):
        return []
    before, last = [normal_words(step) for step in steps[:-1]], _Parts.of(steps[-1]).words
    about = [step for step in before if step and not CONTEXTS.issuperset(step)]
    found = []
    if last in NAMING_WORDS and about:
        found.append(Reading(about[-1], _NAME_OF))
    else:
        found.append(Reading(last, _OF_SOMETHING if about else _OF_A_THING))
    return found


def _is_part_of_word(text: str, start: int) -> bool:
    """`p95`, `ipv4`: the digits belong to the letters before them."""
    return start > 0 and text[start - 1].isalpha()


def _is_unit(token: str, index: int, tokens: list[str]) -> bool:
    """Short units (b, mo, go) count only at the end; `percent` and `bytes` are words of fields too."""
    return len(token) > 2 or index == len(tokens) - 1 or tokens[index + 1] in {"s", "sec", "per"}  # noqa: PLR2004 - `b`, `mo`, `go`, but also `mb` at the end


def _lower(match: re.Match[str]) -> str:
    return match.group().lower()


def _inside_bracket(match: re.Match[str]) -> str:
    inside = words(match.group(1))
    return " " if inside and all(word in DECORATIONS for word in inside) else f" {match.group(1)} "


def _unit_inside_bracket(match: re.Match[str]) -> str:
    return f" {match.group(1)} " if any(word in UNITS for word in words(match.group(1))) else " "


def _normal(tokens: list[str]) -> tuple[str, ...]:
    expanded = _with_phrases([part for token in tokens for part in ABBREVIATIONS.get(token, (token,))])
    kept = [_singular(token) for token in expanded if token not in FILLERS] or [_singular(token) for token in expanded]
    return tuple(_with_phrases(kept))


def _with_phrases(tokens: list[str]) -> list[str]:
    joined: list[str] = []
    index = 0
    while index < len(tokens):
        for size in range(_LONGEST_PHRASE, 1, -1):
            phrase = PHRASES.get(tuple(tokens[index : index + size]))
            if phrase:
                joined.extend(phrase.split())
                index += size
                break
        else:
            joined.append(tokens[index])
            index += 1
    return joined


def _singular(token: str) -> str:
    """English plurals only; a word that merely ends in s (status, address, dns) stays."""
    if token.endswith("sses"):
        return token[:-2]
    if token in {"nics", "vms", "ips", "cpus", "macs", "vcpus"} or (
        len(token) > _MIN_PLURAL and token.endswith("s") and not token.endswith(("ss", "us", "is", "ns"))
    ):
        return token[:-1]
    return token
