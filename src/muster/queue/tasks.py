"""Wraps a handler as a Procrastinate task: what it raises is logged by type, tried again later, or given up."""

from __future__ import annotations

from asyncio import CancelledError
from typing import TYPE_CHECKING, Any

import structlog
from procrastinate import BaseRetryStrategy, RetryDecision

from muster.queue.jobs import Abandoned
from muster.queue.recovery import job_run

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.jobs import Job

    from muster.queue.jobs import JobHandler, JobRun
    from muster.queue.options import WorkerOptions

log = structlog.get_logger()

_MILLISECONDS = 1_000


class _TryAgainError(Exception):
    """Ends a run that is to be repeated; carries no text of the error behind it, which may quote values."""

    def __init__(self, error_type: str, delay: float) -> None:
        super().__init__(error_type)
        self.delay = delay


class _GivenUpError(Exception):
    """Ends the last run of a job."""


class _Retries(BaseRetryStrategy):
    """Again after the back-off; at once when the worker was told to stop in the middle of a run; else never."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002 - inherited
        if isinstance(exception, _TryAgainError):
            return RetryDecision(retry_in={"milliseconds": int(exception.delay * _MILLISECONDS)})
        if isinstance(exception, CancelledError):
            return RetryDecision()
        return None


def add_task(app: App, name: str, handler: JobHandler, options: WorkerOptions) -> None:
    """Make `handler` the code behind the task `name` of `app`."""

    async def run(context: JobContext, /, **args: Any) -> None:  # noqa: ANN401 - JSON, read by the handler
        job = job_run(args, context.job.attempts)
        try:
            await handler.run(job)
        except Exception as error:  # a job's error is the job's, not the worker's
            log.error("job.failed", task=name, job_id=context.job.id, exc_info=error)  # noqa: TRY400 - same record
            await _after_error(handler, job, type(error).__name__, options)

    app.task(name=name, pass_context=True, retry=_Retries())(run)


async def _after_error(handler: JobHandler, job: JobRun, error_type: str, options: WorkerOptions) -> None:
    """Raise what tells Procrastinate to repeat the job, or to end it as failed when it was tried often enough."""
    delay = options.times.first_retry * 2**job.errors
    if job.errors + 1 < options.error_limit:
        raise _TryAgainError(error_type, delay) from None
    try:
        await handler.abandon(job, Abandoned.ERRORS)
    except Exception as error:  # telling the user is tried again with the job
        log.error("job.abandon_failed", exc_info=error)  # noqa: TRY400 - same record
        raise _TryAgainError(type(error).__name__, delay) from None
    raise _GivenUpError(error_type) from None
