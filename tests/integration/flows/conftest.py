"""An empty queue for each test, and a processor of the test's own in place of the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from muster.queue.options import WorkerOptions, WorkerTimes
from muster.services.processors.factory import DataImportProcessorFactory
from support.flows import ScriptedProcessor

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _empty_queue(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True, options="-c search_path=work") as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
        connection.execute("DELETE FROM procrastinate_workers")


@pytest.fixture
def processor() -> Iterator[type[ScriptedProcessor]]:
    """A scripted processor for CMDB exports, for the length of the test."""
    before = DataImportProcessorFactory.registered()["cmdb_export"]
    script = type("Scripted", (ScriptedProcessor,), {"calls": [], "on_validate": None, "on_enrich": None})
    DataImportProcessorFactory.register_processor("cmdb_export", script)
    yield script
    DataImportProcessorFactory.register_processor("cmdb_export", before)


@pytest.fixture
def hasty() -> WorkerOptions:
    """A worker whose patience fits a test."""
    times = WorkerTimes(
        heartbeat=0.2, stalled_after=1.0, recovery=0.1, polling=0.02, grace=0.1, first_retry=0.01, reconnect=0.02
    )
    return WorkerOptions(concurrency=2, times=times, error_limit=3)
