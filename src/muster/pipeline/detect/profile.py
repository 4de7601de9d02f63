"""How well a table matches a source's declared table: by required columns, fingerprint columns and name."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from muster.kit.text import fold
from muster.pipeline.mapping.columns import position_of, spellings_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.catalog.model import Source, SourceTable
    from muster.domain.tables import TableInfo

_NAME = 0.8
_FINGERPRINT = (0.0, 0.45, 0.65, 0.8, 0.9)
"""What none, one, two … fingerprint columns are worth; name and columns err independently of each other."""
_KNOWN_SHARE = 0.5
_CEILING = 0.99
RECOGNISED = 0.6
"""A source's table is recognised from here on."""


@dataclass(frozen=True, slots=True)
class ProfileMatch:
    """One source table that a table may be, with the confidence (0-1) and the reasons in words."""

    source: Source
    table: SourceTable
    confidence: float
    reasons: tuple[str, ...]
    named: bool
    """The table or file bears the declared table's name, which outweighs columns that several tables share."""


def best_profile(
    table: TableInfo, filename: str, declared: Iterable[tuple[Source, SourceTable]]
) -> ProfileMatch | None:
    """The declared table that fits best, None when none has what it requires and something that tells it apart.

    A declared table with neither names nor fingerprint (those of generic) is never matched here.
    """
    matches = [
        match
        for source, entry in declared
        if (entry.names or entry.fingerprint) and (match := _match(table, filename, source, entry))
    ]
    return max(matches, key=lambda match: (match.named, match.confidence, len(match.table.columns)), default=None)


def _match(table: TableInfo, filename: str, source: Source, declared: SourceTable) -> ProfileMatch | None:
    if any(position_of(table, column, declared) is None for column in declared.required_columns):
        return None
    reasons = []
    named = _named(table.name, filename, declared)
    if named:
        reasons.append(f"“{named}” is named as {declared.name} of {source.title}")
    seen = [column for column in declared.fingerprint if position_of(table, column, declared) is not None]
    reasons += [f"has the {source.title} column “{column}”" for column in seen[:3]]
    doubt = (1 - (_NAME if named else 0.0)) * (1 - _FINGERPRINT[min(len(seen), len(_FINGERPRINT) - 1)])
    if declared.columns and declared.imported:
        share = _known_share(table, declared)
        doubt *= 1 - _KNOWN_SHARE * share if seen or named else 1.0
        if share:
            reasons.append(f"{share:.0%} of its columns are known there")
    confidence = round(min(1 - doubt, _CEILING), 2)
    if not seen and not named:
        return None
    return ProfileMatch(source, declared, confidence, tuple(reasons), named=named is not None)


def _named(table: str, filename: str, declared: SourceTable) -> str | None:
    names = {table: table.lower(), filename: PurePosixPath(filename.replace("\\", "/")).name.lower()}
    for shown, name in names.items():
        stem = name.rsplit(".", 1)[0]
        if any(fnmatchcase(candidate, pattern) for pattern in declared.names for candidate in (name, stem)):
            return shown
    return None


def _known_share(table: TableInfo, declared: SourceTable) -> float:
    known = {fold(spelling) for column in declared.columns for spelling in spellings_of(column.spellings[0], declared)}
    return sum(fold(name) in known for name in table.columns) / max(len(table.columns), 1)
