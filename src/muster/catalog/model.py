"""The shapes of the catalog's entries: Field, Category, Source. No entry stands here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class FieldType(StrEnum):
    """What a field's value is. The typed column of a frame is Utf8, Int64, Float64, Boolean, Date, Datetime(us, UTC).

    The kinds after DATETIME are text with a shape of their own; their canonical form is written beside each.
    A list field is List(Utf8) of the canonical forms, without repeats, sorted.
    """

    TEXT = "text"
    WORD = "word"  # one of a closed vocabulary, lower snake case
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    HOSTNAME = "hostname"  # lower case, no trailing dot
    FQDN = "fqdn"  # lower case, at least one dot, no trailing dot
    IP = "ip"  # compressed form of ipaddress; no zone, no prefix length
    MAC = "mac"  # aa:bb:cc:dd:ee:ff
    UUID = "uuid"  # 8-4-4-4-12 lower case


class MergePolicy(StrEnum):
    """Who wins among the claims for a field (architecture.md §4)."""

    RANK = "rank"
    LATEST = "latest"
    UNION = "union"
    MOST_RESTRICTIVE = "most_restrictive"


class FieldGroup(StrEnum):
    """Groups of fields that share a rank order."""

    IDENTITY = "identity"
    PLATFORM = "platform"
    CAPACITY = "capacity"
    PLACEMENT = "placement"
    OWNERSHIP = "ownership"
    DEPENDENCY = "dependency"
    PERFORMANCE = "performance"
    SENSITIVE = "sensitive"


class Privacy(StrEnum):
    """What a field's cells may hold; findings and samples of PERSONAL and SECRET fields are masked."""

    NONE = "none"
    PERSONAL = "personal"
    SECRET = "secret"  # noqa: S105 - a level of privacy, no password


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical field (catalog.md). `unit` is the unit of the stored number; `minimum`/`maximum` include the ends.

    `vocabulary` maps each word to its synonyms (compared in lower case, separators folded); for most_restrictive the
    words stand from the mildest to the strictest. `spellings` are common headers in the languages of real files.
    """

    name: str
    title: str
    group: FieldGroup
    type: FieldType
    description: str
    unit: str | None = None
    is_list: bool = False
    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    privacy: Privacy = Privacy.NONE
    merge: MergePolicy = MergePolicy.RANK
    spellings: tuple[str, ...] = ()
    on_asset: bool = True
    """Whether the field is a column of `assets` (dependency and data-object fields are not)."""
    open_vocabulary: bool = False
    """True: a word that the vocabulary does not know is kept as written instead of being refused."""
    hint: str = ""
    """What a cell should look like, in words a user can act on; empty: said by the type."""
    weight: float = 0.5
    """How much a column of this field says that a table is an inventory: 0 (any table has one) to 1 (few others do)."""


class SecurityLevel(StrEnum):
    """How careful a category's files ask one to be."""

    STANDARD = "standard"
    ELEVATED = "elevated"
    HIGH = "high"
    MAXIMUM = "maximum"


@dataclass(frozen=True, slots=True)
class Category:
    """One import category (contracts.md §4): what its tile says, which agents run, which fields a file must bring.

    `required` is a conjunction of alternatives: each inner tuple needs at least one of its fields mapped and filled.
    `rank` orders categories for the fold's policy `rank`, per field group; larger wins.
    """

    id: str
    title: str
    description: str
    security_level: SecurityLevel
    security_warning: str
    kinds: tuple[str, ...]
    agents: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    enrichment_targets: tuple[str, ...]
    processor_name: str
    rank: Mapping[FieldGroup, int] = field(default_factory=dict)
    field_groups: tuple[FieldGroup, ...] = ()
    """The groups of fields that a file of this category feeds; a column is mapped to no other."""
    about: tuple[FieldGroup, ...] = ()
    """The groups that its files are about, empty: all that it feeds; columns of others speak for another category."""
    describes: str = "assets"
    """What its rows describe, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of a source: every spelling seen, the field it feeds (None: known, kept with the claim, no field).

    `transformation` as in domain.mapping.ColumnMapping.
    """

    spellings: tuple[str, ...]
    target: str | None
    transformation: str | None = None
    preference: float = 1.0
    """Confidence of the mapping; where two columns feed one scalar field, the filled cell of the higher one counts."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One table of a source: how it is recognised and what a row is.

    `name` is the sheet name or table kind; `names` match table or file names (lower-case globs), `required_columns`
    must all be there (any spelling of theirs), `fingerprint` columns raise confidence each.
    `grain` says what one row is; `record_key` lists columns (first spelling), the first filled group of which names
    the record within its feed; `defaults` are field values that the source implies (`asset_type`: virtual_machine).
    `skip_rows` are (column, value) pairs, either of which leaves a row out (RVTools templates).
    `blank_words` are literal cell texts that mean empty in this table, by column spelling ("*" for every column
    but those of `record_key`).
    `imported` False: recognised, but brings nothing to the inventory.
    """

    name: str
    grain: str
    columns: tuple[SourceColumn, ...]
    names: tuple[str, ...] = ()
    required_columns: tuple[str, ...] = ()
    fingerprint: tuple[str, ...] = ()
    record_key: tuple[tuple[str, ...], ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    skip_rows: tuple[tuple[str, str], ...] = ()
    blank_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    imported: bool = True
    reason: str = ""
    """Why a table with `imported` False brings nothing, as a sentence for the user."""
    import_category: str | None = None
    """What its rows are, where they are no rows of the source's category (connections beside a list of servers)."""
    beside_others: bool = False
    """Its name and columns are too common to tell the source: recognised only beside another table of its source."""


@dataclass(frozen=True, slots=True)
class ObservationColumn:
    """Where a source's file says when it was observed: a column (all its spellings) of one of its tables.

    The newest moment of the column counts. Declare none that tells when a row was last changed: a record that is gone
    takes its moment with it, and the newer file would pass for the older one.
    """

    table: str
    column: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One source system. `rank` orders sources for the fold's policy `rank`, per field group (larger wins)."""

    id: str
    title: str
    import_category: str
    tables: tuple[SourceTable, ...]
    rank: Mapping[FieldGroup, int] = field(default_factory=dict)
    vendor_page: str = ""
    traps: tuple[str, ...] = ()
    observed_in: tuple[ObservationColumn, ...] = ()

    def category_of(self, table: SourceTable) -> str:
        """The import category of the rows of `table`, one of the source's own."""
        return table.import_category or self.import_category
