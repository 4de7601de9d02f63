"""What a header says by its words alone: the fields it may name, each with how often such a header means it.

Whole spellings first, then words written together or in another order, then shared words, rare ones counting most.
Headers of columns that no field takes (catalog/other_columns.py) compete: what is nearer to one of those names none.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from muster.catalog.fields import FIELDS
from muster.catalog.header_words import ABBREVIATIONS, CLOCK_IN_MHZ, ENTITIES, HEADS, SIZE_IN_GB, VAGUE
from muster.catalog.other_columns import OTHER_COLUMNS
from muster.pipeline.mapping.header import Header, normal_words

EXACT = 0.97
_WRITTEN_TOGETHER = 0.96
_OTHER_ORDER = 0.94
_SAID_OF_THE_ROW = 0.88
_OVERLAP = 0.8  # times the shared weight, for headers that say more or less than the spelling
_LEAST_OVERLAP = 0.6
_TYPO = 0.95
_TYPO_RATIO = 88.0
_TYPO_LENGTH = 6
_COMPOUND = 0.98
_SHORTEST_COMPOUND = 5
_SHORTEST_PART = 3
_SHORT_PARTS = frozenset({"os", "ip", "vm", "db", "ci", "id", "no", "nr", "dc", "cpu"})
_UNIT_CLASH = 0.2
_UNIT_GAIN = 0.3
RATES = frozenset({"MB/s", "Mbit/s"})
_NUMBERED_SCALAR = 0.5
_LATER_PLACE = 0.0001
_SURE = 0.86
_LATER = 0.03
"""More than all places of a field's spellings together."""
_OUTDONE = 0.5
_NONE = ""
"""Stands for the field of a spelling that no field takes."""


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
    set_of_words: frozenset[str]
    weight: float
    """Of all its words together."""


@lru_cache(maxsize=65_536)
def header_matches(header: Header) -> tuple[HeaderMatch, ...]:
    """The fields that `header` may name, best first; empty when none shares its words, or it names what none takes."""
    best: dict[str, HeaderMatch] = {}
    for reading in header.readings:
        for match in _matches(reading.words):
            adjusted = _adjust(match, header, reading.trust)
            known = best.get(match.field)
            if known is None or adjusted.score > known.score:
                best[match.field] = adjusted
    other = best.pop(_NONE, None)
    surest = max((match.score for match in best.values()), default=0.0)
    if surest > _SURE and header.words not in VAGUE:
        best = {name: match if match.score > surest - _LATER else _outdone(match) for name, match in best.items()}
    found = (
        _beside(match, other.score) if other and match.score < _WRITTEN_TOGETHER else match for match in best.values()
    )
    return tuple(sorted((match for match in found if match.score > 0), key=lambda match: (-match.score, match.field)))


def _outdone(match: HeaderMatch) -> HeaderMatch:
    """What is left of a likeness where the header is another field's known name."""
    return HeaderMatch(match.field, match.score * _OUTDONE, match.evidence)


def _beside(match: HeaderMatch, other: float) -> HeaderMatch:
    """The match where a column that no field takes is named like this too: nothing is left where that is nearer."""
    doubt = max(0.0, 1 - other / match.score) if other >= match.score * 0.9 else 1 - 0.5 * other
    return HeaderMatch(match.field, match.score * doubt, match.evidence)


def _adjust(match: HeaderMatch, header: Header, trust: float) -> HeaderMatch:
    score, evidence = match.score * trust, match.evidence
    if match.field == _NONE:
        return HeaderMatch(_NONE, score, evidence)
    field = FIELDS[match.field]
    if header.unit and _unit_fits(header.unit, field.unit) and score < EXACT:
        score += (EXACT - score) * _UNIT_GAIN
    elif header.unit and not _unit_fits(header.unit, field.unit):
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
    return field_unit in RATES


@lru_cache(maxsize=65_536)
def _matches(words: tuple[str, ...]) -> tuple[HeaderMatch, ...]:
    vague = VAGUE.get(words)
    if vague:
        said = f"“{' '.join(words)}” says little"
        return tuple(HeaderMatch(field, score, said) for field, score in vague.items())
    index = _index()
    corrected, trust = _correct(words)
    mine = frozenset(corrected)
    shared = dict.fromkeys(index.by_compact.get("".join(corrected), ()), 0.0)
    for word in mine:
        weight = index.weight(word)
        for number in index.by_word.get(word, ()):
            shared[number] = shared.get(number, 0.0) + weight
    whole = sum(map(index.weight, mine))
    found: dict[str, HeaderMatch] = {}
    for number, weight in shared.items():
        spelling = index.spellings[number]
        score, how = _score(corrected, mine, spelling, weight / (whole + spelling.weight - weight))
        score = max(score * trust - _LATER_PLACE * spelling.place, 0.0)
        if score > 0 and (spelling.field not in found or score > found[spelling.field].score):
            found[spelling.field] = HeaderMatch(spelling.field, score, how)
    return tuple(found.values())


def _score(words: tuple[str, ...], mine: frozenset[str], spelling: _Spelling, overlap: float) -> tuple[float, str]:
    """`overlap` is the share of all words' weight that header and spelling have in common."""
    quoted = f"“{spelling.text}”"
    if words == spelling.words:
        return EXACT, f"the header is a known name for it ({quoted})"
    if overlap < _LEAST_OVERLAP and "".join(words) == spelling.compact:
        return _WRITTEN_TOGETHER, f"the header is {quoted} written together"
    if mine == spelling.set_of_words:
        return _OTHER_ORDER, f"the header has the words of {quoted}"
    if spelling.field != _NONE and _differ_in_the_thing(mine, spelling.set_of_words):
        return _SAID_OF_THE_ROW, f"the header says {quoted} of the thing in the row"
    if overlap < _LEAST_OVERLAP or not (mine ^ spelling.set_of_words).isdisjoint(HEADS):
        return 0.0, ""
    return _OVERLAP * overlap, f"the header shares words with {quoted}"


def _differ_in_the_thing(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """`Server environment` is the environment of a row that is a server; `Total number` is no asset number."""
    more, less = mine - theirs, theirs - mine
    said = mine & theirs
    return (
        len(more) <= 1 and len(less) <= 1 and (more | less) <= ENTITIES and bool(said - ENTITIES - {"number", "unit"})
    )


def _correct(words: tuple[str, ...]) -> tuple[tuple[str, ...], float]:
    """Words that no spelling has, taken apart or without a typing error as the spellings have them; and the trust."""
    index = _index()
    corrected: list[str] = []
    trust = 1.0
    for word in words:
        if word in index.by_word or len(word) < _SHORTEST_COMPOUND:
            corrected.append(word)
        elif parts := _parts(word):
            corrected += normal_words(" ".join(parts))
            trust *= _COMPOUND
        elif len(word) >= _TYPO_LENGTH and (
            near := process.extractOne(word, index.long_words, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO)
        ):
            corrected.append(near[0])
            trust *= _TYPO
        else:
            corrected.append(word)
    return tuple(corrected), trust


def _parts(word: str) -> tuple[str, ...]:
    """Two known words written as one (`cpucount`, `vmstate`), the longest first; empty when it is none."""
    known = _index().by_word
    for cut in range(len(word) - 2, 1, -1):
        parts = word[:cut], word[cut:]
        if all(
            (part in known or part in ABBREVIATIONS) and (len(part) >= _SHORTEST_PART or part in _SHORT_PARTS)
            for part in parts
        ):
            return parts
    return ()


@dataclass(frozen=True, slots=True)
class _Index:
    """All spellings, and where in that list those stand that have a word or a way of being written together."""

    spellings: tuple[_Spelling, ...]
    by_word: dict[str, tuple[int, ...]]
    by_compact: dict[str, tuple[int, ...]]
    long_words: tuple[str, ...]
    weights: dict[str, float]
    unknown_weight: float

    def weight(self, word: str) -> float:
        """Rare words weigh more; one that no spelling knows weighs most."""
        return self.weights.get(word, self.unknown_weight)


@cache
def _index() -> _Index:
    texts = {name: (name.replace("_", " "), *field.spellings) for name, field in FIELDS.items()} | {
        _NONE: OTHER_COLUMNS
    }
    spelled = [
        (name, place if name else 0, text, normal_words(text))
        for name, spellings in texts.items()
        for place, text in enumerate(dict.fromkeys(spellings))
    ]
    counts = Counter(word for _, _, _, words in spelled for word in set(words))
    weights = {word: math.log((len(spelled) + 1) / (count + 0.5)) for word, count in counts.items()}
    by_word: dict[str, list[int]] = {}
    by_compact: dict[str, list[int]] = {}
    entries = []
    for number, (name, place, text, words) in enumerate(spelled):
        own = frozenset(words)
        entries.append(_Spelling(name, text, words, "".join(words), place, own, sum(weights[word] for word in own)))
        by_compact.setdefault(entries[-1].compact, []).append(number)
        for word in own:
            by_word.setdefault(word, []).append(number)
    return _Index(
        tuple(entries),
        {word: tuple(numbers) for word, numbers in by_word.items()},
        {text: tuple(numbers) for text, numbers in by_compact.items()},
        tuple(word for word in by_word if len(word) >= _TYPO_LENGTH),
        weights,
        math.log((len(spelled) + 1) / 0.5),
    )
