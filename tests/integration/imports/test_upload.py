"""Taking a file in: one transaction, or nothing at all."""

from __future__ import annotations

import ast
import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import muster
from muster.domain.errors import ConflictError, EmptyUploadError, InvalidRequestError, NotFoundError, TooLargeError
from muster.domain.ids import EngagementId
from muster.domain.phases import FlowStatus, Phase
from muster.kit.ids import uuid7
from muster.services.context import Limits, Services
from muster.services.flows.data_import import DataImportChildFlowService
from muster.services.import_storage import FlowTriggerService
from muster.services.read_status import read_status
from support.flows import one, rows
from support.imports import HELD_BACK, SERVERS, upload, work

if TYPE_CHECKING:
    from muster.domain.tenant import RequestContext


def files(tmp_path: Path) -> list[str]:
    return [str(path.relative_to(tmp_path)) for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


async def imports(services: Services, context: RequestContext) -> list[dict[str, object]]:
    return await rows(services, context, "SELECT * FROM data_imports ORDER BY id")


async def test_the_answer_names_the_flow_and_what_the_file_is(services: Services, context: RequestContext) -> None:
    document = await upload(services, context)
    assert document.flow_id == document.master_flow_id
    assert document.status is FlowStatus.PENDING
    assert document.current_phase is Phase.UPLOAD
    assert document.import_category == "cmdb_export"
    assert document.detection != "pending"
    assert document.poll_after_seconds == 5
    assert await read_status(services, context, document.data_import_id) == document
    assert await read_status(services, context, document.flow_id) == document


async def test_import_flows_mapping_and_job_are_there_at_once(services: Services, context: RequestContext) -> None:
    document = await upload(services, context)
    row = await one(services, context, "SELECT * FROM data_imports")
    assert row["id"] == document.data_import_id
    assert row["master_flow_id"] == document.master_flow_id
    assert row["feed"] == "generic:servers"
    child = await one(services, context, "SELECT * FROM discovery_flows")
    assert child["data_import_id"] == document.data_import_id
    assert child["master_flow_id"] == document.master_flow_id
    mapped = await rows(services, context, "SELECT source_field, target_field, status FROM import_field_mappings")
    assert {(row["source_field"], row["target_field"]) for row in mapped} >= {
        ("Server Name", "asset_name"),
        ("Serial Number", "serial_number"),
    }
    jobs = await rows(services, context, "SELECT args FROM work.procrastinate_jobs WHERE status = 'todo'")
    assert [job["args"]["phase"] for job in jobs if job["args"]["data_import_id"] == str(row["id"])] == ["upload"]


async def test_the_id_of_the_import_is_a_uuid_column_of_the_child(services: Services, context: RequestContext) -> None:
    await upload(services, context)
    kind = await one(
        services,
        context,
        "SELECT data_type FROM information_schema.columns"
        " WHERE table_name = 'discovery_flows' AND column_name = 'data_import_id'",
    )
    assert kind["data_type"] == "uuid"


async def test_the_sample_holds_two_actual_rows_with_people_masked(services: Services, context: RequestContext) -> None:
    await upload(services, context)
    row = await one(services, context, "SELECT crewai_state_data -> 'raw_data_sample' AS sample FROM discovery_flows")
    assert [item["Server Name"] for item in row["sample"]] == ["web01", "web02"]
    assert [item["IP Address"] for item in row["sample"]] == ["10.0.0.1", "10.0.0.2"]
    assert [item["Owner"] for item in row["sample"]] == ["Aaa Aaa", "Aa Aaa"]


async def test_the_bytes_are_kept_under_their_hash(services: Services, context: RequestContext, tmp_path: Path) -> None:
    await upload(services, context)
    row = await one(services, context, "SELECT blob_key, sha256, file_size FROM data_imports")
    assert row["blob_key"].endswith(row["sha256"])
    assert (tmp_path / "blobs" / row["blob_key"]).read_bytes() == SERVERS
    assert row["file_size"] == len(SERVERS)


@pytest.mark.parametrize("name", ["cmdb", "asset_inventory", "cmdb_export"])
async def test_older_names_of_the_category_are_understood(
    services: Services, context: RequestContext, name: str
) -> None:
    assert (await upload(services, context, import_category=name)).import_category == "cmdb_export"
    row = await one(services, context, "SELECT stated_category FROM data_imports")
    assert row["stated_category"] == "cmdb_export"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"import_category": "cmdb_exports"}, "There is no import category"),
        ({"processing_config": {"speed": 11}}, "no key 'speed'"),
        ({"processing_config": {"agents": ["sorcery"]}}, "agents has no 'sorcery'"),
        ({"processing_config": {"enrichment_targets": ["files"]}}, "enrichment_targets has no 'files'"),
        ({"processing_config": {"mapping": {"Server Name": "nome"}}}, "There is no field 'nome'"),
        ({"filename": "x" * 300}, "filename takes at most"),
        ({"filename": "a\x00b.csv"}, "can not be stored"),
    ],
)
async def test_a_bad_request_is_refused_before_anything_is_stored(
    services: Services, context: RequestContext, tmp_path: Path, more: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        await upload(services, context, **more)
    assert await imports(services, context) == []
    assert files(tmp_path) == []


async def test_a_file_past_the_limit_is_refused(services: Services, context: RequestContext, tmp_path: Path) -> None:
    small = Services(services.database, services.blobs, services.queue, Limits(upload_bytes=100))
    with pytest.raises(TooLargeError):
        await upload(small, context)
    assert await imports(services, context) == []
    assert files(tmp_path) == []


async def test_an_engagement_that_is_not_there_takes_nothing(services: Services, other_context: RequestContext) -> None:
    nowhere = replace(other_context, tenant=replace(other_context.tenant, engagement_id=EngagementId(uuid7())))
    with pytest.raises(NotFoundError, match="no such engagement"):
        await upload(services, nowhere)


async def test_the_same_bytes_twice_at_once_are_refused_once(services: Services, context: RequestContext) -> None:
    answers = await asyncio.gather(*(upload(services, context) for _ in range(3)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ConflictError)]
    (taken,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(refused) == 2
    assert {answer.facts["data_import_id"] for answer in refused} == {str(taken.data_import_id)}
    assert len(await imports(services, context)) == 1


async def test_the_same_bytes_for_another_observation_time_are_another_import(
    services: Services, context: RequestContext
) -> None:
    await upload(services, context)
    await upload(services, context, observed_at=datetime(2024, 5, 31, tzinfo=UTC))
    with pytest.raises(ConflictError):
        await upload(services, context, processing_config={"observed_at": "2024-05-31T00:00:00Z"})


async def test_the_same_bytes_may_come_again_when_the_first_import_has_ended(
    services: Services, context: RequestContext
) -> None:
    await upload(services, context)
    await work(services)
    again = await upload(services, context, filename="other name.csv")
    feeds = [row["feed"] for row in await imports(services, context)]
    assert feeds == ["generic:servers", "generic:servers"]
    await work(services)
    result = (await read_status(services, context, again.data_import_id)).enrichment_summary
    assert result is not None
    assert (result.assets_created, result.assets_updated) == (0, 0)
    assert result.enrichment_details["assets_unchanged"] == 3


async def test_a_request_sent_twice_with_its_key_answers_with_the_first_flow(
    services: Services, context: RequestContext, tmp_path: Path
) -> None:
    first = await upload(services, context, idempotency_key="k1")
    again = await upload(services, context, idempotency_key="k1")
    assert again == first
    assert len([name for name in files(tmp_path) if "uploads" in name]) == 1
    with pytest.raises(InvalidRequestError, match="used for another file"):
        await upload(services, context, HELD_BACK, idempotency_key="k1")


async def test_a_fault_between_master_and_child_leaves_nothing(
    services: Services, context: RequestContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fault(*_: object, **__: object) -> None:
        raise ConnectionError("the line is cut")

    monkeypatch.setattr("muster.services.flows.discovery.DiscoveryFlowService.create_discovery_flow", fault)
    with pytest.raises(ConnectionError):
        await upload(services, context)
    assert await imports(services, context) == []
    assert await rows(services, context, "SELECT * FROM crewai_flow_state_extensions") == []
    assert files(tmp_path) == []


async def test_a_fault_after_both_flows_leaves_nothing(
    services: Services, context: RequestContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger = FlowTriggerService.trigger

    async def fault(self: FlowTriggerService, *given: object) -> None:
        await trigger(self, *given)
        raise ConnectionError("the line is cut")

    monkeypatch.setattr(FlowTriggerService, "trigger", fault)
    with pytest.raises(ConnectionError):
        await upload(services, context)
    for table in ("data_imports", "discovery_flows", "crewai_flow_state_extensions", "import_field_mappings"):
        assert await rows(services, context, f"SELECT * FROM {table}") == []
    assert files(tmp_path) == []


async def test_nothing_starts_a_discovery_flow_past_the_child_flow_service() -> None:
    root = Path(muster.__file__).parent
    callers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "create_discovery_flow"
    }
    module = DataImportChildFlowService.__module__.removeprefix("muster.").replace(".", "/")
    assert callers == {f"{module}.py"}


async def test_an_empty_upload_is_told(services: Services, context: RequestContext) -> None:
    with pytest.raises(EmptyUploadError, match="is empty"):
        await upload(services, context, b"")


async def test_another_tenant_sees_nothing_of_it(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    document = await upload(services, context)
    with pytest.raises(NotFoundError):
        await read_status(services, other_context, document.data_import_id)
