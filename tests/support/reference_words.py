"""What the reference inventory is told: made-up imports, and what people decided about their records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Record = tuple[str, str]
"""A feed and what names a record within it."""

Key = tuple[str, ...]
"""A kind, such as SERIAL, and what a row says of that kind: ("SERIAL", "hp", "cz100")."""


@dataclass(frozen=True)
class Row:
    """One row of a made-up import: typed values, what it clears, the record's name in its feed."""

    record_key: str | None = None
    clears: frozenset[str] = frozenset()
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Import:
    """A made-up import. `day` is the day of January 2026 it was observed on; a partial one lists some records only."""

    source: str
    feed: str
    day: int
    sha256: str
    rows: tuple[Row, ...]
    partial: bool = False

    @property
    def age(self) -> tuple[int, str]:
        """Larger is newer."""
        return self.day, self.sha256


@dataclass(frozen=True)
class Join:
    """Two records are one thing."""

    a: Record
    b: Record


@dataclass(frozen=True)
class Split:
    """These records do not carry these keys."""

    pairs: frozenset[tuple[Record, Key]]


@dataclass(frozen=True)
class Edit:
    """A value written by a person on the asset of the first anchor that is there; the largest `number` is the latest.

    A clearing edit has no value and leaves the field empty.
    """

    anchors: tuple[Record, ...]
    field: str
    value: Any
    clears: bool
    number: int


Decision = Join | Split | Edit
