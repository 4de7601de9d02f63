"""Validation: every row checked and kept with its outcome; bad rows held back, good ones go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from muster.blobs.keys import claims_key
from muster.db.repos import import_rows
from muster.domain.phases import FlowStatus, Phase, StepStatus
from muster.pipeline.validate.tables import BATCH_ROWS
from muster.services.agent_pool import TenantScopedAgentPool
from muster.services.list_findings import FindingFilter, count_findings, list_findings
from muster.services.list_records import RecordOutcome, list_records
from muster.services.list_steps import list_steps
from muster.services.processors import staged_tables
from muster.services.processors.checks import Checks
from muster.services.processors.factory import DataImportProcessorFactory
from muster.services.read_status import read_status
from muster.services.steer_flow import Steering, steer_flow
from support.flows import ScriptedProcessor, one, rows
from support.imports import HELD_BACK, SERVERS, upload, work

if TYPE_CHECKING:
    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.pipeline.validate import AgentRun
    from muster.services.agent_pool import BoundAgent
    from muster.services.context import Services

AGENTS = ["schema_validation", "duplicate_detection", "data_quality", "security_scan"]
WORST = b"Server Name,IP Address,CPU Cores,Memory (GB),Serial Number,Operating System\n" + b",,4,16,,Linux\n" * 3


async def imported(services: Services, context: RequestContext, content: bytes, **more: object) -> FlowDocument:
    document = await upload(services, context, content, **more)
    await work(services)
    return await read_status(services, context, document.data_import_id)


async def test_a_file_goes_the_whole_way(services: Services, context: RequestContext) -> None:
    document = await imported(services, context, HELD_BACK)
    assert document.status is FlowStatus.COMPLETED
    assert document.progress_percentage == 100
    assert (document.total_records, document.processed_records, document.failed_records) == (4, 3, 1)
    results = document.validation_results
    assert results is not None
    assert not results.is_valid
    assert [agent.agent_name for agent in results.agent_results] == AGENTS
    assert {agent.status for agent in results.agent_results} == {StepStatus.COMPLETED}
    assert document.enrichment_summary is not None
    assert document.enrichment_summary.assets_created == 3
    assert document.poll_after_seconds is None


async def test_every_row_is_in_the_view_with_its_outcome(services: Services, context: RequestContext) -> None:
    await imported(services, context, HELD_BACK)
    seen = await rows(services, context, "SELECT * FROM raw_import_records ORDER BY row_number")
    assert [row["is_valid"] for row in seen] == [True, True, True, False]
    assert [row["asset_id"] is not None for row in seen] == [True, True, True, False]
    assert seen[0]["raw_data"]["Server Name"] == "web01"
    assert seen[0]["cleansed_data"]["memory_gb"] == "16"
    assert seen[3]["validation_errors"][0]["agent"] == "schema_validation"
    assert seen[3]["cleansed_data"]["ip_address"] is None


async def test_each_agent_has_a_finished_step_of_its_own(services: Services, context: RequestContext) -> None:
    document = await imported(services, context, SERVERS)
    steps = [step for step in await list_steps(services, context, document.data_import_id) if step.step_name in AGENTS]
    assert [step.step_name for step in steps] == AGENTS
    for step in steps:
        assert step.status is StepStatus.COMPLETED
        assert step.records_processed == 3
        assert step.duration_seconds is not None
        assert step.output_data["error_count"] == 0


async def test_steps_are_pending_then_running_then_finished_for_everybody_to_see(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = await upload(services, context)
    get_agent, run = TenantScopedAgentPool.get_agent, Checks.run

    async def seen() -> dict[str, StepStatus]:
        status = await read_status(services, context, document.data_import_id)
        assert status.validation_results is not None
        return {agent.agent_name: agent.status for agent in status.validation_results.agent_results}

    async def look(asker: RequestContext, agent_type: str) -> BoundAgent:
        assert (await seen())[agent_type] is StepStatus.RUNNING
        return await get_agent(asker, agent_type)

    async def look_around(self: Checks, *given: Any) -> list[AgentRun]:
        assert await seen() == dict.fromkeys(AGENTS, StepStatus.PENDING)
        runs = await run(self, *given)
        assert await seen() == dict.fromkeys(AGENTS, StepStatus.COMPLETED)
        return runs

    monkeypatch.setattr(TenantScopedAgentPool, "get_agent", look)
    monkeypatch.setattr(Checks, "run", look_around)
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED


async def test_typed_claims_of_the_valid_rows_are_in_the_blob_store(
    services: Services, context: RequestContext
) -> None:
    document = await imported(services, context, HELD_BACK)
    row = await one(services, context, "SELECT rows_attempt FROM data_imports")
    key = claims_key(context.engagement_id, document.data_import_id, row["rows_attempt"], 0)
    async with services.blobs.local_path(key) as path:
        claims = pl.read_parquet(path)
    assert claims.columns[:5] == ["row_number", "record_key", "cleared_fields", "completeness", "quality"]
    assert claims["row_number"].to_list() == [1, 2, 3]
    assert claims["row_number"].dtype == pl.Int32
    assert claims["memory_gb"].to_list() == [16.0, 16.0, 64.0]
    assert claims["completeness"].min() > 0


async def test_nothing_usable_fails_the_import_and_stays_readable(services: Services, context: RequestContext) -> None:
    document = await imported(services, context, WORST, import_category="cmdb_export")
    assert document.status is FlowStatus.FAILED
    assert document.current_phase is Phase.VALIDATION
    assert document.error is not None
    assert "All 3 rows are held back" in document.error
    assert document.validation_results is not None
    assert document.validation_results.error_count == 3
    held = await rows(services, context, "SELECT is_valid FROM raw_import_records")
    assert [row["is_valid"] for row in held] == [False] * 3
    page = await list_findings(services, context, document.data_import_id, FindingFilter(code="required_value_missing"))
    assert len(page.items) == 3


async def test_strict_fails_at_one_bad_row(services: Services, context: RequestContext) -> None:
    document = await imported(services, context, HELD_BACK, processing_config={"strict": True})
    assert document.status is FlowStatus.FAILED
    assert document.error is not None
    assert "strictly" in document.error
    assert await rows(services, context, "SELECT id FROM assets") == []


async def test_only_the_agents_asked_for_run(services: Services, context: RequestContext) -> None:
    document = await imported(services, context, HELD_BACK, processing_config={"agents": ["data_quality"]})
    assert document.validation_results is not None
    statuses = {agent.agent_name: agent.status for agent in document.validation_results.agent_results}
    assert statuses.pop("data_quality") is StepStatus.COMPLETED
    assert set(statuses.values()) == {StepStatus.SKIPPED}
    assert document.failed_records == 0


async def test_other_targets_than_assets_leave_the_inventory_alone(services: Services, context: RequestContext) -> None:
    document = await imported(services, context, SERVERS, processing_config={"enrichment_targets": []})
    assert document.status is FlowStatus.COMPLETED
    assert document.enrichment_summary is not None
    assert document.enrichment_summary.enrichment_details == {"rows_not_asked_for": 3}
    assert await rows(services, context, "SELECT id FROM assets") == []


async def test_a_registered_processor_changes_the_import(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DataImportProcessorFactory, "_classes", DataImportProcessorFactory.registered())
    DataImportProcessorFactory.register_processor("cmdb_export", ScriptedProcessor)
    document = await imported(services, context, SERVERS)
    assert document.enrichment_summary is not None
    assert document.enrichment_summary.assets_created == 7


async def test_an_unknown_category_has_no_processor(services: Services, context: RequestContext) -> None:
    async with services.database.begin(context.tenant) as session:
        with pytest.raises(ValueError, match="no import category 'horoscope'"):
            DataImportProcessorFactory.create_processor("horoscope", session, context, services=services, attempt=1)
    with pytest.raises(ValueError, match="horoscope"):
        DataImportProcessorFactory.register_processor("horoscope", ScriptedProcessor)


async def test_counts_go_beyond_the_places_that_are_kept(services: Services, context: RequestContext) -> None:
    lines = b"".join(b"host%d,lots\n" % number for number in range(1_500))
    config = {"mapping": {"Size": "memory_gb", "Hostname": "hostname"}}
    content = b"Hostname,Size\n" + lines
    document = await imported(services, context, content, import_category="cmdb_export", processing_config=config)
    counts = await count_findings(services, context, document.data_import_id)
    assert [count.count for count in counts if count.code == "wrong_type"] == [1_500]
    kept = await rows(services, context, "SELECT count(*) AS places FROM import_findings WHERE code = 'wrong_type'")
    assert kept == [{"places": 1_000}]


async def test_many_batches_give_the_same_rows_as_one(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = b"".join(b"host%03d,10.0.%d.%d\n" % (n, n // 250, n % 250) for n in range(700))
    tables = staged_tables.StagedTables.__init__

    def small(self: staged_tables.StagedTables, *given: object, batch_rows: int = BATCH_ROWS) -> None:
        assert batch_rows == BATCH_ROWS
        tables(self, *given, batch_rows=64)

    monkeypatch.setattr(staged_tables.StagedTables, "__init__", small)
    document = await imported(services, context, b"Hostname,IP Address\n" + lines)
    assert document.processed_records == 700
    seen = await rows(services, context, "SELECT row_number, raw_data FROM raw_import_records ORDER BY row_number")
    assert [row["raw_data"]["Hostname"] for row in seen] == [f"host{number:03}" for number in range(700)]
    row = await one(services, context, "SELECT rows_attempt FROM data_imports")
    key = claims_key(context.engagement_id, document.data_import_id, row["rows_attempt"], 0)
    async with services.blobs.local_path(key) as path:
        assert pl.read_parquet(path)["row_number"].to_list() == list(range(1, 701))


async def test_rows_of_an_attempt_that_did_not_count_are_removed(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = await upload(services, context)
    write = import_rows.insert_rows
    calls = 0

    async def fault(*given: object) -> int:
        nonlocal calls
        calls += 1
        written = await write(*given)
        if calls == 1:
            monkeypatch.setattr("muster.services.processors.verdict.Verdict.results", broken)
        return written

    def broken(_: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("the attempt ends behind its rows")

    monkeypatch.setattr(import_rows, "insert_rows", fault)
    await work(services)
    assert (await read_status(services, context, document.data_import_id)).status is FlowStatus.COMPLETED
    kept = await rows(services, context, "SELECT attempt, count(*) AS rows FROM import_rows GROUP BY attempt")
    row = await one(services, context, "SELECT rows_attempt FROM data_imports")
    assert kept == [{"attempt": row["rows_attempt"], "rows": 3}]


@pytest.mark.parametrize("steering", [Steering.CANCEL, Steering.PAUSE])
async def test_an_import_that_is_stopped_in_the_middle_keeps_nothing_of_the_attempt(
    services: Services, context: RequestContext, monkeypatch: pytest.MonkeyPatch, steering: Steering
) -> None:
    document = await upload(services, context)
    get_agent = TenantScopedAgentPool.get_agent

    async def stop(asker: RequestContext, agent_type: str) -> BoundAgent:
        monkeypatch.setattr(TenantScopedAgentPool, "get_agent", get_agent)
        await steer_flow(services, context, document.flow_id, steering)
        return await get_agent(asker, agent_type)

    monkeypatch.setattr(TenantScopedAgentPool, "get_agent", stop)
    await work(services)
    stopped = await read_status(services, context, document.flow_id)
    assert stopped.status is (FlowStatus.CANCELLED if steering is Steering.CANCEL else FlowStatus.PAUSED)
    assert await rows(services, context, "SELECT * FROM import_rows") == []
    records = await list_records(services, context, document.data_import_id)
    assert {record.outcome for record in records.items} == {RecordOutcome.PENDING}
    if steering is Steering.PAUSE:
        await steer_flow(services, context, document.flow_id, Steering.RESUME)
        await work(services)
        assert (await read_status(services, context, document.flow_id)).status is FlowStatus.COMPLETED
