"""Shows the steps of a phase while they happen: pending, running, finished, each in a transaction of its own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from muster.db.repos import steps as rows
from muster.domain.errors import MusterError
from muster.domain.flow_state import SupersededError
from muster.domain.phases import Phase, StepStatus
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.services.flows.work import PhaseWork

_PLACES = 100
"""Steps of one phase, at most; the steps of a later phase are numbered after those of an earlier one."""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step to come. `input_data` is JSON."""

    name: str
    description: str
    input_data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class StepRecord:
    """What a step has to show at its end; `output` is JSON without cell values."""

    records: int = 0
    output: dict[str, Any] = field(default_factory=dict)
    status: StepStatus = StepStatus.COMPLETED
    reason: str | None = None

    def skip(self, reason: str) -> None:
        """End as skipped."""
        self.status, self.reason = StepStatus.SKIPPED, reason

    def fail(self, reason: str) -> None:
        """End as failed although the phase goes on."""
        self.status, self.reason = StepStatus.FAILED, reason


class Steps:
    """The steps of one attempt at one phase.

    Every method raises SupersededError when the attempt no longer counts.
    """

    def __init__(self, work: PhaseWork) -> None:
        self._work = work
        self._planned: dict[str, UUID] = {}

    async def plan(self, plans: Sequence[StepPlan]) -> None:
        """Show steps to come as pending, all at once."""
        first = _PLACES * (list(Phase).index(self._work.phase) + 1) + len(self._planned)
        new = [
            rows.NewStep(uuid7(), plan.name, first + place, plan.description, plan.input_data)
            for place, plan in enumerate(plans)
        ]
        async with self._transaction() as session:
            await rows.insert_steps(
                session, self._work.context.tenant, self._work.data_import_id, self._work.fence, new
            )
        self._planned.update({step.name: step.id for step in new})

    @asynccontextmanager
    async def step(self, name: str, description: str = "") -> AsyncIterator[StepRecord]:
        """Run a step: set running, do the work of the block, finish with what the block has put into the record.

        A step that was not planned is inserted first. A MusterError ends the step as failed and goes on up; any other
        error leaves it to whoever tries the phase again, or gives it up.
        """
        if name not in self._planned:
            await self.plan([StepPlan(name, description)])
        step_id = self._planned[name]
        record = StepRecord()
        async with self._transaction() as session:
            await rows.start_step(session, self._work.context.engagement_id, step_id)
        try:
            yield record
        except MusterError as error:
            record.fail(error.message)
            await self._finish(step_id, record)
            raise
        await self._finish(step_id, record)

    async def _finish(self, step_id: UUID, record: StepRecord) -> None:
        end = rows.StepEnd(record.status, record.records, record.output, record.reason)
        async with self._transaction() as session:
            await rows.finish_step(session, self._work.context.engagement_id, step_id, end)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        work = self._work
        async with work.services.database.begin(work.context.tenant) as session:
            if not await rows.hold_attempt(session, work.context.engagement_id, work.data_import_id, work.fence):
                raise SupersededError
            yield session
