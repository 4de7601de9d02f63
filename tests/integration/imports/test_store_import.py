"""store-import: rows that a caller has parsed, all of them stored before the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from muster.domain.errors import EmptyUploadError, FlowInTheWayError
from muster.domain.phases import FlowStatus
from muster.services.list_records import RecordOutcome, list_records
from muster.services.read_status import read_status
from muster.services.steer_flow import Steering, steer_flow
from muster.services.store_import import StoreRequest, store_rows
from support.flows import one, rows
from support.imports import upload, work

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

ROWS: list[dict[str, object]] = [
    {"Server Name": "web01", "IP Address": "10.0.0.1", "Memory (GB)": 16, "status": "active", "error": "none"},
    {"Server Name": "web02", "IP Address": "10.0.0.2", "Memory (GB)": 8, "null": "x", "mappings": "y"},
]


def request(**more: object) -> StoreRequest:
    return StoreRequest(file_data=more.pop("file_data", ROWS), filename="servers.csv", **more)


async def test_all_raw_rows_are_there_with_the_answer(services: Services, context: RequestContext) -> None:
    document = await store_rows(services, context, request())
    assert document.status is FlowStatus.DISCOVERY_INITIATED
    assert document.master_flow_id is not None
    assert document.total_records == 2
    seen = await rows(services, context, "SELECT raw_data, is_valid FROM raw_import_records ORDER BY row_number")
    assert [row["raw_data"]["Server Name"] for row in seen] == ["web01", "web02"]
    assert [row["is_valid"] for row in seen] == [None, None]
    master = await one(services, context, "SELECT flow_type, flow_status FROM crewai_flow_state_extensions")
    assert master == {"flow_type": "discovery", "flow_status": "discovery_initiated"}


async def test_columns_named_like_control_data_survive_to_the_end(services: Services, context: RequestContext) -> None:
    document = await store_rows(services, context, request())
    await work(services)
    document = await read_status(services, context, document.data_import_id)
    assert document.status is FlowStatus.COMPLETED
    assert document.processed_records == 2
    page = await list_records(services, context, document.data_import_id)
    assert page.items[0].raw["status"] == "active"
    assert page.items[0].raw["error"] == "none"
    assert page.items[1].raw["null"] == "x"
    assert page.items[1].raw["mappings"] == "y"
    assert {item.outcome for item in page.items} == {RecordOutcome.VALID}
    kept = await rows(services, context, "SELECT DISTINCT attempt FROM import_rows")
    assert [row["attempt"] for row in kept] != [0]


async def test_rows_are_pending_until_they_are_checked(services: Services, context: RequestContext) -> None:
    document = await store_rows(services, context, request())
    page = await list_records(services, context, document.data_import_id)
    assert [item.outcome for item in page.items] == [RecordOutcome.PENDING] * 2
    assert page.items[0].cleansed is None


async def test_an_incomplete_flow_stands_in_the_way_with_both_ways_out(
    services: Services, context: RequestContext
) -> None:
    first = await upload(services, context)
    with pytest.raises(FlowInTheWayError) as raised:
        await store_rows(services, context, request())
    existing = raised.value.facts["existing_flow"]
    assert existing["flow_id"] == str(first.flow_id)
    assert existing["current_phase"] == "upload"
    assert existing["status"] == "pending"
    assert existing["progress_percentage"] == 0
    assert existing["next_steps"]
    assert [item["action"] for item in raised.value.facts["recommendations"]] == ["continue", "delete"]
    assert len(await rows(services, context, "SELECT id FROM data_imports")) == 1


async def test_a_flow_in_the_way_that_lost_its_job_gets_a_new_one(
    services: Services, context: RequestContext, owner_url: str
) -> None:
    first = await upload(services, context)
    jobs = "SELECT id FROM work.procrastinate_jobs WHERE args->>'flow_id' = :flow_id AND status = 'todo'"
    with psycopg.connect(owner_url, autocommit=True, options="-c search_path=work") as connection:
        connection.execute("DELETE FROM procrastinate_jobs WHERE args->>'flow_id' = %s", (str(first.flow_id),))
    assert await rows(services, context, jobs, flow_id=str(first.flow_id)) == []
    with pytest.raises(FlowInTheWayError):
        await store_rows(services, context, request())
    assert len(await rows(services, context, jobs, flow_id=str(first.flow_id))) == 1


async def test_a_cancelled_flow_stands_in_nobodys_way(services: Services, context: RequestContext) -> None:
    first = await upload(services, context)
    await steer_flow(services, context, first.flow_id, Steering.CANCEL)
    assert (await store_rows(services, context, request())).status is FlowStatus.DISCOVERY_INITIATED


async def test_a_flow_of_another_tenant_stands_in_nobodys_way(
    services: Services, context: RequestContext, other_context: RequestContext
) -> None:
    await upload(services, other_context)
    assert (await store_rows(services, context, request())).total_records == 2


@pytest.mark.parametrize("file_data", [[], [{}], [{"a": None}, {"b": " "}]])
async def test_nothing_is_refused_and_leaves_nothing(
    services: Services, context: RequestContext, tmp_path: Path, file_data: list[dict[str, object]]
) -> None:
    with pytest.raises(EmptyUploadError):
        await store_rows(services, context, request(file_data=file_data))
    assert await rows(services, context, "SELECT id FROM data_imports") == []
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


async def test_a_fault_in_the_transaction_leaves_nothing(
    services: Services, context: RequestContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fault(*_: object, **__: object) -> None:
        raise ConnectionError("the line is cut")

    monkeypatch.setattr("muster.services.import_storage.FlowTriggerService.trigger", fault)
    with pytest.raises(ConnectionError):
        await store_rows(services, context, request())
    for table in ("data_imports", "import_rows", "import_tables", "crewai_flow_state_extensions"):
        assert await rows(services, context, f"SELECT * FROM {table}") == []
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


async def test_what_the_caller_says_of_the_upload_is_kept(services: Services, context: RequestContext) -> None:
    await store_rows(services, context, request(upload_context={"intended_type": "servers"}))
    await work(services)
    row = await one(services, context, "SELECT file_format FROM data_imports")
    assert row["file_format"]["kind"] == "rows"
    assert row["file_format"]["upload_context"] == {"intended_type": "servers"}


async def test_a_request_sent_twice_with_its_key_answers_with_the_first_flow(
    services: Services, context: RequestContext
) -> None:
    first = await store_rows(services, context, request(idempotency_key="k"))
    again = await store_rows(services, context, request(idempotency_key="k"))
    assert again == first
