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
from muster.domain.mapping_memory import Remember
from muster.domain.phases import FlowStatus, Phase, StepStatus
from muster.domain.plan import PlanAction
from muster.services.export_plan import PlanFormat
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
    purged_at: datetime | None = Field(description="When file, rows and findings were deleted for good.")
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
    remember: Remember = Field(
        default=Remember.ENGAGEMENT, description="Where what is confirmed is offered for the next file of the kind."
    )


class PlanCountsDocument(Document):
    """A plan in counts of assets. `conflicts` are also counted as what else happens to them."""

    created: int
    updated: int
    unchanged: int
    conflicts: int
    removed: int = Field(description="They turn out to be another asset, and end.")
    missing: int = Field(description="Listed by this feed before, and no longer.")
    entries: int


class PlannedRowDocument(Document):
    """A row of the import's file."""

    table: str
    row_number: int = Field(description="1 is the first data row.")


class PlanEntryDocument(Document):
    """What is planned for one field of one asset; `field` null: the asset ends."""

    asset_id: UUID
    asset_name: str | None
    action: PlanAction
    field: str | None
    before: str | None
    after: str | None
    conflict: bool = Field(description="Sources contradict each other on the field.")
    says: str | None = Field(description="This import's word on a contradicted field.")
    source_system: str | None = Field(description="Whose value stands.")
    feed: str | None
    merged_into: UUID | None
    rows: tuple[PlannedRowDocument, ...] = Field(description="The rows of this import that speak of the asset.")


class PlanHeadDocument(Document):
    """A plan without its entries. `stale`: it waits to be accepted, and the inventory has changed since."""

    data_import_id: UUID
    filename: str
    inventory_version: int = Field(description="The version of the inventory that it was computed for.")
    current_version: int
    waiting: bool
    stale: bool
    created_at: datetime
    counts: PlanCountsDocument = Field(validation_alias="totals")


class PlanDocument(PlanHeadDocument):
    """A plan with a page of its entries, asset by asset."""

    items: tuple[PlanEntryDocument, ...]
    next_cursor: str | None


class PlanQuery(PageQuery):
    """Which entries of a plan to show; CSV and text give all of them."""

    file_format: PlanFormat = Field(default=PlanFormat.JSON, alias="format")
    action: PlanAction | None = None
    field: str | None = Field(default=None, description="A canonical field, or missing_from.")
    conflict: bool | None = None


class PlannedDifferentlyDocument(Document):
    """One field of one asset as it was shown and as it is planned now; null: not at all."""

    asset_id: UUID
    asset_name: str | None
    field: str | None
    shown: PlanEntryDocument | None
    now: PlanEntryDocument | None


class PlanDifferenceDocument(Document):
    """What a new plan says otherwise than the one that was shown; `entries` are the first 100 of `total`."""

    total: int
    entries: tuple[PlannedDifferentlyDocument, ...]


class RenewedPlanDocument(Document):
    """A plan computed anew, and what differs from the one before."""

    plan: PlanHeadDocument = Field(validation_alias="head")
    difference: PlanDifferenceDocument


class RejectedRowsRequest(Request):
    """Rows of one table that are to be left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"table": "vInfo", "rows": [17]}]})

    table: str
    rows: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]


class AcceptRequest(Request):
    """The word on a plan: which one was looked at, and what of it is left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"inventory_version": 4, "reject_rows": [{"table": "vInfo", "rows": [17]}], "reject_assets": []}
            ]
        }
    )

    inventory_version: int = Field(description="That of the plan that was looked at.")
    reject_rows: tuple[RejectedRowsRequest, ...] = ()
    reject_assets: tuple[UUID, ...] = Field(default=(), description="All rows that speak of these assets.")
