"""complete: what the import has come to is summed up, and the flow ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import flows
from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.flows.steps import Steps
from muster.services.flows.work import PhaseOutcome

if TYPE_CHECKING:
    from muster.domain.flow_state import FlowState
    from muster.services.flows.work import PhaseWork


async def run(work: PhaseWork) -> PhaseOutcome:
    """Show what the database holds of the import: rows that came in, were taken over, were held back."""
    async with Steps(work).step("results", "Sum up what became of the file") as step:
        async with work.services.database.begin(work.context.tenant) as session:
            records = await flows.read_records(session, work.context.engagement_id, work.data_import_id)
        step.records = records.total
        step.output = {"total": records.total, "processed": records.processed, "failed": records.failed}
    return PhaseOutcome(step.output)


async def conclude(work: PhaseWork, _: PhaseOutcome) -> FlowState:
    """End the flow with what enrichment has counted; a sum that could not be made takes nothing away from it."""
    state = await flows.read_phase_state(work.db, work.context.engagement_id, work.flow_id)
    child = DataImportChildFlowService(work.db, work.context, work.services)
    return await child.mark_completed(work.flow_id, state["enrichment_summary"], fence=work.fence)
