"""Conversion and agents of one validation, side by side: each batch goes from the one to the others in memory."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from muster.domain.phases import StepStatus
from muster.pipeline.validate import AgentRun
from muster.services.agent_pool import TenantScopedAgentPool
from muster.services.import_rows import keep_cleansed
from muster.services.processors.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from muster.catalog.model import Category
    from muster.db.repos.import_values import StoredImport
    from muster.domain.tenant import RequestContext
    from muster.services.agent_pool import BoundAgent
    from muster.services.flows.steps import Steps
    from muster.services.processors.relay import RelayReader
    from muster.services.processors.rows_done import RowsDone
    from muster.services.processors.staged_tables import StagedTables

CONVERT = "conversion"
_NOT_ASKED = "processing_config names other agents"

T = TypeVar("T")


class Checks:
    """One run of the conversion of `tables` into `folder`, and of the agents of the category that are asked for."""

    def __init__(
        self, context: RequestContext, category: Category, stored: StoredImport, tables: StagedTables, folder: Path
    ) -> None:
        self._context = context
        self._category = category
        self._as_of = stored.created_at.date()
        self._tables = tables
        self._folder = folder
        self._relay = Relay(tables)
        asked = stored.processing_config.agents
        self._readers = {agent: self._relay.reader() for agent in category.agents if asked is None or agent in asked}
        # threads of its own: they wait for each other, and would for ever in a pool that others have filled
        self._threads = ThreadPoolExecutor(1 + len(self._readers), thread_name_prefix="checks")

    async def run(self, visible: Steps, done: RowsDone) -> list[AgentRun]:
        """Run them all, each in a step of its own, and give what the agents found, in the category's order.

        The first error ends them all, and is raised when all have stopped.
        """
        agents = [asyncio.create_task(self._run_agent(agent, visible, done)) for agent in self._category.agents]
        tasks = [asyncio.create_task(self._convert(visible, done)), *agents]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in ended:
                task.result()
        finally:
            self._relay.close()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._threads.shutdown()
        return [agent.result() for agent in agents]

    async def _convert(self, visible: Steps, done: RowsDone) -> None:
        async with visible.step(CONVERT) as step:
            await self._in_thread(partial(self._convert_all, done))
            step.records = self._tables.rows

    def _convert_all(self, done: RowsDone) -> None:
        for table in self._tables.tables:
            for place, batch in self._tables.convert(table):
                keep_cleansed(self._folder, place, batch)
                self._relay.send(table, batch)
                done.add(batch.text.height)
            self._relay.send(table, None)

    async def _run_agent(self, agent_id: str, visible: Steps, done: RowsDone) -> AgentRun:
        """Run one agent; its failure is its own, the other agents go on."""
        async with visible.step(agent_id) as step:
            reader = self._readers.get(agent_id)
            if reader is None:
                step.skip(_NOT_ASKED)
                done.add(self._tables.rows)
                return AgentRun(agent_id, StepStatus.SKIPPED, reason=_NOT_ASKED)
            agent = await TenantScopedAgentPool.get_agent(self._context, agent_id)
            run = await self._in_thread(partial(self._check, agent, reader, done))
            step.records = run.records
            step.output = {
                "error_count": run.error_count,
                "warning_count": run.warning_count,
                "info_count": run.info_count,
                "metrics": [asdict(metrics) for metrics in run.metrics],
            }
            if run.status is StepStatus.SKIPPED:
                step.skip(run.reason or "")
            elif run.status is StepStatus.FAILED:
                step.fail(run.reason or "")
        return run

    def _check(self, agent: BoundAgent, reader: RelayReader, done: RowsDone) -> AgentRun:
        with reader:
            return agent.run(reader, category=self._category, as_of=self._as_of, on_rows=done.add)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
