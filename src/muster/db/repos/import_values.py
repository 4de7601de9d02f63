"""An import and its parts as the database has them, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from muster.domain.flow_document import EnrichmentResult, ValidationResults
    from muster.domain.ids import DataImportId, MasterFlowId
    from muster.domain.mapping import ColumnMapping, TableDetection
    from muster.domain.phases import FlowStatus, Phase, WaitingFor
    from muster.domain.processing_config import ProcessingConfig

APPROVED = "approved"
SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class NewImport:
    """An import to insert. `detection` None: not known yet. `observed_at_origin` is stated, file or upload.

    `partial`: it brings some records of its feed anew and says nothing of the others.
    """

    id: DataImportId
    import_name: str
    import_type: str
    import_category: str | None
    stated_category: str
    stated_source: str | None
    processing_config: ProcessingConfig
    description: str | None
    filename: str
    file_size: int
    mime_type: str | None
    sha256: str
    blob_key: str
    source_system: str | None
    feed: str | None
    status: FlowStatus
    detection: Mapping[str, Any] | None
    file_format: Mapping[str, Any] | None
    total_records: int
    observed_at: datetime
    observed_at_origin: str
    idempotency_key: str | None
    created_at: datetime
    partial: bool = False


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import as it stands; the members are those of the table."""

    id: DataImportId
    import_name: str
    import_category: str | None
    stated_category: str
    stated_source: str | None
    processing_config: ProcessingConfig
    description: str | None
    filename: str
    file_size: int
    mime_type: str | None
    sha256: str
    blob_key: str
    source_system: str | None
    feed: str | None
    status: FlowStatus
    detection: Mapping[str, Any] | None
    file_format: Mapping[str, Any] | None
    progress_percentage: float
    total_records: int
    processed_records: int
    failed_records: int
    imported_by: UUID | None
    observed_at: datetime
    observed_at_origin: str
    staged_attempt: int
    rows_attempt: int
    claims_attempt: int
    claims_active: bool
    partial: bool
    purged_at: datetime | None
    validation_results: ValidationResults | None
    enrichment_summary: EnrichmentResult | None
    error_message: str | None
    started_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    master_flow_id: MasterFlowId | None


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table of an import. `detected` is what it was taken for."""

    number: int
    name: str
    columns: tuple[str, ...]
    header_row: int | None
    rows: int
    imported: bool
    detected: TableDetection


@dataclass(frozen=True, slots=True)
class StoredMapping:
    """A column's mapping with its status: suggested or approved."""

    column: ColumnMapping
    status: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    """Where the flow of an import stands, with its progress row."""

    flow_id: MasterFlowId
    status: FlowStatus
    phase: Phase
    waiting_for: WaitingFor | None
    error_message: str | None
    progress_percentage: float
    processed: int
    total: int


@dataclass(frozen=True, slots=True)
class ImportQuery:
    """Which imports to list, newest first; `before` is the id of the last one seen."""

    status: str | None = None
    import_category: str | None = None
    source_system: str | None = None
    filename: str | None = None
    before: UUID | None = None
    limit: int = 100
