"""Says what a file is and which column feeds which field: detection, proposal, and the user's word on top."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.registry import categories, sources
from muster.domain import import_codes
from muster.domain.errors import InvalidRequestError
from muster.domain.mapping import MatchMethod
from muster.pipeline.detect import detect
from muster.pipeline.mapping.propose import propose, review_reasons
from muster.pipeline.mapping.transformation import Transformation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.findings import Finding
    from muster.domain.mapping import ColumnMapping, Detection, MappingProposal
    from muster.domain.processing_config import MappingChoice
    from muster.domain.tables import ReadReport

AUTO = "auto"
SURE_OF_CATEGORY = 0.6
"""A category concluded with less confidence than this is shown to a person first."""

_ALIASES = {"cmdb": "cmdb_export", "asset_inventory": "cmdb_export", "": AUTO}
"""Older names of categories."""

_USER_EVIDENCE = "stated by the user"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a file is taken for, with its mapping; `findings` are about the file as a whole."""

    detection: Detection
    proposal: MappingProposal
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Stated:
    """What the sender says of the file: a category or `auto`, a source system, columns."""

    category: str = AUTO
    source_system: str | None = None
    choices: tuple[MappingChoice, ...] = ()


def understand(report: ReadReport, filename: str, stated: Stated) -> Understanding:
    """Detect and map a file from its report, headers and samples.

    A stated category or source is never overruled. Raises InvalidRequestError for a category, a field or a
    transformation that does not exist. A choice for a column that is not there is a finding.
    """
    check_category(stated.category)
    check_choices(stated.choices)
    known = categories()
    detection = detect(report, filename, sources(), known, stated.category, stated.source_system)
    proposal = with_choices(propose(report, detection, sources(), known), detection, stated.choices)
    findings = [
        import_codes.note(import_codes.MAPPING_COLUMN_MISSING, field=choice.source_field, column=choice.source_field)
        for choice in stated.choices
        if report.complete and not _is_there(choice, report)
    ]
    if not any(table.imported for table in detection.tables):
        # a file without rows is told as such by the reader
        if any(table.rows for table in report.tables) or not report.findings:
            findings.append(import_codes.note(import_codes.UNKNOWN_KIND, reasons="; ".join(detection.reasons)))
    elif stated.category == AUTO and detection.confidence < SURE_OF_CATEGORY:
        reason = f"It is not sure that this is {detection.import_category}: look at category and columns."
        proposal = replace(proposal, needs_review=True, review_reasons=(reason, *proposal.review_reasons))
    return Understanding(detection, proposal, tuple(findings))


def with_choices(proposal: MappingProposal, detection: Detection, choices: Sequence[MappingChoice]) -> MappingProposal:
    """The proposal with the user's word on columns; what is left to look at is judged anew."""
    if not choices:
        return proposal
    columns = tuple(_chosen(column, choices) for column in proposal.columns)
    reasons: list[str] = []
    for table in detection.tables:
        if table.imported and table.import_category is not None:
            mine = tuple(column for column in columns if column.table == table.table)
            reasons += review_reasons(table.table, mine, categories()[table.import_category])
    return replace(proposal, columns=columns, needs_review=bool(reasons), review_reasons=tuple(reasons))


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


def check_choices(choices: Sequence[MappingChoice]) -> None:
    """Raise InvalidRequestError for a field or a transformation that does not exist."""
    for choice in choices:
        if choice.target_field is not None and choice.target_field not in FIELDS:
            raise InvalidRequestError(
                f"There is no field {choice.target_field!r} (for the column {choice.source_field!r}): see the catalog "
                f"for the fields there are.",
                field=choice.source_field,
                target_field=choice.target_field,
            )
        try:
            Transformation.parse(choice.transformation)
        except ValueError as error:
            raise InvalidRequestError(f"{error} (for the column {choice.source_field!r}).", field="mapping") from error


def check_names(category: str, key: str, asked: tuple[str, ...] | None) -> None:
    """Raise InvalidRequestError for an agent or target (`key`) that the category, or with `auto` every one, lacks."""
    known = [categories()[category]] if category != AUTO else list(categories().values())
    there = sorted(
        {name for entry in known for name in (entry.agents if key == "agents" else entry.enrichment_targets)}
    )
    unknown = sorted(set(asked or ()) - set(there))
    if unknown:
        raise InvalidRequestError(f"{key} has no {unknown[0]!r} here; there are: {', '.join(there)}.", field=key)


def _chosen(column: ColumnMapping, choices: Sequence[MappingChoice]) -> ColumnMapping:
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
    )


def _is_there(choice: MappingChoice, report: ReadReport) -> bool:
    return any(choice.concerns(table.name, name) for table in report.tables for name in table.columns)
