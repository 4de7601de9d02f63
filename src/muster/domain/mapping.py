"""Detection and mapping as values: what a file is, and which column feeds which field, with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.domain.custom_fields import CustomField


class MatchMethod(StrEnum):
    """How a column found its field."""

    SOURCE_PROFILE = "source_profile"
    HEADER = "header"
    VALUES = "values"
    REMEMBERED = "remembered"
    USER = "user"
    NONE = "none"

    @property
    def is_said(self) -> bool:
        """Whether a person has said so, for this file or for one like it before."""
        return self in {MatchMethod.USER, MatchMethod.REMEMBERED}


@dataclass(frozen=True, slots=True)
class TableDetection:
    """What one table is. `import_category` None: nothing fits, or the table is no inventory (reasons say why).

    `imported` is False for a table that is recognised but brings nothing (a legend, a sheet of settings).
    """

    table: str
    import_category: str | None
    source_system: str | None
    source_table: str | None
    confidence: float
    reasons: tuple[str, ...]
    imported: bool


@dataclass(frozen=True, slots=True)
class Detection:
    """What the whole file is: its category and source system, and each table by itself."""

    import_category: str | None
    source_system: str | None
    confidence: float
    reasons: tuple[str, ...]
    tables: tuple[TableDetection, ...]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One column of one table: the field it feeds (None: kept with the claim, shown and exported).

    `position` is the column's 0-based place in the table; `transformation` names how text becomes a value
    (`unit:MiB`, `list:;`, `bool`, `date:dmy`, … see pipeline/mapping/convert.py), None for the field's plain reading.
    `confidence` is from 0 to 1. Several columns may feed one list field; of a scalar field's the first non-empty one
    counts. `custom` is the declaration of the field when it is one of the engagement's own, as it was when the mapping
    was made: what a file means does not change when the declaration does.
    """

    table: str
    position: int
    source_field: str
    target_field: str | None
    confidence: float
    match_method: MatchMethod
    evidence: str
    transformation: str | None = None
    custom: CustomField | None = None


@dataclass(frozen=True, slots=True)
class MappingProposal:
    """All columns of all imported tables, and whether a person should look before it is used."""

    columns: tuple[ColumnMapping, ...]
    needs_review: bool
    review_reasons: tuple[str, ...] = ()

    def for_table(self, table: str) -> tuple[ColumnMapping, ...]:
        """The columns of one table in file order."""
        return tuple(column for column in self.columns if column.table == table)
