"""Lists the imports of an engagement, newest first, and shows one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from muster.db.repos import imports
from muster.db.repos.import_values import ImportQuery
from muster.domain.flow_document import PENDING_DETECTION
from muster.services.open_staging import read_open_import
from muster.services.paging import FIRST_PAGE, Page, bad_cursor, decode_cursor, encode_cursor
from muster.services.read_status import detection_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from muster.db.repos.import_values import StoredImport
    from muster.domain.flow_document import DetectionSummary, EnrichmentResult, ValidationResults
    from muster.domain.phases import FlowStatus
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.paging import PageRequest


@dataclass(frozen=True, slots=True)
class ImportFilter:
    """Which imports to list; None: any."""

    status: FlowStatus | None = None
    import_category: str | None = None
    source_system: str | None = None
    filename: str | None = None
    """The exact name of the file."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """One line of the list of imports."""

    data_import_id: UUID
    master_flow_id: UUID | None
    import_name: str
    filename: str
    file_size: int
    import_category: str | None
    source_system: str | None
    feed: str | None
    status: FlowStatus
    progress_percentage: float
    total_records: int
    processed_records: int
    failed_records: int
    observed_at: datetime
    created_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportTableDetail:
    """One table of an import as read."""

    table_number: int
    name: str
    columns: tuple[str, ...]
    header_row: int | None
    rows: int
    imported: bool
    source_table: str | None
    import_category: str | None
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """All that is known of one import, without its rows and findings."""

    summary: ImportSummary
    description: str | None
    mime_type: str | None
    sha256: str
    stated_category: str
    observed_at_origin: str
    processing_config: Mapping[str, object]
    file_format: Mapping[str, object] | None
    detection: DetectionSummary | None
    tables: tuple[ImportTableDetail, ...]
    validation_results: ValidationResults | None
    enrichment_summary: EnrichmentResult | None
    error_message: str | None
    claims_active: bool
    purged_at: datetime | None
    imported_by: UUID | None
    started_at: datetime | None


async def list_imports(
    services: Services,
    context: RequestContext,
    where: ImportFilter | None = None,
    page: PageRequest = FIRST_PAGE,
) -> Page[ImportSummary]:
    """A page of imports, newest first. Raises InvalidRequestError for a bad cursor."""
    wanted = where or ImportFilter()
    query = ImportQuery(
        status=None if wanted.status is None else str(wanted.status),
        import_category=wanted.import_category,
        source_system=wanted.source_system,
        filename=wanted.filename,
        before=_before(page.cursor),
        limit=page.limit + 1,
    )
    async with services.database.begin(context.tenant) as session:
        found = await imports.list_imports(session, context.engagement_id, query)
    shown = found[: page.limit]
    more = len(found) > page.limit
    return Page(tuple(_summary(stored) for stored in shown), encode_cursor(str(shown[-1].id)) if more else None)


async def read_import(services: Services, context: RequestContext, data_import_id: UUID) -> ImportDetail:
    """One import. Raises NotFoundError when this engagement has no such import."""
    found = await read_open_import(services, context.tenant, data_import_id)
    stored = found.stored
    detection = detection_of(stored)
    return ImportDetail(
        summary=_summary(stored),
        description=stored.description,
        mime_type=stored.mime_type,
        sha256=stored.sha256,
        stated_category=stored.stated_category,
        observed_at_origin=stored.observed_at_origin,
        processing_config=stored.processing_config.as_json(),
        file_format=stored.file_format,
        detection=None if detection == PENDING_DETECTION else detection,
        tables=tuple(
            ImportTableDetail(
                table_number=table.number,
                name=table.name,
                columns=table.columns,
                header_row=table.header_row,
                rows=table.rows,
                imported=table.imported,
                source_table=table.detected.source_table,
                import_category=table.detected.import_category,
                confidence=table.detected.confidence,
                reasons=table.detected.reasons,
            )
            for table in found.tables
        ),
        validation_results=stored.validation_results,
        enrichment_summary=stored.enrichment_summary,
        error_message=stored.error_message,
        claims_active=stored.claims_active,
        purged_at=stored.purged_at,
        imported_by=stored.imported_by,
        started_at=stored.started_at,
    )


def _before(cursor: str | None) -> UUID | None:
    values = decode_cursor(cursor, str)
    if values is None:
        return None
    try:
        return UUID(str(values[0]))
    except ValueError:
        raise bad_cursor() from None


def _summary(stored: StoredImport) -> ImportSummary:
    return ImportSummary(
        data_import_id=stored.id,
        master_flow_id=stored.master_flow_id,
        import_name=stored.import_name,
        filename=stored.filename,
        file_size=stored.file_size,
        import_category=stored.import_category,
        source_system=stored.source_system,
        feed=stored.feed,
        status=stored.status,
        progress_percentage=stored.progress_percentage,
        total_records=stored.total_records,
        processed_records=stored.processed_records,
        failed_records=stored.failed_records,
        observed_at=stored.observed_at,
        created_at=stored.created_at,
        completed_at=stored.completed_at,
    )
