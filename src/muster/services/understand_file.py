"""Says what a file is and which column feeds which field: detection, proposal, what is remembered, the user's word."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.header_words import CLOCK_IN_MHZ, SIZE_IN_GB, UNITS
from muster.catalog.registry import categories, sources
from muster.domain import import_codes
from muster.domain.errors import InvalidRequestError
from muster.domain.mapping import MappingProposal, MatchMethod
from muster.domain.mapping_memory import Learned
from muster.pipeline.detect import detect
from muster.pipeline.mapping.propose import propose, review_reasons
from muster.pipeline.mapping.remembered import is_custom, recall
from muster.pipeline.mapping.transformation import Transformation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from muster.catalog.model import Field
    from muster.domain.custom_fields import CustomField
    from muster.domain.findings import Finding
    from muster.domain.mapping import ColumnMapping, Detection
    from muster.domain.processing_config import MappingChoice
    from muster.domain.tables import ReadReport
    from muster.pipeline.mapping.remembered import Recalled

AUTO = "auto"
SURE_OF_CATEGORY = 0.6
"""A category concluded with less confidence than this is shown to a person first."""

_ALIASES = {"cmdb": "cmdb_export", "asset_inventory": "cmdb_export", "": AUTO}
"""Older names of categories."""

_USER_EVIDENCE = "stated by the user"

_UNITS_OF = {"GB": tuple(SIZE_IN_GB), "MHz": tuple(CLOCK_IN_MHZ)}

_CHANGED = import_codes.REMEMBERED_VALUES_CHANGED.code
_NOTHING_LEARNED = Learned()
_NO_FIELDS: Mapping[str, CustomField] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a file is taken for, with its mapping; `findings` are about the file as a whole.

    `recalled` is what was remembered of its tables, as it stood before the user's word was put on top.
    """

    detection: Detection
    proposal: MappingProposal
    findings: tuple[Finding, ...] = ()
    recalled: tuple[Recalled, ...] = ()


@dataclass(frozen=True, slots=True)
class Stated:
    """What the sender says of the file: a category or `auto`, a source system, columns; `learned` was said before."""

    category: str = AUTO
    source_system: str | None = None
    choices: tuple[MappingChoice, ...] = ()
    learned: Learned = _NOTHING_LEARNED


def understand(report: ReadReport, filename: str, stated: Stated) -> Understanding:
    """Detect and map a file from its report, headers and samples.

    A stated category or source is never overruled. Raises InvalidRequestError for a category, a field or a
    transformation that does not exist. A choice for a column that is not there is a finding.
    """
    check_category(stated.category)
    check_choices(stated.choices, stated.learned.custom_fields)
    known = categories()
    detection = detect(report, filename, sources(), known, stated.category, stated.source_system)
    proposal = propose(report, detection, sources(), known)
    recalled = _recalled(report, detection, proposal, stated.learned)
    if recalled:
        proposal = judged([column for table in recalled for column in table.columns], detection)
    proposal = with_choices(proposal, detection, stated.choices, stated.learned.custom_fields)
    findings = [
        import_codes.note(import_codes.MAPPING_COLUMN_MISSING, field=choice.source_field, column=choice.source_field)
        for choice in stated.choices
        if report.complete and _is_missing(choice, report)
    ]
    drift = _drift(recalled, proposal)
    findings += drift
    doubts = [f"{found.table}: {found.message}" for found in drift if found.code == _CHANGED]
    if doubts:
        proposal = replace(proposal, needs_review=True, review_reasons=(*proposal.review_reasons, *doubts))
    if not any(table.imported for table in detection.tables):
        # a file without rows is told as such by the reader
        if any(table.rows for table in report.tables) or not report.findings:
            findings.append(import_codes.note(import_codes.UNKNOWN_KIND, reasons="; ".join(detection.reasons)))
    elif stated.category == AUTO and detection.confidence < SURE_OF_CATEGORY:
        reason = f"It is not sure that this is {detection.import_category}: look at category and columns."
        proposal = replace(proposal, needs_review=True, review_reasons=(reason, *proposal.review_reasons))
    return Understanding(detection, proposal, tuple(findings), recalled)


def with_choices(
    proposal: MappingProposal,
    detection: Detection,
    choices: Sequence[MappingChoice],
    custom_fields: Mapping[str, CustomField] = _NO_FIELDS,
) -> MappingProposal:
    """The proposal with the user's word on columns; what is left to look at is judged anew."""
    if not choices:
        return proposal
    return judged([_chosen(column, choices, custom_fields) for column in proposal.columns], detection)


def judged(columns: Sequence[ColumnMapping], detection: Detection) -> MappingProposal:
    """The columns as a proposal, with what a person should look at."""
    reasons: list[str] = []
    for table in detection.tables:
        if table.imported and table.import_category is not None:
            mine = tuple(column for column in columns if column.table == table.table)
            reasons += review_reasons(table.table, mine, categories()[table.import_category])
    return MappingProposal(tuple(columns), needs_review=bool(reasons), review_reasons=tuple(reasons))


def category_of(stated: str) -> str:
    """The category (or `auto`) for what a request says. Raises InvalidRequestError, naming those there are."""
    category = _ALIASES.get(stated, stated)
    check_category(category)
    return category


def check_category(category: str) -> None:
    """Raise InvalidRequestError, naming those there are, for a category that does not exist."""
    if category != AUTO and category not in categories():
        known = ", ".join([AUTO, *categories()])
        raise InvalidRequestError(
            f"There is no import category {category!r}; known are: {known}.", field="import_category"
        )


def check_choices(choices: Sequence[MappingChoice], custom_fields: Collection[str] = ()) -> None:
    """Raise InvalidRequestError for a field or a transformation that does not exist.

    `custom_fields` are the targets of those that the engagement declared.
    """
    for choice in choices:
        target = choice.target_field
        if target is not None and is_custom(target) and target not in custom_fields:
            raise InvalidRequestError(
                f"This engagement has declared no field {target!r} (for the column {choice.source_field!r}): "
                "declare it first.",
                field=choice.source_field,
                target_field=target,
            )
        if target is not None and target not in FIELDS and not is_custom(target):
            raise InvalidRequestError(
                f"There is no field {choice.target_field!r} (for the column {choice.source_field!r}): see the catalog "
                f"for the fields there are.",
                field=choice.source_field,
                target_field=choice.target_field,
            )
        try:
            how = Transformation.parse(choice.transformation)
        except ValueError as error:
            raise InvalidRequestError(f"{error} (for the column {choice.source_field!r}).", field="mapping") from error
        if how.unit is not None and target in FIELDS:
            _check_unit(choice.source_field, FIELDS[target], how.unit)


def _check_unit(column: str, field: Field, unit: str) -> None:
    """Raise InvalidRequestError for a unit that does not exist, or in which the field can not be given."""
    known = _UNITS_OF.get(field.unit or "", () if field.unit is None else sorted(set(UNITS.values())))
    if unit not in known:
        there = f"it takes {', '.join(known)}" if known else "it is no quantity"
        raise InvalidRequestError(
            f"{field.title} is not given in {unit!r} (for the column {column!r}): {there}.", field="mapping"
        )


def check_names(category: str, key: str, asked: tuple[str, ...] | None) -> None:
    """Raise InvalidRequestError for an agent or target (`key`) that the category, or with `auto` every one, lacks."""
    known = [categories()[category]] if category != AUTO else list(categories().values())
    there = sorted(
        {name for entry in known for name in (entry.agents if key == "agents" else entry.enrichment_targets)}
    )
    unknown = sorted(set(asked or ()) - set(there))
    if unknown:
        raise InvalidRequestError(f"{key} has no {unknown[0]!r} here; there are: {', '.join(there)}.", field=key)


def _recalled(
    report: ReadReport, detection: Detection, proposal: MappingProposal, learned: Learned
) -> tuple[Recalled, ...]:
    """What is remembered of each imported table, in the order of the file; nothing when nothing was learned."""
    if not learned.layouts:
        return ()
    detected = {table.table: table for table in detection.tables}
    return tuple(
        recall(table, detected[table.name], columns, sources(), learned)
        for table in report.tables
        if (columns := proposal.for_table(table.name))
    )


def _drift(recalled: Sequence[Recalled], proposal: MappingProposal) -> list[Finding]:
    """How the tables differ from what is remembered, without what the user settled for this very file."""
    settled = {
        (column.table, column.source_field) for column in proposal.columns if column.match_method is MatchMethod.USER
    }
    return [found for table in recalled for found in table.findings if (found.table, found.field) not in settled]


def _chosen(
    column: ColumnMapping, choices: Sequence[MappingChoice], custom_fields: Mapping[str, CustomField]
) -> ColumnMapping:
    """The column as the last choice about it says; a table's own choice goes before one for every table."""
    about = [choice for choice in choices if choice.concerns(column.table, column.source_field)]
    if not about:
        return column
    choice = max(enumerate(about), key=lambda item: (item[1].table is not None, item[0]))[1]
    same_field = choice.target_field == column.target_field
    return replace(
        column,
        target_field=choice.target_field,
        confidence=1.0,
        match_method=MatchMethod.USER,
        evidence=_USER_EVIDENCE,
        transformation=choice.transformation or (column.transformation if same_field else None),
        custom=custom_fields.get(choice.target_field or ""),
    )


def _is_missing(choice: MappingChoice, report: ReadReport) -> bool:
    """Whether no table has the column; a choice for a table that this file lacks says nothing of this file."""
    if choice.table is not None and all(table.name != choice.table for table in report.tables):
        return False
    return not any(choice.concerns(table.name, name) for table in report.tables for name in table.columns)
