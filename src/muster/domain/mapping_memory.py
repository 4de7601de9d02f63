"""What people have said of the columns of a kind of table, kept so that the next file like it needs no second word."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.kit.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from muster.domain.custom_fields import CustomField


class MemoryScope(StrEnum):
    """Where a word holds: in one engagement, or in all engagements of its client."""

    ENGAGEMENT = "engagement"
    CLIENT = "client"


class Remember(StrEnum):
    """Where a confirmed mapping holds from now on."""

    ENGAGEMENT = "engagement"
    CLIENT = "client"
    NEVER = "never"

    @property
    def scope(self) -> MemoryScope | None:
        """The scope, None for not at all."""
        return None if self is Remember.NEVER else MemoryScope(self)


class Said(StrEnum):
    """How a person gave a word: chose it, accepted what was proposed, or brought it in a file of mappings."""

    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who gave a word, when, and about which file. `filename` of an IMPORTED word is that of the file of mappings."""

    said: Said
    said_at: datetime
    said_by: UUID | None = None
    name: str | None = None
    """What the person is called; None when the account is gone."""
    data_import_id: UUID | None = None
    filename: str | None = None

    def sentence(self) -> str:
        """`confirmed by Ann Lee for servers.csv on 2024-05-31`."""
        about = {Said.IMPORTED: " from "}.get(self.said, " for ")
        return (
            f"{self.said} by {self.name or 'somebody who is gone'}"
            f"{f'{about}{self.filename}' if self.filename else ''} on {self.said_at:%Y-%m-%d}"
        )


@dataclass(frozen=True, slots=True)
class RememberedColumn:
    """A word on one column: the field it feeds, None for "feeds nothing". `transformation` as in domain.mapping."""

    source_field: str
    target_field: str | None
    transformation: str | None
    origin: Origin
    times_used: int = 0
    last_used_at: datetime | None = None

    @property
    def key(self) -> str:
        """How the column is found again."""
        return header_key(self.source_field)


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of table with the words on its columns.

    `source_table` is the table of the source's profile, None for a table that no profile describes: such a one is known
    again by its headers. `columns` are the headers of the file that was seen last, `table` and `filename` its names.
    """

    id: UUID
    scope: MemoryScope
    source_system: str
    source_table: str | None
    table: str
    columns: tuple[str, ...]
    filename: str | None
    seen_at: datetime
    words: tuple[RememberedColumn, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What makes it this kind of table, as stored."""
        return fingerprint(self.source_table, self.columns)

    def in_order(self) -> tuple[RememberedColumn, ...]:
        """The words in the order of the columns; then those on columns that the last file had not, by name."""
        places = {header_key(name): place for place, name in reversed(list(enumerate(self.columns)))}
        return tuple(sorted(self.words, key=lambda word: (places.get(word.key, len(self.columns)), word.source_field)))


@dataclass(frozen=True, slots=True)
class Learned:
    """What a tenant has taught: its layouts and those of its whole client, and the fields it declared, by target."""

    layouts: tuple[Layout, ...] = ()
    custom_fields: Mapping[str, CustomField] = field(default_factory=dict)


def header_key(header: str) -> str:
    """A header in the form in which headers are compared: no case, accents or separators; `%` and `#` are words."""
    return fold(header.replace("%", " percent ").replace("#", " number ")) or header.strip()


def header_keys(columns: Iterable[str]) -> frozenset[str]:
    """The keys of all headers of a table."""
    return frozenset(header_key(name) for name in columns)


def fingerprint(source_table: str | None, columns: Sequence[str]) -> str:
    """`table:vInfo` for a table of a profile, else a hash of the headers, in whatever order they stand."""
    if source_table is not None:
        return f"table:{source_table}"
    return f"headers:{hashlib.sha256(chr(10).join(sorted(header_keys(columns))).encode()).hexdigest()[:32]}"
