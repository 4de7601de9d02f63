"""enrichment: the category's processor takes the valid rows over into the inventory, once their plan is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import flows
from muster.domain.flow_document import ValidationResults
from muster.domain.phases import WaitingFor
from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.flows.phases._processor import processor_for
from muster.services.flows.steps import Steps
from muster.services.flows.work import PhaseOutcome
from muster.services.inventory.current import fold_by_todays_rules
from muster.services.plan_import import settle_plan

if TYPE_CHECKING:
    from muster.domain.flow_state import FlowState
    from muster.services.flows.work import PhaseWork


async def run(work: PhaseWork) -> PhaseOutcome:
    """Enrich, with the verdict that validation has left. The flow waits first when its plan is to be looked at."""
    # before the plan is accepted for good, which keeps everybody else from changing the inventory
    await fold_by_todays_rules(work.services, work.context, wait=True)
    visible = Steps(work)
    if await settle_plan(work, visible):
        return PhaseOutcome({}, WaitingFor.PLAN_REVIEW)
    async with work.services.database.begin(work.context.tenant) as session:
        state = await flows.read_phase_state(session, work.context.engagement_id, work.flow_id)
    async with (
        processor_for(work) as processor,
        visible.step("enrichment", "Reconcile the valid rows with the inventory") as step,
    ):
        verdict = ValidationResults.from_json(state["validation_results"])
        result = await processor.enrich_assets(work.data_import_id, verdict)
        step.records = result.assets_created + result.assets_updated
        step.output = result.as_json()
    return PhaseOutcome(result.as_json())


async def conclude(work: PhaseWork, outcome: PhaseOutcome) -> FlowState:
    """Keep what was counted and let the results follow."""
    child = DataImportChildFlowService(work.db, work.context, work.services)
    return await child.advance_to_complete(work.flow_id, outcome.summary, fence=work.fence)
