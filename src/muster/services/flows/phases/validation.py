"""validation: the category's processor checks every row; bad rows are held back, good ones go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.flows.phases._processor import processor_for
from muster.services.flows.work import PhaseOutcome

if TYPE_CHECKING:
    from muster.domain.flow_state import FlowState
    from muster.services.flows.work import PhaseWork


async def run(work: PhaseWork) -> PhaseOutcome:
    """Validate. Raises FlowError when nothing usable is left."""
    async with processor_for(work) as processor:
        verdict = await processor.validate_data(work.data_import_id)
    return PhaseOutcome(verdict.as_json())


async def conclude(work: PhaseWork, outcome: PhaseOutcome) -> FlowState:
    """Keep the verdict and let enrichment follow."""
    child = DataImportChildFlowService(work.db, work.context, work.services)
    return await child.advance_to_enrichment(work.flow_id, outcome.summary, fence=work.fence)
