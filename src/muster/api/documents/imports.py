"""Documents about one import: its summary, tables, records, findings, steps, mapping and results."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from muster.api.documents.base import Document, PageQuery, Request
from muster.api.documents.flows import DetectionDocument, EnrichmentSummaryDocument, ValidationResultsDocument
from muster.domain.findings import Severity
from muster.domain.mapping import MatchMethod
from muster.domain.phases import FlowStatus, Phase, StepStatus
from muster.services.list_records import RecordOutcome


class ImportSummaryDocument(Document):
    """One line of the list of imports."""

    data_import_id: UUID
    master_flow_id: UUID | None
    import_name: str
    filename: str
    file_size: int = Field(description="Bytes.")
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


class ImportsQuery(PageQuery):
    """Which imports to list; what is not given is any."""

    status: FlowStatus | None = None
    import_category: str | None = None
    source_system: str | None = None
    filename: str | None = Field(default=None, description="The exact name of the file.")


class RecordsQuery(PageQuery):
    """Which rows to list."""

    table: str | None = None
    outcome: RecordOutcome | None = None


class FindingsQuery(PageQuery):
    """Which findings to list."""

    severity: Severity | None = None
    code: str | None = None
    agent: str | None = None
    table: str | None = None


class ImportTableDocument(Document):
    """One table (sheet, or the whole file) as read."""

    table_number: int
    name: str
    columns: tuple[str, ...]
    header_row: int | None = Field(description="1-based; null when the table has no header.")
    rows: int
    imported: bool
    source_table: str | None
    import_category: str | None
    confidence: float
    reasons: tuple[str, ...]


class ImportDocument(ImportSummaryDocument):
    """All that is known of one import, without its rows and findings."""

    description: str | None
    mime_type: str | None
    sha256: str
    stated_category: str
    observed_at_origin: str
    processing_config: Mapping[str, Any]
    file_format: Mapping[str, Any] | None
    detection: DetectionDocument | None
    tables: tuple[ImportTableDocument, ...]
    validation_results: ValidationResultsDocument | None
    enrichment_summary: EnrichmentSummaryDocument | None
    error_message: str | None
    claims_active: bool = Field(description="Whether its rows take part in the inventory.")
    imported_by: UUID | None
    started_at: datetime | None


class RecordReasonDocument(Document):
    """Why a row was held back."""

    code: str
    field: str | None
    agent: str


class RecordDocument(Document):
    """One row: its cells under the file's own headers beside its values by field."""

    table: str
    table_number: int
    row_number: int = Field(description="1 is the first data row.")
    line: int | None = Field(description="Line of the file or row of the sheet, as an editor shows it.")
    outcome: RecordOutcome
    raw: Mapping[str, str | None]
    cleansed: Mapping[str, Any] | None
    reasons: tuple[RecordReasonDocument, ...]
    asset_id: UUID | None


class FindingDocument(Document):
    """One place where a clause of an agent applies; cell values appear as a masked excerpt at most."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "duplicated",
                    "severity": "error",
                    "agent": "duplicate_detection",
                    "message": "The serial number stands in 2 rows.",
                    "table": "vInfo",
                    "row_number": 17,
                    "line": 18,
                    "field": "serial_number",
                    "excerpt": None,
                    "params": {},
                }
            ]
        }
    )

    code: str
    severity: Severity
    agent: str
    message: str
    table: str | None
    row_number: int | None
    line: int | None
    field: str | None
    excerpt: str | None
    params: Mapping[str, str | int | float]


class FindingCountDocument(Document):
    """How often a code applied in one table, places beyond the cap included."""

    table: str | None
    agent: str
    code: str
    severity: Severity
    count: int


class StepDocument(Document):
    """One visible step: a stage of the import, or one agent's run."""

    step_name: str
    phase: Phase
    step_order: int
    status: StepStatus
    description: str
    records_processed: int
    duration_seconds: float | None
    started_at: datetime | None
    completed_at: datetime | None
    output_data: Mapping[str, Any]
    error_details: Mapping[str, Any] | None


class StepsDocument(Document):
    """The steps of an import, in order."""

    items: tuple[StepDocument, ...]


class ResultsDocument(Document):
    """What came of an import, in counts."""

    data_import_id: UUID
    status: FlowStatus
    import_category: str | None
    source_system: str | None
    total_records: int
    processed_records: int
    failed_records: int
    validation_results: ValidationResultsDocument | None
    enrichment_summary: EnrichmentSummaryDocument | None
    finding_counts: tuple[FindingCountDocument, ...]


class UndoDocument(Document):
    """What undo (or redo) did to the assets that the import spoke of."""

    data_import_id: UUID
    status: FlowStatus
    assets_removed: int = Field(description="Nothing else speaks of them.")
    assets_reverted: int = Field(description="They say what the other sources say.")
    assets_kept: int = Field(description="Other sources say the same.")
    assets_restored: int = Field(description="Redo: made again.")


class FieldMappingDocument(Document):
    """One column of one table and the field it feeds; `status` is suggested, approved or rejected."""

    table: str
    position: int
    source_field: str
    target_field: str | None
    confidence: float
    match_method: MatchMethod
    evidence: str
    transformation: str | None
    status: str


class FieldMappingsDocument(Document):
    """The mapping of an import. `editable` is false once its rows were read with it."""

    data_import_id: UUID
    editable: bool
    needs_review: bool
    review_reasons: tuple[str, ...]
    columns: tuple[FieldMappingDocument, ...]


class MappingChoiceRequest(Request):
    """A word on one column. `target_field` null: keep the column with the row, feed nothing."""

    source_field: Annotated[str, Field(min_length=1)]
    target_field: str | None
    table: str | None = Field(default=None, description="null: every table that has such a column.")
    transformation: str | None = None


class FieldMappingsRequest(Request):
    """Choices that correct the mapping, and whether the import goes on with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"mapping": [{"source_field": "VM", "target_field": "asset_name"}], "confirm": True}]
        }
    )

    mapping: tuple[MappingChoiceRequest, ...] = ()
    confirm: bool = Field(default=False, description="Approve the whole mapping and let the flow go on.")
