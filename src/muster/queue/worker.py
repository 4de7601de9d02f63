"""The worker loop: runs jobs, gives signs of life, recovers the jobs of the dead, outlives a lost database."""

from __future__ import annotations

import asyncio
import signal
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker

from muster.domain.errors import MusterError
from muster.queue.recovery import recover_jobs
from muster.queue.statements import statement
from muster.queue.tasks import add_task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping

    from procrastinate import App

    from muster.queue.jobs import JobHandler
    from muster.queue.options import WorkerOptions

log = structlog.get_logger()

_CANCEL_AGAIN_SECONDS = 0.5


class WorkerLoop:
    """Runs one Procrastinate worker after another: a new one each time the database connection was lost."""

    def __init__(
        self, connect: Callable[[], Awaitable[App]], handlers: Mapping[str, JobHandler], options: WorkerOptions
    ) -> None:
        self._connect = connect
        self._handlers = handlers
        self._options = options
        self._times = options.times
        self._orphaned: int | None = None

    async def run(self, *, wait: bool, stop: asyncio.Event | None) -> None:
        """Work until `stop` is set (or a signal comes), or until nothing waits or runs when `wait` is False."""
        stopping = stop or asyncio.Event()
        delay = self._times.reconnect
        with _signals(stopping, wanted=self._options.handle_signals):
            while not stopping.is_set():
                try:
                    if self._options.ensure_running is not None:
                        await self._options.ensure_running()
                    async with self._connected() as app:
                        delay = self._times.reconnect
                        if await self._work(app, stopping, wait=wait):
                            return
                except (ConnectorException, psycopg.Error, MusterError, OSError) as error:
                    log.warning("worker.connection_lost", error=type(error).__name__, next_try_seconds=delay)
                    await _pause(stopping, delay)
                    delay = min(delay * 2, self._times.longest_reconnect)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[App]:
        """Open an app; give back at once what the last worker held when its connection broke."""
        app = await self._connect()
        async with app.open_async():
            if self._orphaned is not None:
                await app.connector.execute_query_async(statement("hand_back_jobs"), worker_id=self._orphaned)
                await app.job_manager.unregister_worker(self._orphaned)
                self._orphaned = None
            for name, handler in self._handlers.items():
                add_task(app, name, handler, self._options)
            yield app

    async def _work(self, app: App, stopping: asyncio.Event, *, wait: bool) -> bool:
        """Run one worker to its end and return whether it ended for want of work."""
        worker = Worker(
            app,
            concurrency=self._options.concurrency,
            fetch_job_polling_interval=self._times.polling,
            shutdown_graceful_timeout=self._times.grace,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            install_signal_handlers=False,
            update_heartbeat_interval=self._times.heartbeat,
            stalled_worker_timeout=self._times.stalled_after,
        )
        helpers = [
            asyncio.create_task(self._recover(app), name="recover jobs"),
            asyncio.create_task(_stop_worker(worker, stopping), name="stop worker"),
        ]
        idle = asyncio.Event()
        if not wait:
            helpers.append(asyncio.create_task(self._notice_idleness(app, idle), name="notice idleness"))
            helpers.append(asyncio.create_task(_stop_worker(worker, idle), name="stop idle worker"))
        try:
            await worker.run()  # type: ignore[no-untyped-call]  # its annotation lacks the result
        finally:
            self._orphaned = worker.worker_id
            await end_tasks(helpers)
        return idle.is_set()

    async def _notice_idleness(self, app: App, idle: asyncio.Event) -> None:
        """Set the event once no job waits or runs; Procrastinate's own `wait=False` aborts the jobs that still run."""
        while not idle.is_set():
            with suppress(ConnectorException):  # the worker notices a lost connection by itself
                row = await app.connector.execute_query_one_async(statement("count_open_jobs"))
                if not row["open_jobs"]:
                    idle.set()
            await asyncio.sleep(self._times.polling)

    async def _recover(self, app: App) -> None:
        """Look for jobs of dead workers at once and then again and again, until cancelled."""
        while True:
            try:
                await recover_jobs(
                    app,
                    self._handlers,
                    stalled_after=self._times.stalled_after,
                    kill_limit=self._options.kill_limit,
                )
            except Exception as error:  # noqa: BLE001 - the worker loop: the next round tries again
                log.warning("worker.recovery_failed", error=type(error).__name__)
            await asyncio.sleep(self._times.recovery)


async def end_tasks(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended: a driver may turn a cancellation into an error, which a loop passes over."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_SECONDS)


async def _stop_worker(worker: Worker, stopping: asyncio.Event) -> None:
    await stopping.wait()
    worker.stop()  # type: ignore[no-untyped-call]  # its annotation lacks the result


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


class _signals:  # noqa: N801 - reads as a statement of `with`
    """Sets the event at SIGTERM and SIGINT while the block runs."""

    def __init__(self, stopping: asyncio.Event, *, wanted: bool) -> None:
        self._stopping = stopping
        self._signals = (signal.SIGTERM, signal.SIGINT) if wanted else ()

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for number in self._signals:
            loop.add_signal_handler(number, self._stopping.set)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number in self._signals:
            loop.remove_signal_handler(number)
