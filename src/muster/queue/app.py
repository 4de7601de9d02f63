"""The job queue: deferring a job on the caller's own transaction, and the door to running a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict

from muster.queue.options import WorkerOptions
from muster.queue.ownership import OwnedJobManager
from muster.queue.worker import WorkerLoop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.queue.jobs import JobHandler, JsonValue

SCHEMA = "work"
"""The schema of the queue's tables; it must be on the search path of every connection that defers a job."""

_QUEUE = "default"


class Queue:
    """Jobs in the database at `url` (SQLAlchemy or libpq form)."""

    def __init__(self, url: str) -> None:
        self._conninfo = url.replace("postgresql+psycopg://", "postgresql://", 1)
        given = conninfo_to_dict(self._conninfo).get("options") or ""
        self._options = f"{given} -c search_path={SCHEMA}".strip()
        self._deferrer = OwnedJobManager(self.connector(1))

    def connector(self, size: int) -> PsycopgConnector:
        """Return an unopened connector with at most `size` pooled connections to the queue's schema."""
        return PsycopgConnector(
            conninfo=self._conninfo,
            kwargs={"options": self._options},
            min_size=1,
            max_size=size,
            timeout=3.0,
        )

    async def _app(self, size: int) -> App:
        """Return an unopened app. Raises psycopg.OperationalError at once when the database does not answer."""
        async with await AsyncConnection.connect(self._conninfo, autocommit=True, connect_timeout=5):
            connector = self.connector(size)
        app = App(connector=connector)
        app.job_manager = OwnedJobManager(connector)
        return app

    async def defer(  # noqa: PLR0913 - all but three have a default; they are what a job is
        self,
        session: AsyncSession,
        task_name: str,
        args: Mapping[str, JsonValue],
        *,
        lock: str | None = None,
        queueing_lock: str | None = None,
        priority: int = 0,
        scheduled_at: datetime | None = None,
    ) -> int | None:
        """Put a job into the session's own transaction and return its id: it exists when the transaction commits.

        Jobs of one `lock` never run at the same time. While a job with the same `queueing_lock` waits, no other is
        added and the answer is None.
        """
        job = Job(
            queue=_QUEUE,
            task_name=task_name,
            lock=lock,
            queueing_lock=queueing_lock,
            priority=priority,
            task_kwargs=dict(args),
            scheduled_at=scheduled_at,
        )
        if queueing_lock is None:
            return await self._insert(session, job)
        try:
            # the refusal is an error of the statement: without a savepoint it would end the caller's transaction
            async with session.begin_nested():
                return await self._insert(session, job)
        except AlreadyEnqueued:
            return None

    async def _insert(self, session: AsyncSession, job: Job) -> int | None:
        # asking the session for its connection is what sets its savepoint
        connection = (await (await session.connection()).get_raw_connection()).driver_connection
        return (await self._deferrer.defer_job_async(job, connection)).id

    async def run_worker(
        self,
        handlers: Mapping[str, JobHandler],
        options: WorkerOptions | None = None,
        *,
        wait: bool = True,
        stop: asyncio.Event | None = None,
    ) -> None:
        """Run jobs of the task names in `handlers` until `stop` is set, or, without `wait`, until none is left.

        Once stopped, running jobs finish within the grace or are handed back. A lost database connection does not end
        it: it connects again.
        """
        chosen = options or WorkerOptions()
        loop = WorkerLoop(lambda: self._app(chosen.concurrency + 3), handlers, chosen)
        await loop.run(wait=wait, stop=stop)
