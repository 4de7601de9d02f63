"""What upload, store-import and status answer: one import's flow in counts, a few hundred bytes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from muster.domain.phases import ENDED, FlowStatus, Phase, StepStatus, WaitingFor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from uuid import UUID

POLL_WORKING_SECONDS = 5
POLL_WAITING_SECONDS = 15

PENDING_DETECTION: Literal["pending"] = "pending"
"""Stands for the detection of a file whose head takes too long to read at the door."""


@dataclass(frozen=True, slots=True)
class AgentResult:
    """One agent's own status within the validation."""

    agent_name: str
    status: StepStatus
    error_count: int = 0
    warning_count: int = 0


@dataclass(frozen=True, slots=True)
class ValidationResults:
    """Verdict of the validation: `is_valid` says that no finding of level error stands."""

    is_valid: bool
    error_count: int
    warning_count: int
    agent_results: tuple[AgentResult, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The member `validation_results` of the flow document."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> ValidationResults:
        """Read what `as_json` wrote."""
        agents = (AgentResult(**{**agent, "status": StepStatus(agent["status"])}) for agent in raw["agent_results"])
        return cls(raw["is_valid"], raw["error_count"], raw["warning_count"], tuple(agents))


@dataclass(frozen=True, slots=True)
class EnrichmentResult:
    """What the inventory took over. `enrichment_details` counts the rest by name (unchanged, conflicts, …)."""

    assets_created: int
    assets_updated: int
    enrichment_details: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The member `enrichment_summary` of the flow document."""
        return {
            "assets_created": self.assets_created,
            "assets_updated": self.assets_updated,
            "enrichment_details": dict(self.enrichment_details),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> EnrichmentResult:
        """Read what `as_json` wrote."""
        return cls(raw["assets_created"], raw["assets_updated"], raw["enrichment_details"])


@dataclass(frozen=True, slots=True)
class DetectionSummary:
    """What the file is taken for; `import_category` None: nothing fits, `reasons` say why."""

    import_category: str | None
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowDocument:
    """The flow document of contracts.md, member for member.

    `flow_id` is the child flow, which has the id of its master. `poll_after_seconds` is 5 while work goes on, 15 while
    the flow waits for a person, None at the end.
    """

    master_flow_id: UUID
    flow_id: UUID
    data_import_id: UUID
    import_category: str | None
    source_system: str | None
    status: FlowStatus
    current_phase: Phase
    progress_percentage: float
    waiting_for: WaitingFor | None
    detection: DetectionSummary | Literal["pending"]
    total_records: int
    processed_records: int
    failed_records: int
    validation_results: ValidationResults | None
    enrichment_summary: EnrichmentResult | None
    error: str | None
    poll_after_seconds: int | None


def poll_after(status: FlowStatus) -> int | None:
    """How long to wait before the next question, in seconds."""
    if status in ENDED:
        return None
    return POLL_WAITING_SECONDS if status is FlowStatus.PAUSED else POLL_WORKING_SECONDS
