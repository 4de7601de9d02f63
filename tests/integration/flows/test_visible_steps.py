"""Steps and progress are seen while the phase runs, and end with the attempt that told them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import UnreadableFileError
from muster.domain.flow_state import SupersededError
from muster.domain.phases import Move, Phase
from muster.services.flows.lifecycle import FlowLifecycleManager, MoveDetails
from muster.services.flows.master import MasterFlowOrchestrator
from muster.services.flows.progress import ProgressTicker, report_progress
from muster.services.flows.steps import StepPlan, Steps
from muster.services.flows.work import PhaseWork
from support.flows import new_flow, one, rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

START = Move.START
STEPS = "SELECT * FROM import_processing_steps WHERE data_import_id = :id ORDER BY step_order"
PROGRESS = "SELECT * FROM import_progress WHERE data_import_id = :id"


async def take_up(services: Services, context: RequestContext, work: PhaseWork) -> PhaseWork:
    """Another worker begins the phase of `work` anew."""
    async with services.database.begin(context.tenant) as own:
        flow = await FlowLifecycleManager(own, context).update_flow_status(work.flow_id, "running")
        flow = await FlowLifecycleManager(own, context).move(flow.flow_id, START, MoveDetails(new_attempt=True))
    return PhaseWork(work.db, context, services, work.flow_id, work.data_import_id, Phase.UPLOAD, flow.attempt)


@pytest.fixture
async def work(services: Services, context: RequestContext) -> AsyncIterator[PhaseWork]:
    """The first attempt at an upload."""
    import_id, flow_id = await new_flow(services, context)
    async with services.database.session(context.tenant) as session:
        first = PhaseWork(session, context, services, flow_id, import_id, Phase.UPLOAD, 0)
        yield await take_up(services, context, first)


async def shown(work: PhaseWork) -> list[tuple[str, str]]:
    found = await rows(work.services, work.context, STEPS, id=work.data_import_id)
    return [(step["step_name"], step["status"]) for step in found]


async def test_a_step_is_pending_then_running_then_finished(work: PhaseWork) -> None:
    steps = Steps(work)
    await steps.plan([StepPlan("read", "Read"), StepPlan("detect", "Detect", {"rows": 2})])
    assert await shown(work) == [("read", "pending"), ("detect", "pending")]
    async with steps.step("read") as step:
        assert await shown(work) == [("read", "running"), ("detect", "pending")]
        step.records = 12
        step.output = {"tables": 1}
    assert await shown(work) == [("read", "completed"), ("detect", "pending")]
    row = (await rows(work.services, work.context, STEPS, id=work.data_import_id))[0]
    assert (row["records_processed"], row["output_data"]) == (12, {"tables": 1})
    assert row["duration_seconds"] >= 0
    assert row["started_at"] <= row["completed_at"]


async def test_a_step_may_be_skipped_or_fail_while_the_phase_goes_on(work: PhaseWork) -> None:
    steps = Steps(work)
    async with steps.step("one", "First") as step:
        step.skip("not asked for")
    async with steps.step("two", "Second") as step:
        step.fail("it stumbled")
    found = await rows(work.services, work.context, STEPS, id=work.data_import_id)
    assert [(row["status"], row["error_details"]["message"]) for row in found] == [
        ("skipped", "not asked for"),
        ("failed", "it stumbled"),
    ]


async def test_a_refusal_ends_its_step_as_failed(work: PhaseWork) -> None:
    with pytest.raises(UnreadableFileError):
        async with Steps(work).step("read", "Read"):
            raise UnreadableFileError("A picture.")
    assert await shown(work) == [("read", "failed")]


async def test_a_new_attempt_replaces_the_steps_of_the_last_one(
    services: Services, context: RequestContext, work: PhaseWork
) -> None:
    old = Steps(work)
    await old.plan([StepPlan("read", "Read")])
    again = await take_up(services, context, work)
    await Steps(again).plan([StepPlan("read", "Read")])
    found = await rows(services, context, STEPS, id=work.data_import_id)
    assert [row["attempt"] for row in found] == [again.attempt]
    with pytest.raises(SupersededError):
        await old.plan([StepPlan("detect", "Detect")])


async def test_cancelling_leaves_no_step_running(services: Services, context: RequestContext, work: PhaseWork) -> None:
    steps = Steps(work)
    with pytest.raises(SupersededError):
        async with steps.step("read", "Read"), services.database.begin(context.tenant) as other:
            await MasterFlowOrchestrator(other, context, services).cancel_flow(work.flow_id)
    assert await shown(work) == [("read", "skipped")]


async def test_progress_never_goes_backwards(services: Services, context: RequestContext, work: PhaseWork) -> None:
    async def tell(at: PhaseWork, done: int) -> float:
        await report_progress(services, context.tenant, at.data_import_id, at.attempt, at.phase, done, 100)
        seen = await one(services, context, PROGRESS, id=at.data_import_id)
        assert seen["processed_records"] == done
        return float(seen["progress_percentage"])

    told = [await tell(work, 10), await tell(work, 90), await tell(work, 50)]
    told.append(await tell(await take_up(services, context, work), 5))
    assert told == sorted(told)
    assert told[1] > told[0] > 0


async def test_progress_of_a_replaced_attempt_is_refused(
    services: Services, context: RequestContext, work: PhaseWork
) -> None:
    await take_up(services, context, work)
    with pytest.raises(SupersededError):
        await report_progress(services, context.tenant, work.data_import_id, work.attempt, work.phase, 1, 2)


async def test_progress_told_from_a_thread_is_written_and_stops_a_replaced_attempt(
    services: Services, context: RequestContext, work: PhaseWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.services.flows.progress._SECONDS_BETWEEN", 0.0)
    ticker = ProgressTicker(work)

    def toil() -> None:
        while True:
            ticker.tell(1, 2)

    running = asyncio.create_task(asyncio.to_thread(toil))
    while not (await one(services, context, PROGRESS, id=work.data_import_id))["processed_records"]:
        assert not running.done()
    await take_up(services, context, work)
    with pytest.raises(SupersededError):
        await running


async def test_a_thread_whose_phase_has_ended_is_stopped_by_its_next_word(work: PhaseWork) -> None:
    ticker = ProgressTicker(work)
    ticker.close()
    with pytest.raises(SupersededError):
        await asyncio.to_thread(ticker.tell, 1, 2)
