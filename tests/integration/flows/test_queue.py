"""Jobs survive their worker, their worker survives its database connection, and poison is recognised."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text

from muster.queue.jobs import Abandoned, JobRun

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from muster.domain.tenant import RequestContext
    from muster.queue.options import WorkerOptions
    from muster.services.context import Services

TASK = "test.task"


class Handler:
    """Runs the test's own function; remembers what happened."""

    def __init__(self, body: Callable[[JobRun], Awaitable[None]] | None = None) -> None:
        self.body = body
        self.runs: list[JobRun] = []
        self.abandoned: list[Abandoned] = []
        self.began = asyncio.Event()

    async def run(self, job: JobRun) -> None:
        self.runs.append(job)
        self.began.set()
        if self.body is not None:
            await self.body(job)

    async def abandon(self, job: JobRun, why: Abandoned) -> None:
        assert job.args == {"n": 1}
        self.abandoned.append(why)


async def defer(services: Services, context: RequestContext, **options: Any) -> int | None:
    async with services.database.begin(context.tenant) as session:
        return await services.queue.defer(session, TASK, {"n": 1}, **options)


def jobs(owner_url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        return connection.execute("SELECT status::text, args, worker_id FROM work.procrastinate_jobs").fetchall()


def take_as_a_dead_worker(owner_url: str, kills: int = 0) -> None:
    """Make the waiting job look as a killed worker leaves it: being done, by nobody who gives a sign of life."""
    with psycopg.connect(owner_url, autocommit=True, options="-c search_path=work") as connection:
        row = connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        ).fetchone()
        assert row is not None
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s,"
            " args = args || jsonb_build_object('kills', %s::int)",
            (row[0], kills),
        )


async def test_a_job_reaches_a_waiting_worker_by_notification(
    services: Services, context: RequestContext, hasty: WorkerOptions
) -> None:
    deaf_between_notifications = replace(hasty, times=replace(hasty.times, polling=3_600.0))
    handler, stop = Handler(), asyncio.Event()
    working = asyncio.create_task(services.queue.run_worker({TASK: handler}, deaf_between_notifications, stop=stop))
    await listening(services, context)
    await defer(services, context)
    await handler.began.wait()
    stop.set()
    await working


async def listening(services: Services, context: RequestContext) -> None:
    """Wait until a worker listens; it does so with its first connection that stands alone."""
    query = text("SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND datname = current_database()")
    while True:
        async with services.database.begin(context.tenant) as session:
            if (await session.execute(query)).scalar_one():
                return


async def test_a_second_job_of_one_queueing_lock_is_not_added_and_spoils_nothing(
    services: Services, context: RequestContext, owner_url: str
) -> None:
    async with services.database.begin(context.tenant) as session:
        assert await services.queue.defer(session, TASK, {"n": 1}, queueing_lock="one") is not None
        assert await services.queue.defer(session, TASK, {"n": 2}, queueing_lock="one") is None
        assert await services.queue.defer(session, TASK, {"n": 3}) is not None
    assert [args["n"] for _, args, _ in jobs(owner_url)] == [1, 3]


async def test_jobs_of_one_lock_never_run_at_the_same_time(
    services: Services, context: RequestContext, hasty: WorkerOptions
) -> None:
    inside = 0

    async def alone(_: JobRun) -> None:
        nonlocal inside
        inside += 1
        assert inside == 1
        async with services.database.begin(context.tenant) as session:
            await session.connection()
        inside -= 1

    handler = Handler(alone)
    for _ in range(3):
        await defer(services, context, lock="one")
    await services.queue.run_worker({TASK: handler}, hasty, wait=False)
    assert len(handler.runs) == 3


async def test_the_job_of_a_dead_worker_runs_again_and_the_kill_is_counted(
    services: Services, context: RequestContext, hasty: WorkerOptions, owner_url: str
) -> None:
    await defer(services, context)
    take_as_a_dead_worker(owner_url)
    handler = Handler()
    await services.queue.run_worker({TASK: handler}, hasty, wait=False)
    assert handler.runs == [JobRun({"n": 1}, kills=1, errors=0)]
    assert jobs(owner_url) == []


async def test_a_job_that_killed_three_workers_is_given_up_with_its_reason(
    services: Services, context: RequestContext, hasty: WorkerOptions, owner_url: str
) -> None:
    await defer(services, context)
    take_as_a_dead_worker(owner_url, kills=2)
    handler = Handler()
    await services.queue.run_worker({TASK: handler}, hasty, wait=False)
    assert handler.abandoned == [Abandoned.KILLED]
    assert handler.runs == []
    assert [status for status, _, _ in jobs(owner_url)] == ["failed"]


async def test_a_worker_told_to_stop_hands_its_job_back(
    services: Services, context: RequestContext, hasty: WorkerOptions, owner_url: str
) -> None:
    async def linger(_: JobRun) -> None:
        await asyncio.Event().wait()

    await defer(services, context)
    slow, stop = Handler(linger), asyncio.Event()
    working = asyncio.create_task(services.queue.run_worker({TASK: slow}, hasty, stop=stop))
    await slow.began.wait()
    stop.set()
    await working
    assert [status for status, _, _ in jobs(owner_url)] == ["todo"]
    quick = Handler()
    await services.queue.run_worker({TASK: quick}, hasty, wait=False)
    assert quick.runs[0].kills == 0


async def test_a_worker_told_to_stop_lets_a_job_finish_within_its_grace(
    services: Services, context: RequestContext, hasty: WorkerOptions, owner_url: str
) -> None:
    go_on = asyncio.Event()

    async def finish(_: JobRun) -> None:
        await go_on.wait()

    await defer(services, context)
    patient = replace(hasty, times=replace(hasty.times, grace=60.0))
    handler, stop = Handler(finish), asyncio.Event()
    working = asyncio.create_task(services.queue.run_worker({TASK: handler}, patient, stop=stop))
    await handler.began.wait()
    stop.set()
    go_on.set()
    await working
    assert jobs(owner_url) == []


async def test_sigterm_stops_a_worker_that_handles_signals(
    services: Services, context: RequestContext, hasty: WorkerOptions, owner_url: str
) -> None:
    async def be_told_to_stop(_: JobRun) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    await defer(services, context)
    handler = Handler(be_told_to_stop)
    await services.queue.run_worker({TASK: handler}, replace(hasty, handle_signals=True))
    assert len(handler.runs) == 1
    assert jobs(owner_url) == []


async def test_a_lost_connection_does_not_end_the_worker(
    services: Services, context: RequestContext, hasty: WorkerOptions, app_url: str
) -> None:
    second = asyncio.Event()

    async def lose_everything(_: JobRun) -> None:
        if len(handler.runs) == 2:
            second.set()
        else:
            await defer(services, context)
            with psycopg.connect(app_url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
                )

    handler = Handler(lose_everything)
    stop = asyncio.Event()
    await defer(services, context)
    working = asyncio.create_task(services.queue.run_worker({TASK: handler}, hasty, stop=stop))
    await handler.began.wait()
    await second.wait()
    stop.set()
    await working


async def test_a_replaced_worker_does_not_acknowledge_the_run_of_its_replacement(
    services: Services, context: RequestContext, hasty: WorkerOptions, owner_url: str
) -> None:
    async def be_replaced(_: JobRun) -> None:
        if len(handler.runs) == 1:
            with psycopg.connect(owner_url, autocommit=True, options="-c search_path=work") as connection:
                connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
                connection.execute(
                    "UPDATE procrastinate_jobs SET worker_id = (SELECT max(id) FROM procrastinate_workers)"
                )
            woken.set()

    woken = asyncio.Event()
    handler, stop = Handler(be_replaced), asyncio.Event()
    calm = replace(hasty, times=replace(hasty.times, stalled_after=3_600.0))
    await defer(services, context)
    working = asyncio.create_task(services.queue.run_worker({TASK: handler}, calm, stop=stop))
    await woken.wait()
    stop.set()
    await working
    assert [status for status, _, _ in jobs(owner_url)] == ["doing"]


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_a_worker_that_does_not_wait_finishes_what_its_jobs_have_deferred(
    services: Services, context: RequestContext, hasty: WorkerOptions, concurrency: int
) -> None:
    async def defer_another(_: JobRun) -> None:
        if len(handler.runs) < 5:
            await defer(services, context)

    handler = Handler(defer_another)
    await defer(services, context)
    await services.queue.run_worker({TASK: handler}, replace(hasty, concurrency=concurrency), wait=False)
    assert len(handler.runs) == 5
