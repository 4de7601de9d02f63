"""Says in the flow what became of a job that nobody will try again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.errors import NotFoundError
from muster.domain.phases import FlowStatus
from muster.queue.jobs import Abandoned
from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.flows.lifecycle import FlowLifecycleManager

if TYPE_CHECKING:
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
