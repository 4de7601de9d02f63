"""A worker process that a test may kill: it says which phase it is in and, where asked to, waits there to be killed.

Run by multiprocessing's fork server, so that starting the twentieth one takes no longer than a fork.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self

from muster.blobs.store import Blobs
from muster.db.session import Database
from muster.domain.phases import Phase
from muster.queue.app import Queue
from muster.queue.options import WorkerOptions, WorkerTimes
from muster.runtime.embedded import EmbeddedPostgres
from muster.runtime.logging import configure_logging
from muster.services import run_jobs
from muster.services.context import Services
from muster.services.flows.registry import flow_type_registry
from muster.services.flows.types import Operation

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from muster.domain.flow_state import FlowState
    from muster.queue.jobs import JobRun
    from muster.services.flows.types import PhaseSpec
    from muster.services.flows.work import PhaseOutcome, PhaseWork

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "muster.db.session",
        "muster.queue.app",
        "muster.runtime.embedded.supervisor",
        "muster.runtime.logging",
        "muster.services.flows.flow_types.data_import",
        "muster.services.flows.flow_types.discovery",
        "muster.services.run_jobs",
        "sqlalchemy.dialects.postgresql.psycopg",
    ]
)

TIMES = WorkerTimes(
    heartbeat=0.1, stalled_after=0.8, recovery=0.1, polling=0.05, grace=5.0, first_retry=0.05, reconnect=0.05
)


class Point(StrEnum):
    """Where in a phase: taken up, nothing done; all done, nothing committed; committed, not acknowledged."""

    BEGIN = "begin"
    END = "end"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a worker process works with, and where it is to wait: `holds` are used up one after the other."""

    database_url: str
    blobs: str
    home: str
    state_root: str
    holds: tuple[tuple[Phase, Point], ...] = ()
    kill_limit: int = 100
    wait: bool = True
    times: WorkerTimes = field(default_factory=lambda: TIMES)


class KillableWorker:
    """A worker in a process of its own. `told` gives (phase, point) for each point that it comes by or waits at."""

    def __init__(self, plan: Plan) -> None:
        self._connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_main, args=(plan, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._connection.close()

    def told(self, seconds: float = 60.0) -> tuple[Phase, Point] | None:
        """The next point the worker is at; None when it says nothing for so long. Raises EOFError once it has ended."""
        return self._connection.recv() if self._connection.poll(seconds) else None

    def until(self, phase: Phase, point: Point) -> None:
        """Listen until the worker is at this point."""
        while (where := self.told()) != (phase, point):
            assert where is not None, f"the worker never came to {point} of {phase}"

    def release(self) -> None:
        """Let a worker that waits go on."""
        self._connection.send(None)

    def suspend(self) -> None:
        """Stop it without killing it."""
        os.kill(self._pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL: it can not clear up."""
        self._process.kill()
        self._process.join()

    def finish(self) -> None:
        """Wait for a worker that ends by itself."""
        with suppress(EOFError):
            while self.told() is not None:
                pass
        self._process.join()
        assert self._process.exitcode == 0

    @property
    def _pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid


class _Watched:
    """Wraps the phases of a flow type, and the handler of its jobs, so that they tell where they are."""

    def __init__(self, plan: Plan, connection: Connection) -> None:
        self._holds = list(plan.holds)
        self._connection = connection

    async def at(self, phase: Phase, point: Point) -> None:
        self._connection.send((phase, point))
        if (phase, point) in self._holds:
            self._holds.remove((phase, point))
            await asyncio.to_thread(self._connection.recv)

    def spec(self, spec: PhaseSpec) -> PhaseSpec:
        async def run(work: PhaseWork) -> PhaseOutcome:
            await self.at(spec.name, Point.BEGIN)
            return await spec.run(work)

        async def conclude(work: PhaseWork, outcome: PhaseOutcome) -> FlowState:
            flow = await spec.conclude(work, outcome)
            await self.at(spec.name, Point.END)
            return flow

        return replace(spec, run=run, conclude=conclude)

    def handler(self, services: Services) -> run_jobs.PhaseHandler:
        watched = self

        class Handler(run_jobs.PhaseHandler):
            async def run(self, job: JobRun) -> None:
                await super().run(job)
                await watched.at(Phase(str(job.args["phase"])), Point.AFTER)

        return Handler(services)


def _main(plan: Plan, connection: Connection) -> None:
    configure_logging("error")
    asyncio.run(_work(plan, connection))


async def _work(plan: Plan, connection: Connection) -> None:
    watched = _Watched(plan, connection)
    known = flow_type_registry.get("data_import")
    flow_type_registry.register_flow_type(
        known.id, known.description, [watched.spec(spec) for spec in known.phases], list(Operation)
    )
    server = EmbeddedPostgres(Path(plan.home), Path(plan.state_root))
    await asyncio.to_thread(server.acquire)

    async def ensure_running() -> None:
        await asyncio.to_thread(server.ensure_running)

    database = Database(plan.database_url)
    services = Services(database, Blobs(plan.blobs), Queue(plan.database_url))
    options = WorkerOptions(
        times=plan.times, kill_limit=plan.kill_limit, error_limit=100, ensure_running=ensure_running
    )
    handlers = {**run_jobs.job_handlers(services), run_jobs.RUN_PHASE: watched.handler(services)}
    await services.queue.run_worker(handlers, options, wait=plan.wait)
    await database.close()
    await asyncio.to_thread(server.release)
