"""Keeps flows and jobs in step: a job given up fails its flow, a flow without its job gets a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import flows
from muster.domain.errors import NotFoundError
from muster.domain.phases import FlowStatus
from muster.queue.jobs import Abandoned
from muster.services.background import BackgroundExecutionService
from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.flows.lifecycle import FlowLifecycleManager

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import MasterFlowId
    from muster.domain.tenant import RequestContext
    from muster.services.background import PhaseJob
    from muster.services.context import Services

_SENTENCES = {
    Abandoned.KILLED: (
        "The worker died each time it came to the {phase} of this import, most likely for lack of memory. Give it more "
        "memory or split the file, then retry."
    ),
    Abandoned.ERRORS: (
        "The {phase} of this import ended each time with an error that is not the file's. The log of the worker names "
        "it; report it, or retry."
    ),
}


async def fail_abandoned_phase(services: Services, job: PhaseJob, why: Abandoned) -> None:
    """Fail the flow, unless it has left the job's phase or come to an end by itself."""
    async with services.database.begin(job.context.tenant) as session:
        lifecycle = FlowLifecycleManager(session, job.context)
        try:
            flow = await lifecycle.lock(job.flow_id)
        except NotFoundError:
            return
        if flow.status is not FlowStatus.PROCESSING or flow.phase is not job.phase:
            return
        await DataImportChildFlowService(session, job.context, services).mark_failed(
            job.flow_id, _SENTENCES[why].format(phase=job.phase), error_code=f"worker_{why}"
        )


async def recover_lost_flows(session: AsyncSession, context: RequestContext, services: Services) -> list[MasterFlowId]:
    """Give a job to each flow of the engagement that says work goes on while no job waits or runs; return their ids.

    Flow and job change in one transaction, so this finds nothing unless somebody has tampered with the queue. The jobs
    of dead workers are no case of it: they are taken over by the next worker.
    """
    background = BackgroundExecutionService(services)
    lost = await flows.find_lost_flows(session, context.engagement_id)
    for flow in lost:
        if flow.data_import_id is not None:
            await background.start_background_import_execution(
                session, context, flow.data_import_id, flow.flow_id, flow.phase
            )
    return [flow.flow_id for flow in lost]
