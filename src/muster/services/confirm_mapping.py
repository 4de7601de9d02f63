"""Shows, corrects and confirms the mapping of an import while it waits; a mapping once used never changes.

What a person confirms is remembered, and offered for the next file of the kind.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.db.repos import import_tables, imports
from muster.db.repos.import_values import APPROVED, StoredMapping
from muster.domain.errors import ConflictError, InvalidRequestError
from muster.domain.mapping import Detection, MappingProposal, MatchMethod
from muster.domain.mapping_memory import Learned, MemoryScope
from muster.domain.phases import ENDED, Phase, WaitingFor
from muster.pipeline.mapping.decide import decide_transformations
from muster.services.flows.lifecycle import FlowLifecycleManager
from muster.services.flows.master import MasterFlowOrchestrator
from muster.services.mapping_memory import require_scope
from muster.services.open_staging import (
    load_report,
    no_such_import,
    read_open_import,
    require_import,
    tables_to_import,
)
from muster.services.read_status import document_of
from muster.services.remember_mapping import Occasion, SeenTable, read_learned, remember_confirmed
from muster.services.understand_file import check_choices, with_choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.import_values import StoredImport, StoredTable
    from muster.domain.custom_fields import CustomField
    from muster.domain.flow_document import FlowDocument
    from muster.domain.mapping import ColumnMapping
    from muster.domain.processing_config import MappingChoice
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One column of one table and the field it feeds. `status` is suggested, approved or rejected."""

    table: str
    position: int
    source_field: str
    target_field: str | None
    confidence: float
    match_method: MatchMethod
    evidence: str
    transformation: str | None
    status: str


@dataclass(frozen=True, slots=True)
class FieldMappings:
    """The mapping of an import. `editable` is False once its rows were read with it."""

    data_import_id: UUID
    editable: bool
    needs_review: bool
    review_reasons: tuple[str, ...]
    columns: tuple[FieldMapping, ...]


async def read_mapping(services: Services, context: RequestContext, data_import_id: UUID) -> FieldMappings:
    """The mapping as it stands. Raises NotFoundError."""
    async with services.database.begin(context.tenant) as session:
        stored = await require_import(session, context.engagement_id, data_import_id)
        return await _mappings(session, context, stored)


async def correct_mapping(
    services: Services, context: RequestContext, data_import_id: UUID, choices: Sequence[MappingChoice]
) -> FieldMappings:
    """Write the user's word on columns; the import goes on waiting until it is confirmed.

    Raises NotFoundError, InvalidRequestError for a field or column that does not exist, and ConflictError when the
    mapping was used already, or is still to be proposed.
    """
    correction = await _prepared(services, context, data_import_id, choices)
    async with services.database.begin(context.tenant) as session:
        stored = await _waiting(session, context, data_import_id)
        await _correct(session, context, stored, correction)
        return await _mappings(session, context, await require_import(session, context.engagement_id, stored.id))


async def confirm_mapping(
    services: Services,
    context: RequestContext,
    data_import_id: UUID,
    choices: Sequence[MappingChoice] = (),
    remember: MemoryScope | None = MemoryScope.ENGAGEMENT,
) -> FlowDocument:
    """Correct what `choices` name, approve the whole mapping and let the flow go on.

    The mapping is remembered for `remember`: the engagement, all engagements of the client, or (None) not at all.
    Raises as `correct_mapping`, and ForbiddenError when the caller may not speak for the whole client.
    """
    require_scope(context, remember)
    correction = await _prepared(services, context, data_import_id, choices)
    async with services.database.begin(context.tenant) as session:
        stored = await _waiting(session, context, data_import_id)
        if choices:
            await _correct(session, context, stored, correction)
        if remember is not None:
            occasion = Occasion(stored.id, stored.filename, services.clock())
            await remember_confirmed(session, context, occasion, await _tables(session, context, stored), remember)
        await import_tables.approve_mappings(session, context.engagement_id, stored.id, context.user_id)
        flow = await imports.read_flow_row(session, context.engagement_id, stored.id)
        if flow is None:
            raise no_such_import(data_import_id)
        await MasterFlowOrchestrator(session, context, services).resume_flow(flow.flow_id)
        return await document_of(session, context, stored.id)


async def _waiting(session: AsyncSession, context: RequestContext, data_import_id: UUID) -> StoredImport:
    """The import, kept for this transaction, while it waits for its mapping. Raises NotFoundError, ConflictError."""
    stored = await require_import(session, context.engagement_id, data_import_id)
    flow = await imports.read_flow_row(session, context.engagement_id, stored.id)
    if flow is not None:
        # a resume or a cancel at the same time would use, or end, what is being corrected here
        await FlowLifecycleManager(session, context).lock(flow.flow_id)
        flow = await imports.read_flow_row(session, context.engagement_id, stored.id)
    if flow is None or flow.waiting_for is not WaitingFor.MAPPING_REVIEW:
        phase = None if flow is None else flow.phase
        said = (
            "The mapping is still to be proposed: wait until the file has been read."
            if phase is Phase.UPLOAD and stored.status not in ENDED
            else "This mapping is in use and stays as it is: undo the import and import the file again with another."
        )
        raise ConflictError(said, data_import_id=str(stored.id), status=str(stored.status))
    return stored


@dataclass(frozen=True, slots=True)
class _Correction:
    """The user's word on columns. `read_as` are the chosen columns with how their values are read, by place."""

    choices: Sequence[MappingChoice]
    custom_fields: Mapping[str, CustomField]
    read_as: Mapping[tuple[str, int], ColumnMapping]

    def on(self, column: ColumnMapping) -> ColumnMapping:
        """The column, when it is one that was chosen for this field, with how its values are read."""
        known = self.read_as.get((column.table, column.position))
        return known if known is not None and known.target_field == column.target_field else column


async def _prepared(
    services: Services, context: RequestContext, data_import_id: UUID, choices: Sequence[MappingChoice]
) -> _Correction:
    """Check the choices, and look at the whole columns that they name for unit, decimal mark and order of dates."""
    learned = await read_learned(services, context.tenant) if choices else Learned()
    check_choices(choices, learned.custom_fields)
    correction = _Correction(choices, learned.custom_fields, {})
    if not choices:
        return correction
    found = await read_open_import(services, context.tenant, data_import_id)
    async with services.database.begin(context.tenant) as session:
        flow = await imports.read_flow_row(session, context.engagement_id, found.stored.id)
    if flow is None or flow.waiting_for is not WaitingFor.MAPPING_REVIEW:
        return correction  # refused later, with the reason
    report = await load_report(services, context.engagement_id, found.stored.id, found.stored.staged_attempt)
    read_as: dict[tuple[str, int], ColumnMapping] = {}
    async with tables_to_import(services, context.tenant, found, report) as tables:
        for table in tables:
            proposal = MappingProposal(table.mapped.columns, needs_review=False)
            chosen = with_choices(proposal, _detection(found.stored, found.tables), choices, learned.custom_fields)
            # all columns, for what one says of another; only those that are named change
            decided = await asyncio.to_thread(decide_transformations, chosen.columns, pl.scan_parquet(table.staged))
            read_as |= {(item.table, item.position): item for item in decided if _is_named(item, choices)}
    return _Correction(choices, learned.custom_fields, read_as)


def _is_named(column: ColumnMapping, choices: Sequence[MappingChoice]) -> bool:
    return any(choice.concerns(column.table, column.source_field) for choice in choices)


async def _tables(session: AsyncSession, context: RequestContext, stored: StoredImport) -> list[SeenTable]:
    """The imported tables with their mapping as it stands."""
    mappings = await import_tables.read_mappings(session, context.engagement_id, stored.id)
    return [
        SeenTable(
            table.name,
            table.columns,
            table.detected,
            tuple(mapping.column for mapping in mappings if mapping.column.table == table.name),
        )
        for table in await import_tables.read_tables(session, context.engagement_id, stored.id)
        if table.imported
    ]


def _detection(stored: StoredImport, tables: Sequence[StoredTable]) -> Detection:
    return Detection(
        import_category=stored.import_category,
        source_system=stored.source_system,
        confidence=1.0,
        reasons=(),
        tables=tuple(table.detected for table in tables),
    )


async def _correct(
    session: AsyncSession, context: RequestContext, stored: StoredImport, correction: _Correction
) -> None:
    """Write the choices over the proposal. Raises InvalidRequestError for a column that no imported table has."""
    choices = correction.choices
    found = await import_tables.read_mappings(session, context.engagement_id, stored.id)
    columns = tuple(mapping.column for mapping in found)
    for choice in choices:
        if not any(choice.concerns(column.table, column.source_field) for column in columns):
            where = f"The table {choice.table!r}" if choice.table else "The file"
            raise InvalidRequestError(
                f"{where} has no column {choice.source_field!r} that is imported.", field=choice.source_field
            )
    tables = await import_tables.read_tables(session, context.engagement_id, stored.id)
    proposal = with_choices(
        MappingProposal(columns, needs_review=True), _detection(stored, tables), choices, correction.custom_fields
    )
    statuses = {(mapping.column.table, mapping.column.position): mapping.status for mapping in found}
    await import_tables.replace_mappings(
        session,
        context.tenant,
        stored.id,
        [
            StoredMapping(
                column,
                APPROVED if column.match_method is MatchMethod.USER else statuses[column.table, column.position],
            )
            for column in map(correction.on, proposal.columns)
        ],
    )
    await imports.update_import(
        session,
        context.engagement_id,
        stored.id,
        {
            "detection": {
                **(stored.detection or {}),
                "needs_review": proposal.needs_review,
                "review_reasons": list(proposal.review_reasons),
            }
        },
    )


async def _mappings(session: AsyncSession, context: RequestContext, stored: StoredImport) -> FieldMappings:
    flow = await imports.read_flow_row(session, context.engagement_id, stored.id)
    detection = stored.detection or {}
    return FieldMappings(
        data_import_id=stored.id,
        editable=flow is not None and flow.waiting_for is WaitingFor.MAPPING_REVIEW,
        needs_review=bool(detection.get("needs_review", False)),
        review_reasons=tuple(detection.get("review_reasons", ())),
        columns=tuple(
            FieldMapping(
                table=mapping.column.table,
                position=mapping.column.position,
                source_field=mapping.column.source_field,
                target_field=mapping.column.target_field,
                confidence=mapping.column.confidence,
                match_method=mapping.column.match_method,
                evidence=mapping.column.evidence,
                transformation=mapping.column.transformation,
                status=mapping.status,
            )
            for mapping in await import_tables.read_mappings(session, context.engagement_id, stored.id)
        ),
    )
