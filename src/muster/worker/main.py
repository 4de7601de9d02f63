"""Runs jobs with services of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from muster.queue.options import WorkerOptions
from muster.runtime.wiring import open_services
from muster.services.run_jobs import run_worker

if TYPE_CHECKING:
    from muster.runtime.settings import Settings

_CONNECTIONS_PER_JOB = 4
"""A phase's last transaction, its progress, its steps, and the rows it is loading."""


def run(settings: Settings, concurrency: int) -> None:
    """Work on `concurrency` jobs at a time until SIGINT or SIGTERM. Raises as `open_services` does."""
    asyncio.run(_work(settings, concurrency))


async def _work(settings: Settings, concurrency: int) -> None:
    async with open_services(settings, pool_size=concurrency * _CONNECTIONS_PER_JOB) as services:
        await run_worker(services, WorkerOptions(concurrency=concurrency, handle_signals=True))
