"""The one scorer of headers: how well a header names each canonical field, by whole words, never by parts of them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from muster.catalog.fields import FIELDS
from muster.catalog.header_words import CLOCK_IN_MHZ, ENTITIES, SIZE_IN_GB
from muster.pipeline.mapping.header import Header, normal_words

EXACT = 0.97
_WRITTEN_TOGETHER = 0.96
_OTHER_ORDER = 0.94
_SAID_OF_THE_ROW = 0.88
_OVERLAP = 0.8  # times the shared weight, for headers that say more or less than the spelling
_LEAST_OVERLAP = 0.6
_VAGUE = 0.85
_TYPO = 0.95
_TYPO_RATIO = 88.0
_TYPO_LENGTH = 6
_UNIT_CLASH = 0.2
_NUMBERED_SCALAR = 0.5
_LATER_PLACE = 0.0002

_VAGUE_WORDS = frozenset({
    "cpu", "name", "type", "status", "state", "id", "class", "kind", "owner", "server", "system", "host",
    "node", "machine", "computer", "vm", "zone", "stage", "product", "hardware", "strategy", "site", "region",
    "city", "address", "local", "nom", "nombre", "nome", "tipo", "typ", "team", "contact", "admin", "so",
    "estado", "etat", "ort", "stack", "purpose", "mask", "priority", "tag", "label", "dependency", "compliance",
    "access", "sensitivity", "severity", "likelihood", "importance", "byte", "application", "service",
    "division", "brand", "make", "timestamp", "location", "marca", "setor", "caption", "processor", "updated",
    "installed", "provisioned", "disk",
})  # fmt: skip
"""Headers of this one word are right more often than not, and wrong too often for certainty."""


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """How well a header names a field (0-1) and why, in words."""

    field: str
    score: float
    evidence: str


@dataclass(frozen=True, slots=True)
class _Spelling:
    field: str
    text: str
    words: tuple[str, ...]
    compact: str
    place: int
    """Where it stands among its field's spellings: of two columns that name one field, the usual name wins."""

    @property
    def said_of_row(self) -> frozenset[str]:
        return frozenset(self.words) - ENTITIES


def header_matches(header: Header) -> tuple[HeaderMatch, ...]:
    """The fields that `header` may name, best first; empty when none shares its words."""
    best: dict[str, HeaderMatch] = {}
    for words in dict.fromkeys((header.words, header.with_unit)):
        for match in _matches(words):
            adjusted = _adjust(match, header, words)
            if adjusted.score > best.get(match.field, adjusted).score or match.field not in best:
                best[match.field] = adjusted
    return tuple(sorted(best.values(), key=lambda match: (-match.score, match.field)))


def _adjust(match: HeaderMatch, header: Header, words: tuple[str, ...]) -> HeaderMatch:
    field = FIELDS[match.field]
    score, evidence = match.score, match.evidence
    if len(words) == 1 and words[0] in _VAGUE_WORDS:
        score = min(score, _VAGUE)
    if header.unit and not _unit_fits(header.unit, field.unit):
        score *= _UNIT_CLASH
        evidence += f", but its unit {header.unit} is not one of {field.title}"
    if header.number is not None and not field.is_list:
        score *= _NUMBERED_SCALAR
    return HeaderMatch(match.field, score, evidence)


def _unit_fits(unit: str, field_unit: str | None) -> bool:
    if unit in SIZE_IN_GB:
        return field_unit == "GB" or (unit == "B" and field_unit == "bytes")
    if unit in CLOCK_IN_MHZ:
        return field_unit == "MHz"
    if unit == "percent":
        return field_unit == "percent"
    return field_unit in {"MB/s", "Mbit/s"}


@lru_cache(maxsize=65_536)
def _matches(words: tuple[str, ...]) -> tuple[HeaderMatch, ...]:
    index = _index()
    found: dict[str, HeaderMatch] = {}
    corrected, typo = _correct(words)
    factor = _TYPO if typo else 1.0
    for spelling in {entry for word in corrected for entry in index.by_word.get(word, ())} | set(
        index.by_compact.get("".join(corrected), ())
    ):
        score, how = _score(corrected, spelling)
        score = max(score * factor - _LATER_PLACE * spelling.place, 0.0)
        if score > 0 and (spelling.field not in found or score > found[spelling.field].score):
            found[spelling.field] = HeaderMatch(spelling.field, score, how)
    return tuple(found.values())


def _score(words: tuple[str, ...], spelling: _Spelling) -> tuple[float, str]:
    quoted = f"“{spelling.text}”"
    if words == spelling.words:
        return EXACT, f"the header is a known name for it ({quoted})"
    if "".join(words) == spelling.compact:
        return _WRITTEN_TOGETHER, f"the header is {quoted} written together"
    mine = frozenset(words)
    if mine == frozenset(spelling.words):
        return _OTHER_ORDER, f"the header has the words of {quoted}"
    said = mine - ENTITIES
    if said and said == spelling.said_of_row:
        return _SAID_OF_THE_ROW, f"the header says {quoted} of the thing in the row"
    theirs = frozenset(spelling.words)
    weight = _index().weight
    shared = sum(map(weight, mine & theirs))
    overlap = shared / (shared + sum(map(weight, mine ^ theirs)))
    if overlap < _LEAST_OVERLAP:
        return 0.0, ""
    return _OVERLAP * overlap, f"the header shares words with {quoted}"


def _correct(words: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """Words that no spelling has, but for a typing error, as the spelling has them."""
    index = _index()
    corrected = []
    for word in words:
        near = None
        if len(word) >= _TYPO_LENGTH and word not in index.by_word:
            near = process.extractOne(word, index.long_words, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO)
        corrected.append(near[0] if near else word)
    return tuple(corrected), tuple(corrected) != words


@dataclass(frozen=True, slots=True)
class _Index:
    by_word: dict[str, tuple[_Spelling, ...]]
    by_compact: dict[str, tuple[_Spelling, ...]]
    long_words: tuple[str, ...]
    weights: dict[str, float]
    unknown_weight: float

    def weight(self, word: str) -> float:
        """Rare words weigh more; one that no spelling knows weighs most."""
        return self.weights.get(word, self.unknown_weight)


@cache
def _index() -> _Index:
    spellings = [
        _Spelling(name, text, normal_words(text), "".join(normal_words(text)), place)
        for name, field in FIELDS.items()
        for place, text in enumerate(dict.fromkeys((name.replace("_", " "), *field.spellings)))
    ]
    by_word: dict[str, list[_Spelling]] = {}
    by_compact: dict[str, list[_Spelling]] = {}
    counts: Counter[str] = Counter()
    for spelling in spellings:
        counts.update(set(spelling.words))
        by_compact.setdefault(spelling.compact, []).append(spelling)
        for word in set(spelling.words):
            by_word.setdefault(word, []).append(spelling)
    return _Index(
        {word: tuple(entries) for word, entries in by_word.items()},
        {text: tuple(entries) for text, entries in by_compact.items()},
        tuple(word for word in by_word if len(word) >= _TYPO_LENGTH),
        {word: math.log((len(spellings) + 1) / (count + 0.5)) for word, count in counts.items()},
        math.log((len(spellings) + 1) / 0.5),
    )
