"""Words of a closed vocabulary: the canonical word of a text, and the nearest known one when there is none."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from muster.catalog.fields import FIELDS
from muster.kit.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEAR = 70.0  # rapidfuzz ratio; `prodution` and `production` have 95, unrelated words below 60


@cache
def _index(field: str) -> Mapping[str, str]:
    entries: dict[str, str] = {}
    for word, synonyms in FIELDS[field].vocabulary.items():
        entries[fold(word)] = word
        entries.update({fold(synonym): word for synonym in synonyms})
    return entries


def known_word(field: str, text: str) -> str | None:
    """The canonical word of `text` for `field`: case, accents and separators do not count; None when unknown."""
    return _index(field).get(fold(text))


def nearest_word(field: str, text: str) -> str | None:
    """The canonical word whose spelling is nearest to `text`, None when none is near."""
    found = process.extractOne(fold(text), _index(field).keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return _index(field)[found[0]] if found else None
