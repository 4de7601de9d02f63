"""Lists the imports of an engagement, newest first, and shows one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.services.paging import FIRST_PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from muster.domain.flow_document import DetectionSummary, EnrichmentResult, ValidationResults
    from muster.domain.phases import FlowStatus
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.paging import Page, PageRequest


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
    imported_by: UUID | None
    started_at: datetime | None


async def list_imports(
    services: Services,
    context: RequestContext,
    where: ImportFilter | None = None,
    page: PageRequest = FIRST_PAGE,
) -> Page[ImportSummary]:
    """A page of imports, newest first. Raises InvalidRequestError for a bad cursor or limit."""
    raise NotImplementedError


async def read_import(services: Services, context: RequestContext, data_import_id: UUID) -> ImportDetail:
    """One import. Raises NotFoundError when this engagement has no such import."""
    raise NotImplementedError
