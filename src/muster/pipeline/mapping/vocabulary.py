"""Words of a closed vocabulary: the canonical word of a text, and the nearest known one when there is none."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from muster.catalog.fields import FIELDS
from muster.kit.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.catalog.model import Field

_NEAR = 70.0  # rapidfuzz ratio; `prodution` and `production` have 95, unrelated words below 60


@cache
def _index(field: str) -> Mapping[str, str]:
    entries: dict[str, str] = {}
    for word, synonyms in FIELDS[field].vocabulary.items():
        entries[fold(word)] = word
        entries.update({fold(synonym): word for synonym in synonyms})
    return entries


@cache
def _index_of_words(words: tuple[str, ...]) -> Mapping[str, str]:
    return {fold(word): word for word in words}


def _index_of(field: Field) -> Mapping[str, str]:
    return _index(field.name) if field.name in FIELDS else _index_of_words(tuple(field.vocabulary))


def known_word(field: str, text: str) -> str | None:
    """The canonical word of `text` for `field`: case, accents and separators do not count; None when unknown."""
    return _index(field).get(fold(text))


def word_of(field: Field, text: str) -> str | None:
    """As `known_word`, also for a field that is not of the catalog."""
    return _index_of(field).get(fold(text))


def nearest_word(field: Field, text: str) -> str | None:
    """The canonical word whose spelling is nearest to `text`, None when none is near."""
    index = _index_of(field)
    found = process.extractOne(fold(text), index.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return index[found[0]] if found else None
