"""Runs one agent over all tables, step by step, and isolates its failure from the other agents.

An agent is a plug-in, and what it trips over in one file must not take the other agents' answers, or the import, with
it (the broad except is in collector.py, around each call). Errors of the source of rows are no agent's: they pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from muster.domain.phases import StepStatus
from muster.pipeline.validate.agent import Agent, Knowledge, TableView
from muster.pipeline.validate.collector import AgentFailedError, Collector
from muster.pipeline.validate.runs import AgentRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from muster.pipeline.validate.tables import Batch, MappedTable, TableSource


def run_agent(
    agent: Agent,
    source: TableSource,
    knowledge: Knowledge,
    on_rows: Callable[[int], None] | None = None,
) -> AgentRun:
    """Run `agent` over every table of `source`; whatever the agent does ends in the run's status, never in a raise.

    `on_rows` is told the number of rows after each batch (progress, signs of life); what it raises ends the run.
    Raises only what `source` and `on_rows` raise.
    """
    tables = [table for table in source.tables if _concerns(agent, table)]
    if not tables:
        needed = ", ".join(agent.needs)
        reason = f"no column feeds any of: {needed}" if agent.needs and source.tables else "there is no table to check"
        return AgentRun(agent.id, StepStatus.SKIPPED, reason=reason)
    collector = Collector(agent, knowledge.accepted)
    step = _Step(agent, source, knowledge, collector, on_rows)
    try:
        for table in tables:
            step.run(table)
    except _SourceFailedError as failure:
        raise failure.error from None
    except AgentFailedError as failure:
        return collector.finish(StepStatus.FAILED, failure.error_type)
    return collector.finish(StepStatus.COMPLETED)


def _concerns(agent: Agent, table: MappedTable) -> bool:
    return not agent.needs or any(name in agent.needs for name in table.fields)


class _SourceFailedError(BaseException):
    """Carries an error of the source through an agent that reads batches itself, past the except that isolates it."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


@dataclass(frozen=True, slots=True)
class _Step:
    """One agent at work."""

    agent: Agent
    source: TableSource
    knowledge: Knowledge
    collector: Collector
    on_rows: Callable[[int], None] | None

    def run(self, table: MappedTable) -> None:
        """Check one table: its mapping, its batches, then the whole."""
        agent, collector, knowledge = self.agent, self.collector, self.knowledge
        if (check_mapping := agent.check_mapping) is not None:
            collector.take(table, lambda: check_mapping(table, knowledge))
        gathered = self._run_batches(table)
        if (check_table := agent.check_table) is not None and gathered:
            view = TableView(table, pl.concat(gathered), lambda: self._batches(table))
            gathered.clear()
            collector.take(table, lambda: check_table(view, knowledge))

    def _run_batches(self, table: MappedTable) -> list[pl.DataFrame]:
        gathered: list[pl.DataFrame] = []
        for batch in self._batches(table):
            if (check_batch := self.agent.check_batch) is not None:
                outcome = self.collector.take(table, lambda: check_batch(batch, self.knowledge))  # noqa: B023 - called at once
                if outcome.gathered is not None:
                    gathered.append(outcome.gathered)
            self.collector.records += batch.text.height
            if self.on_rows is not None:
                self.on_rows(batch.text.height)
        return gathered

    def _batches(self, table: MappedTable) -> Iterator[Batch]:
        try:
            yield from self.source.batches(table)
        except GeneratorExit:
            raise
        except BaseException as error:
            raise _SourceFailedError(error) from error
