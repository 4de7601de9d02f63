"""Lists the steps of an import: its phases and the agents' runs, each with its own status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from muster.domain.phases import Phase, StepStatus
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the latest attempt at its phase."""

    step_name: str
    phase: Phase
    step_order: int
    status: StepStatus
    description: str
    records_processed: int
    duration_seconds: float | None
    started_at: datetime | None
    completed_at: datetime | None
    output_data: Mapping[str, object]
    error_details: Mapping[str, object] | None


async def list_steps(services: Services, context: RequestContext, data_import_id: UUID) -> tuple[Step, ...]:
    """The steps in order. Raises NotFoundError when this engagement has no such import."""
    raise NotImplementedError
