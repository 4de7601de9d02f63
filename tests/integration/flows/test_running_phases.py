"""Phases run in the background, one after the other; what a test's own processor says is what becomes of the import."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from muster.domain.errors import FlowError, UnreadableFileError
from muster.domain.flow_state import SupersededError
from muster.domain.phases import Phase, WaitingFor
from muster.services.background import BackgroundExecutionService
from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.flows.master import MasterFlowOrchestrator
from muster.services.flows.progress import report_progress
from muster.services.flows.registry import flow_type_registry
from muster.services.flows.work import PhaseOutcome
from muster.services.recover_jobs import recover_lost_flows
from muster.services.run_jobs import run_worker
from support.flows import ScriptedProcessor, new_flow, one, rows, statuses

if TYPE_CHECKING:
    from muster.domain.ids import DataImportId, MasterFlowId
    from muster.domain.tenant import RequestContext
    from muster.queue.options import WorkerOptions
    from muster.services.context import Services
    from muster.services.flows.work import PhaseWork

pytestmark = pytest.mark.usefixtures("processor")

MASTER = "SELECT * FROM crewai_flow_state_extensions WHERE flow_id = :id"
IMPORT = "SELECT * FROM data_imports WHERE id = :id"
STEPS = "SELECT * FROM import_processing_steps WHERE data_import_id = :id ORDER BY step_order"
DELETE_IMPORT = text("DELETE FROM data_imports WHERE id = :id")
RENAME = text("UPDATE data_imports SET import_name = :name WHERE id = :id")
PROGRESS = "SELECT * FROM import_progress WHERE data_import_id = :id"


@pytest.fixture
async def flow(services: Services, context: RequestContext) -> tuple[DataImportId, MasterFlowId]:
    """A flow whose file is read: validation is next, its job waits."""
    import_id, flow_id = await new_flow(services, context)
    async with services.database.begin(context.tenant) as session:
        await DataImportChildFlowService(session, context, services).advance_to_validation(flow_id)
        await BackgroundExecutionService(services).start_background_import_execution(
            session, context, import_id, flow_id, Phase.VALIDATION
        )
    return import_id, flow_id


async def test_the_job_shares_the_fate_of_its_transaction(services: Services, context: RequestContext) -> None:
    import_id, flow_id = await new_flow(services, context)
    async with services.database.session(context.tenant) as session:
        await BackgroundExecutionService(services).start_background_import_execution(
            session, context, import_id, flow_id, Phase.UPLOAD
        )
        await session.rollback()
    assert await rows(services, context, "SELECT id FROM work.procrastinate_jobs") == []


async def test_background_work_runs_validation_enrichment_completion(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
    hasty: WorkerOptions,
) -> None:
    import_id, flow_id = flow
    await run_worker(services, hasty, wait=False)
    assert processor.calls == [("validate", import_id), ("enrich", import_id)]
    assert await statuses(services, context, flow_id) == {"completed"}
    of_import = await one(services, context, IMPORT, id=import_id)
    assert of_import["validation_results"]["warning_count"] == 3
    assert of_import["enrichment_summary"]["assets_created"] == 7
    assert (await one(services, context, PROGRESS, id=import_id))["progress_percentage"] == 100
    assert {step["status"] for step in await rows(services, context, STEPS, id=import_id)} == {"completed"}


async def test_a_refusal_fails_the_flow_with_its_sentence(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
    hasty: WorkerOptions,
) -> None:
    async def refuse(*_: object) -> None:
        raise UnreadableFileError("Only pictures in there.")

    processor.on_enrich = refuse
    await run_worker(services, hasty, wait=False)
    master = await one(services, context, MASTER, id=flow[1])
    assert await statuses(services, context, flow[1]) == {"failed"}
    assert (master["phase"], master["error_message"]) == ("enrichment", "Only pictures in there.")
    step = (await rows(services, context, STEPS, id=flow[0]))[-1]
    assert (step["status"], step["error_details"]) == ("failed", {"message": "Only pictures in there."})


async def test_execute_phase_raises_the_refusal_again(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
) -> None:
    async def refuse(own: ScriptedProcessor, data_import_id: DataImportId) -> None:
        await own.db.execute(DELETE_IMPORT, {"id": data_import_id})
        raise UnreadableFileError("Only pictures in there.")

    processor.on_validate = refuse
    with pytest.raises(FlowError, match="Only pictures") as raised:
        async with services.database.begin(context.tenant) as session:
            await MasterFlowOrchestrator(session, context, services).execute_phase(flow[1], "validation")
    assert raised.value.facts["phase"] == "validation"
    assert await statuses(services, context, flow[1]) == {"failed"}


async def test_an_unexpected_error_is_tried_again(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
    hasty: WorkerOptions,
) -> None:
    async def stumble(own: ScriptedProcessor, _: DataImportId) -> None:
        if len(own.calls) < 3:
            raise ZeroDivisionError

    processor.on_validate = stumble
    await run_worker(services, hasty, wait=False)
    assert await statuses(services, context, flow[1]) == {"completed"}
    assert [name for name, _ in processor.calls] == ["validate", "validate", "validate", "enrich"]


async def test_an_error_that_stays_fails_the_flow_without_quoting_it(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
    hasty: WorkerOptions,
) -> None:
    async def stumble(*_: object) -> None:
        raise ValueError("Ann Lee's password is hunter2")

    processor.on_validate = stumble
    await run_worker(services, hasty, wait=False)
    master = await one(services, context, MASTER, id=flow[1])
    assert await statuses(services, context, flow[1]) == {"failed"}
    assert "error that is not the file's" in master["error_message"]
    assert "hunter2" not in str(await one(services, context, IMPORT, id=flow[0]))
    assert len(processor.calls) == hasty.error_limit


async def test_a_worker_that_wakes_after_being_replaced_changes_nothing(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
) -> None:
    async def be_replaced(own: ScriptedProcessor, data_import_id: DataImportId) -> None:
        await own.db.execute(RENAME, {"name": f"attempt {own.attempt}", "id": data_import_id})
        await own.db.rollback()  # the row's lock must not make the other wait
        type(own).on_validate = None
        async with services.database.begin(context.tenant) as other:
            await MasterFlowOrchestrator(other, context, services).execute_phase(flow[1], "validation")
        await own.db.execute(RENAME, {"name": "by the replaced", "id": data_import_id})

    processor.on_validate = be_replaced
    with pytest.raises(SupersededError):
        async with services.database.session(context.tenant) as session:
            await MasterFlowOrchestrator(session, context, services).execute_phase(flow[1], "validation")
    of_import = await one(services, context, IMPORT, id=flow[0])
    master = await one(services, context, MASTER, id=flow[1])
    assert of_import["import_name"] == "servers.csv"
    assert (master["phase"], master["flow_status"]) == ("enrichment", "processing")
    jobs = await rows(services, context, "SELECT args ->> 'phase' AS phase FROM work.procrastinate_jobs ORDER BY id")
    assert [job["phase"] for job in jobs] == ["validation", "enrichment"]


async def test_a_refusal_of_a_replaced_worker_fails_nothing(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
) -> None:
    async def be_replaced(own: ScriptedProcessor, _: DataImportId) -> None:
        type(own).on_validate = None
        async with services.database.begin(context.tenant) as other:
            await MasterFlowOrchestrator(other, context, services).execute_phase(flow[1], "validation")
        raise UnreadableFileError("Only pictures in there.")

    processor.on_validate = be_replaced
    with pytest.raises(SupersededError):
        async with services.database.begin(context.tenant) as session:
            await MasterFlowOrchestrator(session, context, services).execute_phase(flow[1], "validation")
    assert await statuses(services, context, flow[1]) == {"processing"}


async def test_a_running_phase_notices_that_its_flow_was_cancelled(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
    hasty: WorkerOptions,
) -> None:
    noticed: list[bool] = []

    async def be_cancelled(own: ScriptedProcessor, data_import_id: DataImportId) -> None:
        async with services.database.begin(context.tenant) as other:
            await MasterFlowOrchestrator(other, context, services).cancel_flow(flow[1])
        noticed.append(True)
        await report_progress(services, context.tenant, data_import_id, own.attempt, Phase.VALIDATION, 1, 2)
        noticed.append(False)

    processor.on_validate = be_cancelled
    await run_worker(services, hasty, wait=False)
    assert noticed == [True]
    assert await statuses(services, context, flow[1]) == {"cancelled"}


async def test_a_job_for_a_phase_that_is_past_does_nothing(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    processor: type[ScriptedProcessor],
    hasty: WorkerOptions,
) -> None:
    async with services.database.begin(context.tenant) as session:
        await BackgroundExecutionService(services).start_background_import_execution(
            session, context, *flow, Phase.VALIDATION
        )
    await run_worker(services, hasty, wait=False)
    await run_worker(services, hasty, wait=False)
    assert await statuses(services, context, flow[1]) == {"completed"}
    assert [name for name, _ in processor.calls].count("enrich") == 1


async def test_the_sum_of_the_results_is_no_reason_to_lose_them(
    services: Services,
    context: RequestContext,
    flow: tuple[DataImportId, MasterFlowId],
    hasty: WorkerOptions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(*_: object) -> None:
        raise FlowError("Nobody can add.")

    monkeypatch.setattr("muster.services.flows.phases.complete.flows.read_records", refuse)
    await run_worker(services, hasty, wait=False)
    assert await statuses(services, context, flow[1]) == {"completed"}
    assert (await one(services, context, IMPORT, id=flow[0]))["enrichment_summary"]["assets_created"] == 7


async def test_a_flow_waits_for_the_review_of_its_mapping_and_then_validates(
    services: Services,
    context: RequestContext,
    processor: type[ScriptedProcessor],
    hasty: WorkerOptions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def ask(_: PhaseWork) -> PhaseOutcome:
        return PhaseOutcome({}, WaitingFor.MAPPING_REVIEW)

    known = flow_type_registry.get("data_import")
    upload = replace(known.phases[0], run=ask)
    monkeypatch.setitem(flow_type_registry._types, "data_import", replace(known, phases=(upload, *known.phases[1:])))
    import_id, flow_id = await new_flow(services, context)
    async with services.database.begin(context.tenant) as session:
        await recover_lost_flows(session, context, services)
    await run_worker(services, hasty, wait=False)
    waiting = await one(services, context, MASTER, id=flow_id)
    assert (waiting["flow_status"], waiting["phase"], waiting["waiting_for"]) == ("paused", "upload", "mapping_review")
    assert processor.calls == []
    async with services.database.begin(context.tenant) as session:
        await MasterFlowOrchestrator(session, context, services).resume_flow(flow_id)
    await run_worker(services, hasty, wait=False)
    assert await statuses(services, context, flow_id) == {"completed"}
    assert processor.calls == [("validate", import_id), ("enrich", import_id)]


async def test_a_flow_without_a_job_is_lost_and_gets_a_new_one(
    services: Services, context: RequestContext, flow: tuple[DataImportId, MasterFlowId], owner_url: str
) -> None:
    async with services.database.begin(context.tenant) as session:
        assert await recover_lost_flows(session, context, services) == []
    with psycopg.connect(owner_url, autocommit=True, options="-c search_path=work") as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    async with services.database.begin(context.tenant) as session:
        assert await recover_lost_flows(session, context, services) == [flow[1]]
    assert len(await rows(services, context, "SELECT id FROM work.procrastinate_jobs")) == 1
