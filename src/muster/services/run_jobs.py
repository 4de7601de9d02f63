"""Runs background jobs: the code behind each task name, for the worker, for `muster up` and for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from muster.domain.errors import BusyError, DatabaseUnavailableError, IllegalMoveError, MusterError, NotFoundError
from muster.domain.flow_state import SupersededError
from muster.services.background import REFOLD, RUN_PHASE, PhaseJob
from muster.services.change_ranks import RefoldHandler
from muster.services.flows.master import MasterFlowOrchestrator
from muster.services.flows.registry import initialize_all_flows
from muster.services.recover_jobs import fail_abandoned_phase

if TYPE_CHECKING:
    import asyncio

    from muster.queue.jobs import Abandoned, JobHandler, JobRun
    from muster.queue.options import WorkerOptions
    from muster.services.context import Services

log = structlog.get_logger()


class PhaseHandler:
    """Runs one phase of one flow; a refusal ends the job quietly, because the flow says it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, job: JobRun) -> None:
        """Run the phase in one unit of work. Raises what another try may mend."""
        wanted = PhaseJob.from_args(job.args)
        try:
            async with self._services.database.begin(wanted.context.tenant) as session:
                orchestrator = MasterFlowOrchestrator(session, wanted.context, self._services)
                await orchestrator.execute_phase(wanted.flow_id, wanted.phase, wanted.phase_input)
        except (DatabaseUnavailableError, BusyError):
            raise
        except (SupersededError, NotFoundError, IllegalMoveError):
            log.info("job.superseded", flow_id=str(wanted.flow_id), phase=str(wanted.phase))
        except MusterError as error:
            log.info("job.refused", flow_id=str(wanted.flow_id), phase=str(wanted.phase), code=error.code)

    async def abandon(self, job: JobRun, why: Abandoned) -> None:
        """Fail the flow with the reason."""
        await fail_abandoned_phase(self._services, PhaseJob.from_args(job.args), why)


def job_handlers(services: Services) -> dict[str, JobHandler]:
    """The code behind each task name."""
    return {RUN_PHASE: PhaseHandler(services), REFOLD: RefoldHandler(services)}


async def run_worker(
    services: Services,
    options: WorkerOptions | None = None,
    *,
    wait: bool = True,
    stop: asyncio.Event | None = None,
) -> None:
    """Work on jobs until `stop` is set, or, without `wait`, until none waits or runs anywhere.

    See Queue.run_worker for lost connections and stopping.
    """
    initialize_all_flows()
    await services.queue.run_worker(job_handlers(services), options, wait=wait, stop=stop)
