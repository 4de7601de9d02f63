from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from muster.services.context import Limits
from muster.services.run_jobs import run_worker
from support.site import SERVERS, Site

if TYPE_CHECKING:
    from fastapi import FastAPI

BODY = SERVERS.read_bytes()


async def of_import(site: Site, data_import_id: str, what: str = "", **query: str | int) -> dict[str, Any]:
    response = await site.http.get(f"/api/v1/data-import/{data_import_id}{what}", params=query)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_an_upload_is_accepted_with_a_place_to_poll(site: Site) -> None:
    response = await site.upload(BODY, import_name="First", source_system="servicenow")
    flow = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"/api/v1/data-import/status/{flow['master_flow_id']}"
    assert (flow["status"], flow["poll_after_seconds"]) == ("pending", 5)
    assert flow["detection"]["import_category"] == "cmdb_export"
    assert len(response.content) < 1500


async def test_an_import_runs_to_its_end_and_every_part_of_it_can_be_read(site: Site) -> None:
    status = await site.imported(BODY)
    assert (status["status"], status["current_phase"], status["progress_percentage"]) == ("completed", "complete", 100)
    assert status["poll_after_seconds"] is None
    assert {agent["status"] for agent in status["validation_results"]["agent_results"]} == {"completed"}
    data_import_id = status["data_import_id"]
    detail = await of_import(site, data_import_id)
    assert (detail["filename"], detail["source_system"], detail["claims_active"]) == ("servers.csv", "servicenow", True)
    records = await of_import(site, data_import_id, "/records")
    assert len(records["items"]) == status["total_records"]
    assert records["items"][0]["raw"]
    results = await of_import(site, data_import_id, "/results")
    assert results["enrichment_summary"]["assets_created"] > 0
    steps = await of_import(site, data_import_id, "/steps")
    assert {"schema_validation", "duplicate_detection"} <= {step["step_name"] for step in steps["items"]}
    mappings = await of_import(site, data_import_id, "/field-mappings")
    assert mappings["editable"] is False
    assert any(column["target_field"] for column in mappings["columns"])
    await of_import(site, data_import_id, "/findings")


async def test_status_takes_any_of_its_ids_and_answers_304_while_nothing_changes(site: Site) -> None:
    status = await site.imported(BODY)
    tags = set()
    for name in ("master_flow_id", "flow_id", "data_import_id"):
        response = await site.http.get(f"/api/v1/data-import/status/{status[name]}")
        tags.add(response.headers["etag"])
        assert response.json() == status
    (tag,) = tags
    address = f"/api/v1/data-import/status/{status['flow_id']}"
    for given in (tag, f'"other", W/{tag}', "*"):
        unchanged = await site.http.get(address, headers={"If-None-Match": given})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert (await site.http.get(address, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_pages_of_a_list_meet_without_a_gap(site: Site) -> None:
    lines = ["Hostname,Serial Number,Operating System,CPU Cores"]
    lines += [f"node{number},SN-77{number}31,Debian GNU/Linux 12,{number}" for number in range(1, 8)]
    status = await site.imported("\r\n".join(lines).encode())
    for address in ("/api/v1/assets", f"/api/v1/data-import/{status['data_import_id']}/records"):
        whole = (await site.http.get(address)).json()["items"]
        found, cursor = [], None
        while True:
            page = (await site.http.get(address, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
            assert 0 < len(page["items"]) <= 2
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found == whole
        assert len(whole) == 7
        assert (await site.http.get(address, params={"limit": 501})).status_code == 422
        assert (await site.http.get(address, params={"cursor": "never"})).status_code == 422


async def test_a_value_is_explained_down_to_its_cell(site: Site) -> None:
    await site.imported(BODY)
    asset = (await site.http.get("/api/v1/assets", params={"limit": 1})).json()["items"][0]
    assert (await site.http.get(f"/api/v1/assets/{asset['id']}")).json() == asset
    why = (await site.http.get(f"/api/v1/assets/{asset['id']}/why", params={"field": "asset_name"})).json()
    (field,) = why["fields"]
    (evidence,) = field["evidence"]
    assert field["value"] == asset["asset_name"]
    assert (evidence["filename"], evidence["row_number"]) == ("servers.csv", 1)
    assert evidence["original"]
    filtered = (await site.http.get("/api/v1/assets", params={"asset_name": asset["asset_name"]})).json()["items"]
    assert asset in filtered
    assert (await site.http.get("/api/v1/assets", params={"colour": "red"})).status_code == 422


async def test_undo_takes_the_import_back_and_redo_brings_it_again(site: Site) -> None:
    status = await site.imported(BODY)
    before = (await site.http.get("/api/v1/assets")).json()
    address = f"/api/v1/data-import/{status['data_import_id']}"
    undone = (await site.http.post(f"{address}/undo")).json()
    assert (undone["status"], undone["assets_removed"]) == ("undone", len(before["items"]))
    assert (await site.http.get("/api/v1/assets")).json()["items"] == []
    refused = await site.http.post(f"{address}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    assert (await site.http.post(f"{address}/redo")).json()["status"] == "completed"
    after = (await site.http.get("/api/v1/assets")).json()
    assert [asset["id"] for asset in after["items"]] == [asset["id"] for asset in before["items"]]


async def test_the_same_key_again_answers_with_the_first_flow(site: Site) -> None:
    site.http.headers["Idempotency-Key"] = "run-1"
    first = await site.upload(BODY)
    again = await site.upload(BODY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["master_flow_id"] == again.json()["master_flow_id"]


async def test_the_same_bytes_while_they_are_imported_are_a_conflict_that_names_the_import(site: Site) -> None:
    first = (await site.upload(BODY)).json()
    again = await site.upload(BODY)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert again.json()["data_import_id"] == first["data_import_id"]


@pytest.mark.parametrize(
    ("content", "fields", "status", "code"),
    [
        (b"", {}, 400, "empty_upload"),
        (BODY, {"processing_config": "[]"}, 400, "bad_config"),
        (BODY, {"processing_config": '{"colour": 1}'}, 422, "invalid_request"),
        (BODY, {"import_category": "recipes"}, 422, "invalid_request"),
        (BODY, {"observed_at": "yesterday"}, 422, "invalid_request"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, {}, 415, "unreadable_file"),
    ],
    ids=["empty", "config no object", "config with unknown key", "unknown category", "bad date", "picture"],
)
async def test_what_can_not_be_imported_is_refused_and_leaves_nothing(
    site: Site, content: bytes, fields: dict[str, str], status: int, code: str
) -> None:
    response = await site.upload(content, **fields)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert (await site.http.get("/api/v1/data-import")).json()["items"] == []
    assert await site.services.blobs.list("uploads") == []


async def test_a_file_above_the_limit_is_refused_while_it_streams(app: FastAPI, site: Site) -> None:
    object.__setattr__(app.state.services, "limits", Limits(upload_bytes=100_000))
    response = await site.upload(BODY + b"x" * 200_000)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert await site.services.blobs.list("uploads") == []


async def test_a_flow_can_be_paused_resumed_and_cancelled(site: Site) -> None:
    flow = (await site.upload(BODY)).json()
    address = f"/api/v1/flows/{flow['flow_id']}"
    paused = (await site.http.post(f"{address}/pause")).json()
    assert (paused["status"], paused["waiting_for"], paused["poll_after_seconds"]) == ("paused", "user", 15)
    await run_worker(site.services, wait=False)
    assert (await site.http.get(address)).json()["status"] == "paused"
    listed = (await site.http.get("/api/v1/flows", params={"status": "paused"})).json()["items"]
    assert [entry["flow_id"] for entry in listed] == [flow["flow_id"]]
    assert set(listed[0]["allowed"]) == {"resume", "cancel"}
    assert (await site.http.post(f"{address}/resume")).json()["status"] == "processing"
    await run_worker(site.services, wait=False)
    assert (await site.http.get(address)).json()["status"] == "completed"
    refused = await site.http.post(f"{address}/cancel")
    assert (refused.status_code, refused.json()["current_status"]) == (409, "completed")


async def test_a_mapping_waits_for_review_and_goes_on_as_corrected(site: Site) -> None:
    flow = await site.imported(BODY, processing_config='{"review": "mapping"}')
    assert (flow["status"], flow["waiting_for"]) == ("paused", "mapping_review")
    address = f"/api/v1/data-import/{flow['data_import_id']}"
    column = (await site.http.get(f"{address}/field-mappings")).json()["columns"][0]
    unknown = {"mapping": [{"source_field": column["source_field"], "target_field": "colour"}]}
    assert (await site.http.put(f"{address}/field-mappings", json=unknown)).status_code == 422
    dropped = {"mapping": [{"source_field": column["source_field"], "target_field": None}]}
    corrected = (await site.http.put(f"{address}/field-mappings", json=dropped)).json()
    assert corrected["columns"][0]["target_field"] is None
    assert corrected["editable"] is True
    confirmed = (await site.http.put(f"{address}/field-mappings", json={"confirm": True})).json()
    assert confirmed["columns"][0]["match_method"] == "user"
    await run_worker(site.services, wait=False)
    assert (await of_import(site, flow["data_import_id"]))["status"] == "completed"


@pytest.mark.parametrize("file_format", ["csv", "json", "ndjson", "parquet", "xlsx"])
async def test_assets_can_be_taken_away_as_a_file(site: Site, file_format: str) -> None:
    await site.imported(BODY)
    response = await site.http.get("/api/v1/exports/assets", params={"format": file_format})
    assert response.status_code == 200
    assert f'filename="assets.{file_format}"' in response.headers["content-disposition"]
    assert len(response.content) > 100


@pytest.mark.parametrize("what", ["findings", "rejects"])
async def test_findings_and_rejected_rows_can_be_taken_away_as_a_file(site: Site, what: str) -> None:
    status = await site.imported(BODY)
    response = await site.http.get(f"/api/v1/exports/{what}", params={"import": status["data_import_id"]})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/csv")
    assert "attachment" in response.headers["content-disposition"]


async def test_the_catalog_says_what_is_understood_and_is_sent_once(site: Site) -> None:
    response = await site.http.get("/api/v1/catalog")
    catalog = response.json()
    agents = {category["id"]: len(category["agents"]) for category in catalog["categories"]}
    assert agents == {"app_discovery": 5, "cmdb_export": 4, "infrastructure": 5, "sensitive_data": 6}
    assert {"rvtools", "servicenow"} <= {source["id"] for source in catalog["sources"]}
    again = await site.http.get("/api/v1/catalog", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


async def test_the_service_is_ready_when_its_database_is_fit(site: Site) -> None:
    assert (await site.http.get("/readyz")).json() == {"status": "ready"}
    assert (await site.http.get("/api/v1/healthz")).json() == {"status": "ok", "version": "1.0"}


ROWS = {
    "file_data": [{"Hostname": "db01", "Serial Number": "SN-1"}, {"Hostname": "db02", "Serial Number": "SN-2"}],
    "metadata": {"filename": "rows.csv", "size": 60, "type": "text/csv"},
    "upload_context": {"page": "inventory"},
    "import_category": "cmdb_export",
    "processing_config": {"review": "never"},
}


async def test_rows_parsed_by_the_caller_are_all_stored_before_the_answer(site: Site) -> None:
    response = await site.http.post("/api/v1/data-import/store-import", json=ROWS)
    flow = response.json()
    assert (response.status_code, flow["status"]) == (200, "discovery_initiated")
    assert all(flow[name] for name in ("master_flow_id", "flow_id", "data_import_id"))
    records = await of_import(site, flow["data_import_id"], "/records")
    assert [entry["raw"]["Hostname"] for entry in records["items"]] == ["db01", "db02"]
    await run_worker(site.services, wait=False)
    assert (await of_import(site, flow["data_import_id"]))["status"] == "completed"
    assert len((await site.http.get("/api/v1/assets")).json()["items"]) == 2


async def test_rows_are_refused_while_a_flow_is_incomplete_with_both_ways_out(site: Site) -> None:
    first = (await site.http.post("/api/v1/data-import/store-import", json=ROWS)).json()
    refused = await site.http.post("/api/v1/data-import/store-import", json=ROWS)
    document = refused.json()
    assert (refused.status_code, document["code"]) == (409, "conflict")
    assert document["existing_flow"]["flow_id"] == first["flow_id"]
    assert document["recommendations"]


async def test_deleting_the_flow_in_the_way_lets_the_same_rows_in_and_leaves_no_file(site: Site) -> None:
    first = (await site.http.post("/api/v1/data-import/store-import", json=ROWS)).json()
    assert (await site.http.delete(f"/api/v1/flows/{first['flow_id']}")).status_code == 204
    assert (await site.http.get(f"/api/v1/data-import/status/{first['flow_id']}")).status_code == 404
    assert await site.services.blobs.list("uploads") == []
    assert await site.services.blobs.list("staging") == []
    again = await site.http.post("/api/v1/data-import/store-import", json=ROWS)
    assert again.status_code == 200
    await run_worker(site.services, wait=False)
    assert (await of_import(site, again.json()["data_import_id"]))["status"] == "completed"


async def test_a_completed_flow_is_undone_and_never_deleted(site: Site) -> None:
    flow = (await site.http.post("/api/v1/data-import/store-import", json=ROWS)).json()
    await run_worker(site.services, wait=False)
    refused = await site.http.delete(f"/api/v1/flows/{flow['flow_id']}")
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["undo"])


async def test_no_rows_are_an_empty_upload(site: Site) -> None:
    response = await site.http.post("/api/v1/data-import/store-import", json={**ROWS, "file_data": []})
    assert (response.status_code, response.json()["code"]) == (400, "empty_upload")
