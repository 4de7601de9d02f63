"""Every move changes master, child and import together, and only where the state machine allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.domain.errors import IllegalMoveError, InvalidRequestError
from muster.domain.phases import FlowStatus, Phase, WaitingFor
from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.flows.lifecycle import FlowLifecycleManager
from muster.services.flows.master import MasterFlowOrchestrator
from support.flows import new_flow, one, rows, statuses

if TYPE_CHECKING:
    from muster.domain.ids import DataImportId, MasterFlowId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

VERDICT = {"is_valid": True, "error_count": 0, "warning_count": 3, "agent_results": []}
SUMMARY = {"assets_created": 7, "assets_updated": 2, "enrichment_details": {"unchanged": 1}}

IMPORT = "SELECT * FROM data_imports WHERE id = :id"
CHILD = "SELECT * FROM discovery_flows WHERE data_import_id = :id"
MASTER = "SELECT * FROM crewai_flow_state_extensions WHERE flow_id = :id"
JOBS = "SELECT args FROM work.procrastinate_jobs WHERE status = 'todo'"


@pytest.fixture
async def flow(services: Services, context: RequestContext) -> tuple[DataImportId, MasterFlowId]:
    return await new_flow(services, context)


async def advance(services: Services, context: RequestContext, flow_id: MasterFlowId) -> None:
    """Bring the flow to its last phase."""
    async with services.database.begin(context.tenant) as session:
        child = DataImportChildFlowService(session, context, services)
        await child.advance_to_validation(flow_id)
        await child.advance_to_enrichment(flow_id, VERDICT)
        await child.advance_to_complete(flow_id, SUMMARY)


async def test_the_way_forward_is_told_in_the_child(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId]
) -> None:
    import_id, flow_id = flow
    await advance(services, context, flow_id)
    child = await one(services, context, CHILD, id=import_id)
    assert child["current_phase"] == "complete"
    assert child["phase_state"]["validation_results"] == VERDICT
    assert "T" in child["phase_state"]["validation_timestamp"]
    assert child["phase_state"]["enrichment_summary"] == SUMMARY
    flags = ("data_import_completed", "field_mapping_completed", "data_validation_completed", "enrichment_completed")
    assert all(child[flag] for flag in flags)
    assert await statuses(services, context, flow_id) == {"processing"}


async def test_mark_completed_finds_the_import(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId]
) -> None:
    import_id, flow_id = flow
    await advance(services, context, flow_id)
    async with services.database.begin(context.tenant) as session:
        await DataImportChildFlowService(session, context, services).mark_completed(flow_id, SUMMARY)
    of_import, child = (
        await one(services, context, IMPORT, id=import_id),
        await one(services, context, CHILD, id=import_id),
    )
    assert await statuses(services, context, flow_id) == {"completed"}
    assert of_import["progress_percentage"] == child["progress_percentage"] == 100
    assert of_import["enrichment_summary"] == SUMMARY
    assert of_import["started_at"] <= of_import["completed_at"]
    assert "T" in child["phase_state"]["completion_timestamp"]


async def test_mark_failed_writes_all_three_records(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId]
) -> None:
    import_id, flow_id = flow
    async with services.database.begin(context.tenant) as session:
        await DataImportChildFlowService(session, context, services).mark_failed(flow_id, "The disk is full.")
    master, child = await one(services, context, MASTER, id=flow_id), await one(services, context, CHILD, id=import_id)
    of_import = await one(services, context, IMPORT, id=import_id)
    assert await statuses(services, context, flow_id) == {"failed"}
    assert {master["error_message"], child["error_message"], of_import["error_message"]} == {"The disk is full."}
    assert of_import["error_details"] == {"code": "flow_failed", "phase": "upload"}


async def test_json_is_replaced_and_keeps_what_stood_there(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId]
) -> None:
    import_id, flow_id = flow
    async with services.database.begin(context.tenant) as session:
        manager = FlowLifecycleManager(session, context)
        await manager.update_flow_status(flow_id, "running", {"first": {"a": 1}})
    async with services.database.begin(context.tenant) as session:
        await FlowLifecycleManager(session, context).update_flow_status(flow_id, "running", {"second": [2]})
    state = (await one(services, context, CHILD, id=import_id))["phase_state"]
    assert (state["first"], state["second"], state["import_category"]) == ({"a": 1}, [2], "cmdb_export")


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["running", "completed"], "completed"),
        (["running", "paused", "running"], "processing"),
        (["running", "failed"], "failed"),
        (["cancelled"], "cancelled"),
    ],
)
async def test_update_flow_status_takes_the_words_of_other_systems(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId], words: list[str], end: str
) -> None:
    async with services.database.begin(context.tenant) as session:
        for word in words:
            await MasterFlowOrchestrator(session, context, services).update_flow_status(flow[1], word)
    assert await statuses(services, context, flow[1]) == {end}


async def test_a_status_that_no_move_leads_to_is_refused(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId]
) -> None:
    async with services.database.begin(context.tenant) as session:
        manager = FlowLifecycleManager(session, context)
        with pytest.raises(IllegalMoveError, match="that is pending can not complete"):
            await manager.update_flow_status(flow[1], "completed")
        with pytest.raises(InvalidRequestError, match="no flow status 'done'"):
            await manager.update_flow_status(flow[1], "done")


async def test_a_paused_flow_begins_its_phase_anew_at_resume(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId]
) -> None:
    async with services.database.begin(context.tenant) as session:
        paused = await MasterFlowOrchestrator(session, context, services).pause_flow(flow[1])
    assert (paused.status, paused.waiting_for, paused.phase) == (FlowStatus.PAUSED, WaitingFor.USER, Phase.UPLOAD)
    async with services.database.begin(context.tenant) as session:
        resumed = await MasterFlowOrchestrator(session, context, services).resume_flow(flow[1], {"accepted": True})
    assert (resumed.status, resumed.waiting_for, resumed.phase) == (FlowStatus.PROCESSING, None, Phase.UPLOAD)
    assert resumed.attempt > paused.attempt
    jobs = await rows(services, context, JOBS)
    assert [(job["args"]["phase"], job["args"]["phase_input"]) for job in jobs] == [("upload", {"accepted": True})]


async def test_a_failed_flow_begins_its_phase_anew_at_retry(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId]
) -> None:
    import_id, flow_id = flow
    async with services.database.begin(context.tenant) as session:
        await DataImportChildFlowService(session, context, services).mark_failed(flow_id, "The disk is full.")
    async with services.database.begin(context.tenant) as session:
        await MasterFlowOrchestrator(session, context, services).retry_flow(flow_id)
    of_import = await one(services, context, IMPORT, id=import_id)
    assert await statuses(services, context, flow_id) == {"processing"}
    assert (of_import["error_message"], of_import["error_details"], of_import["completed_at"]) == (None, None, None)
    assert len(await rows(services, context, JOBS)) == 1


async def test_a_cancelled_flow_can_not_go_on(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId]
) -> None:
    async with services.database.begin(context.tenant) as session:
        orchestrator = MasterFlowOrchestrator(session, context, services)
        await orchestrator.cancel_flow(flow[1])
        with pytest.raises(IllegalMoveError, match="nothing is left to do"):
            await orchestrator.resume_flow(flow[1])
