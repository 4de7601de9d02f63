"""Which column feeds which field: the source's profile first, then header and values, and null where nothing fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.domain.mapping import ColumnMapping, MappingProposal, MatchMethod
from muster.domain.tables import cell_column
from muster.kit.text import fold
from muster.pipeline.mapping.candidates import Candidate, assign, candidates, columns_of
from muster.pipeline.mapping.decide import decide_transformations, questions_of
from muster.pipeline.mapping.source_tables import source_table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muster.catalog.model import Category, Source, SourceColumn, SourceTable
    from muster.domain.mapping import Detection, TableDetection
    from muster.domain.tables import ReadReport, TableInfo

SURE = 0.85
"""A column below this may be another one."""

_ASKED_BELOW = 0.75
"""A column that names the rows, or is required, asks for a look below this: of four such columns three are right."""

_BESIDE_A_PROFILE = 0.94
"""A column that the profile does not know (a custom attribute) must be this sure."""


def propose(
    report: ReadReport, detection: Detection, sources: Mapping[str, Source], categories: Mapping[str, Category]
) -> MappingProposal:
    """A mapping for every column of every imported table, decided from headers and samples.

    Transformations are those of the samples; `decide_transformations` completes them from the whole staged table.
    """
    found = {table.table: table for table in detection.tables}
    columns: list[ColumnMapping] = []
    reasons: list[str] = []
    for table in report.tables:
        detected = found.get(table.name)
        if detected is None or not detected.imported or detected.import_category is None:
            continue
        category = categories[detected.import_category]
        mapped = propose_table(table, detected, sources, category)
        columns += mapped
        reasons += review_reasons(table.name, mapped, category)
    return MappingProposal(tuple(columns), bool(reasons), tuple(reasons))


def propose_table(
    table: TableInfo, detected: TableDetection, sources: Mapping[str, Source], category: Category
) -> tuple[ColumnMapping, ...]:
    """The mapping of one table, in file order."""
    profile = source_table_of(detected, sources)
    known = _by_profile(table, profile) if profile else {}
    is_generic = profile is None or not profile.fingerprint or detected.source_system == "generic"
    fed = {column.target_field for column in known.values() if column.target_field}
    fields = [
        name
        for name, field in FIELDS.items()
        if field.group in category.field_groups and (name not in fed or field.is_list)
    ]
    rest = [column for column in columns_of(table) if column.position not in known]
    chosen = assign(
        candidate for candidate in candidates(rest, fields) if is_generic or candidate.confidence >= _BESIDE_A_PROFILE
    )
    mapped = [
        known.get(position) or _by_scorer(table, position, name, chosen.get(position))
        for position, name in enumerate(table.columns)
    ]
    return decide_transformations(mapped, _sample(table))


def review_reasons(table: str, columns: tuple[ColumnMapping, ...], category: Category) -> list[str]:
    """Why a person should look at the mapping of `table`: something required has no column, or an unsure one."""
    reasons = []
    best = {column.target_field: column.confidence for column in sorted(columns, key=lambda item: item.confidence)}
    for alternatives in category.required:
        sure = max((best.get(name, 0.0) for name in alternatives), default=0.0)
        if sure == 0.0:
            titles = ", ".join(FIELDS[name].title for name in alternatives)
            reasons.append(f"{table}: no column gives one of {titles}.")
        elif sure < _ASKED_BELOW:
            reasons.append(f"{table}: the columns that name the rows are unsure.")
    unsure = [
        column
        for column in columns
        if column.target_field
        and column.confidence < _ASKED_BELOW
        and any(column.target_field in group for group in category.required)
    ]
    reasons += [
        f"{table}: is column {column.source_field} really {FIELDS[str(column.target_field)].title}?"
        for column in unsure
    ]
    return reasons + _questions(columns)


def _questions(columns: Iterable[ColumnMapping]) -> list[str]:
    return [
        f"{column.table}: column {column.source_field}: {question}"
        for column in columns
        for question in questions_of(column)
    ]


def _by_profile(table: TableInfo, profile: SourceTable) -> dict[int, ColumnMapping]:
    """The columns that the profile knows; of two file columns with the same meaning the first is taken."""
    spelled: dict[str, SourceColumn] = {
        fold(spelling): column for column in profile.columns for spelling in column.spellings
    }
    mapped: dict[int, ColumnMapping] = {}
    used: set[SourceColumn] = set()
    for position, name in enumerate(table.columns):
        column = spelled.get(fold(name))
        if column is None or column in used:
            continue
        used.add(column)
        evidence = (
            f"column “{column.spellings[0]}” of {profile.name}"
            if column.target
            else f"column “{column.spellings[0]}” of {profile.name}; kept as it is"
        )
        mapped[position] = ColumnMapping(
            table=table.name,
            position=position,
            source_field=name,
            target_field=column.target,
            confidence=column.preference,
            match_method=MatchMethod.SOURCE_PROFILE,
            evidence=evidence,
            transformation=column.transformation,
        )
    return mapped


def _by_scorer(table: TableInfo, position: int, name: str, candidate: Candidate | None) -> ColumnMapping:
    if candidate is None:
        return ColumnMapping(table.name, position, name, None, 0.0, MatchMethod.NONE, "no field fits; kept as it is")
    return ColumnMapping(
        table.name, position, name, candidate.field, candidate.confidence, candidate.method, candidate.evidence
    )


def _sample(table: TableInfo) -> pl.LazyFrame:
    schema = {cell_column(position): pl.String for position in range(len(table.columns))}
    return pl.LazyFrame([list(row) for row in table.sample], schema=schema, orient="row")


def refined(proposal: MappingProposal, staged: Mapping[str, pl.LazyFrame]) -> MappingProposal:
    """The proposal with transformations decided from whole staged tables, by table name.

    What the sample left open may be answered by the whole, and the other way round: the questions are asked anew.
    """
    columns: list[ColumnMapping] = []
    for table in dict.fromkeys(column.table for column in proposal.columns):
        mine = proposal.for_table(table)
        columns += decide_transformations(mine, staged[table]) if table in staged else mine
    asked = set(_questions(proposal.columns))
    kept = [reason for reason in proposal.review_reasons if reason not in asked]
    reasons = (*kept, *_questions(columns))
    only_asked = bool(proposal.review_reasons) and not kept
    return MappingProposal(tuple(columns), bool(reasons) or (proposal.needs_review and not only_asked), reasons)
