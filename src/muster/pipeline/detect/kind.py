"""Which category a table without a known source belongs to, by what its columns could feed."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.model import FieldGroup
from muster.domain.mapping import MatchMethod
from muster.pipeline.mapping.calibration import Knots, read_off
from muster.pipeline.mapping.candidates import Candidate, assign, candidates, columns_of
from muster.pipeline.mapping.header import parse_header
from muster.pipeline.mapping.spellings import header_matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.catalog.model import Category
    from muster.domain.tables import TableInfo

FITS = 0.34
"""A table belongs to a category from here on: hostname alone reaches it, `id, name, age` does not."""

_SATURATION = 1.0
_FINGERPRINT = 1.2
"""A column that only one tool writes says more than any single field."""
_BY_VALUES = 0.5
_EMPTY = 0.3
_NAMED_BESIDES = 0.6
"""A column without a single value says little about what the table is for."""
_LEAST_COVERED = 0.65
"""What is left of the certainty when hardly any column is known: wide exports are full of columns of their own."""
_CEILING = 0.95

_RIGHT: Knots = ((0.0, 0.0), (0.2, 0.05), (FITS, 0.55), (0.45, 0.75), (0.6, 0.9), (0.8, 0.96), (1.0, 0.99))
"""Fit and share that was right, as measured over labelled real files; below FITS nothing is taken for a category."""

_TELLING = (FieldGroup.DEPENDENCY, FieldGroup.SENSITIVE, FieldGroup.PERFORMANCE)
"""Groups whose columns hardly stand in a list of anything else."""
_ENOUGH = 1.0
_NAMED = 3


@dataclass(frozen=True, slots=True)
class KindMatch:
    """How far a table fits a category (`fit`, 0-1); `required` tells whether its required fields have columns."""

    category: str
    fit: float
    required: bool
    reasons: tuple[str, ...]

    @property
    def confidence(self) -> float:
        """The share of labelled tables with this fit that were of this category."""
        return round(read_off(_RIGHT, self.fit), 2)


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
                doubt *= 1.0 if candidate.column.values else _EMPTY
                best[candidate.field] = max(best[candidate.field], _telling(candidate) * candidate.confidence * doubt)
        return sum(best.values())


def _telling(candidate: Candidate) -> float:
    """The weight of a column's field, or of the one that its header names besides: a list of `Application Name`s."""
    named = (FIELDS[match.field].weight * match.score for match in header_matches(candidate.column.header))
    return max([FIELDS[candidate.field].weight, *(weight for weight in named if weight > _NAMED_BESIDES)])


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
    about = category.about or category.field_groups
    inside = reading.weight(about) + _FINGERPRINT * declared.fingerprints
    outside = reading.weight(group for group in FieldGroup if group not in about)
    mine = [item for item in reading.chosen if FIELDS[item.field].group in category.field_groups]
    if not inside:
        return KindMatch(category.id, 0.0, required=False, reasons=())
    covered = len({item.field for item in mine}) + declared.others
    coverage = min(covered / max(reading.kinds_of_column, 1), 1.0)
    certainty = (
        (1 - math.exp(-inside / _SATURATION))
        * (_LEAST_COVERED + (1 - _LEAST_COVERED) * coverage)
        * inside
        / (inside + outside)
    )
    required = not missing_fields(reading.fields | declared.targets, category)
    telling = sorted(mine, key=lambda item: -FIELDS[item.field].weight * item.confidence)[:4]
    named = ", ".join(f"“{item.column.name}”" for item in telling)
    reasons = (f"{len(mine)} of {reading.columns} columns describe {category.describes}, such as {named}",)
    return KindMatch(category.id, round(min(certainty, _CEILING), 2), required, reasons)


def missing_fields(fields: frozenset[str], category: Category) -> tuple[tuple[str, ...], ...]:
    """The alternatives of `category.required` of which `fields` has none."""
    return tuple(group for group in category.required if fields.isdisjoint(group))


def looks_like(reading: TableReading, categories: Iterable[Category]) -> str | None:
    """What a table without what every category requires is about, and what it lacks, in words; None: nothing says."""
    weights = {group: reading.weight([group]) for group in _TELLING}
    group = max(_TELLING, key=lambda item: weights[item])
    if weights[group] < _ENOUGH:
        return None
    named = ", ".join(f"“{item.column.name}”" for item in reading.chosen if FIELDS[item.field].group is group)
    category = next((item for item in categories if group in item.about), None)
    if category is None:
        return f"its columns ({named}) describe nothing that the category asked for takes"
    lacking = [
        " or ".join(FIELDS[name].title.lower() for name in alternatives[:_NAMED])
        for alternatives in missing_fields(reading.fields, category)
    ]
    ending = f", but none gives {', nor '.join(lacking)}" if lacking else ""
    return f"its columns ({named}) describe {category.describes}{ending}"
