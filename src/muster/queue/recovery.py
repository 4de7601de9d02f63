"""Gives the jobs of dead workers to the living, and gives up on those that keep killing theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from muster.queue.jobs import KILLS, Abandoned, JobRun
from muster.queue.statements import statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from procrastinate import App

    from muster.queue.jobs import JobHandler

log = structlog.get_logger()


def job_run(args: Mapping[str, Any], attempts: int) -> JobRun:
    """Return what a handler sees of a job that was tried `attempts` times before."""
    kills = int(args.get(KILLS, 0))
    return JobRun({name: value for name, value in args.items() if name != KILLS}, kills, max(attempts - kills, 0))


async def recover_jobs(
    app: App, handlers: Mapping[str, JobHandler], *, stalled_after: float, kill_limit: int
) -> list[int]:
    """Put jobs of workers that gave no sign of life for `stalled_after` seconds back into the queue.

    A job whose worker died `kill_limit` times is abandoned through its handler and ends as failed. Returns the ids of
    the jobs put back. Raises procrastinate.exceptions.ConnectorException without a database.
    """
    connector = app.connector
    for row in await connector.execute_query_all_async(
        statement("list_poison_jobs"), seconds=stalled_after, limit=kill_limit
    ):
        log.error("job.abandoned", job_id=row["id"], task=row["task_name"], why=str(Abandoned.KILLED))
        handler = handlers.get(row["task_name"])
        if handler is not None:
            await handler.abandon(job_run(row["args"], row["attempts"]), Abandoned.KILLED)
        await connector.execute_query_async(statement("end_poison_job"), job_id=row["id"], seconds=stalled_after)
    taken = await connector.execute_query_all_async(
        statement("take_from_dead_workers"), seconds=stalled_after, limit=kill_limit
    )
    for row in taken:
        log.warning("job.recovered", job_id=row["id"], task=row["task_name"], kills=row["args"][KILLS])
    await app.job_manager.prune_stalled_workers(stalled_after)
    return [row["id"] for row in taken]
