"""The flow document: what upload, store-import and status answer, and what flow operations give back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from muster.api.documents.base import Document, PageQuery
from muster.domain.phases import FlowStatus, Move, Phase, StepStatus, WaitingFor

_EXAMPLE: JsonDict = {
    "master_flow_id": "0192f0c1-0000-7000-8000-000000000001",
    "flow_id": "0192f0c1-0000-7000-8000-000000000001",
    "data_import_id": "0192f0c1-0000-7000-8000-000000000002",
    "import_category": "cmdb_export",
    "source_system": "rvtools",
    "status": "processing",
    "current_phase": "validation",
    "progress_percentage": 42.5,
    "waiting_for": None,
    "detection": {"import_category": "cmdb_export", "confidence": 0.98, "reasons": ["the sheets of RVTools"]},
    "total_records": 805,
    "processed_records": 320,
    "failed_records": 0,
    "validation_results": None,
    "enrichment_summary": None,
    "error": None,
    "poll_after_seconds": 5,
}


class AgentResultDocument(Document):
    """One agent's own status within the validation."""

    agent_name: str
    status: StepStatus
    error_count: int
    warning_count: int


class ValidationResultsDocument(Document):
    """Verdict of the validation. `is_valid`: no finding of level error."""

    is_valid: bool
    error_count: int
    warning_count: int
    agent_results: tuple[AgentResultDocument, ...]


class EnrichmentSummaryDocument(Document):
    """What the inventory took over."""

    assets_created: int
    assets_updated: int
    enrichment_details: Mapping[str, int]


class DetectionDocument(Document):
    """What the file is taken for; `import_category` null: nothing fits, `reasons` say why."""

    import_category: str | None
    confidence: float
    reasons: tuple[str, ...]


class FlowStatusDocument(Document):
    """One import's flow in counts: a few hundred bytes, made to be polled."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    master_flow_id: UUID
    flow_id: UUID
    data_import_id: UUID
    import_category: str | None
    source_system: str | None
    status: FlowStatus
    current_phase: Phase
    progress_percentage: float = Field(ge=0, le=100)
    waiting_for: WaitingFor | None
    detection: DetectionDocument | Literal["pending"]
    total_records: int
    processed_records: int
    failed_records: int
    validation_results: ValidationResultsDocument | None
    enrichment_summary: EnrichmentSummaryDocument | None
    error: str | None
    poll_after_seconds: int | None = Field(description="5 at work, 15 waiting for a person, null at the end.")


class FlowSummaryDocument(Document):
    """One line of the list of flows; `allowed` are the moves that can be asked for now."""

    flow_id: UUID
    flow_type: str
    flow_name: str
    status: FlowStatus
    current_phase: Phase
    waiting_for: WaitingFor | None
    data_import_id: UUID | None
    progress_percentage: float
    error: str | None
    allowed: tuple[Move, ...]
    created_at: datetime
    updated_at: datetime


class FlowsQuery(PageQuery):
    """Which flows to list."""

    status: FlowStatus | None = None
