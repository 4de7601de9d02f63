"""Acknowledges a job only for the worker that still holds it.

Procrastinate acknowledges by job id. A worker that was suspended, replaced and woken would then end the run of its
replacement, and a later death of that one would go unnoticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from procrastinate.manager import JobManager

from muster.queue.statements import statement

if TYPE_CHECKING:
    from datetime import datetime

    from procrastinate.jobs import Job, Status


class OwnedJobManager(JobManager):
    """Procrastinate's job manager, with acknowledgements fenced by the worker's id."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - inherited
        """End the job, unless another worker holds it by now."""
        await self.connector.execute_query_async(
            statement("finish_own_job"),
            job_id=job.id,
            worker_id=job.worker_id,
            status=status.value,
            delete_job=delete_job,
        )

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,  # noqa: ARG002 - inherited; a retry keeps its job's own
        queue: str | None = None,  # noqa: ARG002 - inherited
        lock: str | None = None,  # noqa: ARG002 - inherited
    ) -> None:
        """Put the job back, unless another worker holds it by now."""
        await self.connector.execute_query_async(
            statement("retry_own_job"), job_id=job.id, worker_id=job.worker_id, retry_at=retry_at
        )
