"""Which category a table without a known source belongs to, by what its columns could feed."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldGroup
from muster.domain.mapping import MatchMethod
from muster.pipeline.mapping.candidates import Candidate, assign, candidates, columns_of
from muster.pipeline.mapping.header import parse_header

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.catalog.model import Category
    from muster.domain.tables import TableInfo

FITS = 0.4
"""A table belongs to a category from here on: hostname alone reaches it, `id, name, age` does not."""

_SATURATION = 1.0
_FINGERPRINT = 1.2
"""A column that only one tool writes says more than any single field."""
_BY_VALUES = 0.5
_CEILING = 0.95

_DESCRIBES: dict[FieldGroup, str] = {
    FieldGroup.DEPENDENCY: "connections or dependencies between systems",
    FieldGroup.SENSITIVE: "data and how it is protected",
    FieldGroup.PERFORMANCE: "measurements over time",
}


@dataclass(frozen=True, slots=True)
class KindMatch:
    """How far a table fits a category. `confidence` 0-1; `required` tells whether its required fields have columns."""

    category: str
    confidence: float
    required: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeclaredColumns:
    """What a declared table of the generic source says about a table's columns.

    `targets` are fields fed by its columns, `others` counts columns that it knows and leaves alone, `fingerprints`
    those of its fingerprint that are there.
    """

    targets: frozenset[str] = frozenset()
    others: int = 0
    fingerprints: int = 0


@dataclass(frozen=True, slots=True)
class TableReading:
    """What a table's columns could feed, over all groups of fields."""

    chosen: tuple[Candidate, ...]
    columns: int
    kinds_of_column: int
    """Columns, those that only differ by a number (`Tag 1` … `Tag 20`) counted once."""

    @property
    def fields(self) -> frozenset[str]:
        """The canonical fields that have a column."""
        return frozenset(candidate.field for candidate in self.chosen)

    def weight(self, groups: Iterable[FieldGroup]) -> float:
        """How much the columns that feed `groups` say: the sum of their fields' weights, each by its confidence.

        Several columns for one list field say it once.
        """
        wanted = frozenset(groups)
        best: dict[str, float] = defaultdict(float)
        for candidate in self.chosen:
            field = FIELDS[candidate.field]
            if field.group in wanted:
                doubt = _BY_VALUES if candidate.method is MatchMethod.VALUES else 1.0
                best[candidate.field] = max(best[candidate.field], field.weight * candidate.confidence * doubt)
        return sum(best.values())


def read_table(table: TableInfo, known: frozenset[int] = frozenset()) -> TableReading:
    """Match the columns of `table` but those at the places `known` with every field there is, whatever its group."""
    chosen = assign(candidates([column for column in columns_of(table) if column.position not in known], FIELDS))
    in_order = tuple(chosen[position] for position in sorted(chosen))
    return TableReading(in_order, len(table.columns), len(_kinds_of_column(table)))


def _kinds_of_column(table: TableInfo) -> set[tuple[str, ...]]:
    """`Tag 1` to `Tag 20` are one column written twenty times."""
    headers = {name: parse_header(name) for name in table.columns}
    return {(name,) if header.number is None else header.words for name, header in headers.items()}


def match_kind(reading: TableReading, category: Category, declared: DeclaredColumns) -> KindMatch:
    """How far a table fits `category`: what speaks for it, how much of the table, and what speaks for others."""
    inside = reading.weight(category.field_groups) + _FINGERPRINT * declared.fingerprints
    outside = reading.weight(group for group in FieldGroup if group not in category.field_groups)
    mine = [item for item in reading.chosen if FIELDS[item.field].group in category.field_groups]
    if not mine:
        return KindMatch(category.id, 0.0, required=False, reasons=())
    covered = len({item.field for item in mine}) + declared.others
    coverage = min(covered / max(reading.kinds_of_column, 1), 1.0)
    certainty = (1 - math.exp(-inside / _SATURATION)) * (0.5 + 0.5 * coverage) * inside / (inside + outside)
    fields = reading.fields | declared.targets
    required = all(any(name in fields for name in group) for group in category.required)
    telling = sorted(mine, key=lambda item: -FIELDS[item.field].weight * item.confidence)[:4]
    named = ", ".join(f"“{item.column.name}”" for item in telling)
    reasons = (f"{len(mine)} of {reading.columns} columns describe assets, such as {named}",)
    return KindMatch(category.id, round(min(certainty, _CEILING), 2), required, reasons)


def looks_like(reading: TableReading) -> str | None:
    """What a table is about that no category takes, in words; None when its columns do not say."""
    weights = {group: reading.weight([group]) for group in _DESCRIBES}
    group = max(weights, key=lambda item: weights[item])
    if weights[group] < 1.0:
        return None
    named = ", ".join(f"“{item.column.name}”" for item in reading.chosen if FIELDS[item.field].group is group)
    return f"its columns ({named}) describe {_DESCRIBES[group]}"
