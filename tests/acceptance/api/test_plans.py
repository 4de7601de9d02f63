"""Over HTTP: an import that waits with its plan, is accepted, rejected, overtaken; and corrected rows sent back."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from muster.domain.tenant import Role
from muster.services.run_jobs import run_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from muster.domain.tenant import Tenant
    from support.site import Site

HEADER = b"Server Name,IP Address,Operating System,CPU Cores,Serial Number,Environment\n"
SERVERS = HEADER + b"web01,10.0.0.1,Ubuntu 22.04,4,SN-0001,production\nweb02,10.0.0.2,Ubuntu 22.04,4,SN-0002,test\n"
CHANGED = SERVERS.replace(b"04,4,SN-0001", b"04,8,SN-0001")
REJECTED = SERVERS + b",999.1.2.3,Ubuntu 22.04,4,,test\n"
PLAN = '{"review": "plan", "feed": "site"}'


async def planned(site: Site, content: bytes = CHANGED) -> str:
    """An import that waits with its plan: its address."""
    await site.imported(SERVERS, processing_config='{"review": "never", "feed": "site"}')
    status = await site.imported(content, processing_config=PLAN)
    assert (status["status"], status["waiting_for"]) == ("paused", "plan_review")
    return f"/api/v1/data-import/{status['data_import_id']}"


async def finished(site: Site, address: str) -> dict[str, Any]:
    await run_worker(site.services, wait=False)
    return dict((await site.http.get(address)).json())


async def test_the_plan_is_read_page_by_page_and_by_filter(site: Site) -> None:
    address = await planned(site)
    plan = (await site.http.get(f"{address}/plan")).json()
    assert (plan["waiting"], plan["stale"], plan["next_cursor"]) == (True, False, None)
    assert (plan["counts"]["updated"], plan["counts"]["unchanged"], plan["counts"]["created"]) == (1, 1, 0)
    (entry,) = plan["items"]
    assert (entry["asset_name"], entry["action"], entry["field"]) == ("web01", "update", "cpu_cores")
    assert (entry["before"], entry["after"]) == ("4", "8")
    assert entry["rows"] == [{"table": "servers", "row_number": 1}]
    for query in ({"action": "create"}, {"field": "location"}, {"conflict": "true"}):
        assert (await site.http.get(f"{address}/plan", params=query)).json()["items"] == []
    assert (await site.http.get(f"{address}/plan", params={"colour": "red"})).status_code == 422


async def test_the_plan_comes_as_csv_and_text(site: Site) -> None:
    address = await planned(site)
    as_csv = await site.http.get(f"{address}/plan", params={"format": "csv"})
    assert as_csv.headers["content-type"].startswith("text/csv")
    (line,) = csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig")))
    assert (line["field"], line["before"], line["after"], line["rows"]) == ("cpu_cores", "4", "8", "servers:1")
    as_text = await site.http.get(f"{address}/plan", params={"format": "text"})
    assert "cpu_cores: 4 -> 8" in as_text.text


async def test_accepting_applies_it(site: Site) -> None:
    address = await planned(site)
    version = (await site.http.get(f"{address}/plan")).json()["inventory_version"]
    accepted = await site.http.post(f"{address}/accept", json={"inventory_version": version})
    assert (accepted.status_code, accepted.json()["status"]) == (200, "processing")
    assert (await finished(site, address))["status"] == "completed"
    assets = (await site.http.get("/api/v1/assets", params={"asset_name": "web01"})).json()["items"]
    assert assets[0]["cpu_cores"] == 8


async def test_rows_and_assets_can_be_left_out(site: Site) -> None:
    address = await planned(site, CHANGED + b"app01,10.0.0.9,Debian 12,2,SN-0009,test\n")
    plan = (await site.http.get(f"{address}/plan", params={"action": "create"})).json()
    body = {
        "inventory_version": plan["inventory_version"],
        "reject_rows": [{"table": "servers", "rows": [1]}],
        "reject_assets": [plan["items"][0]["asset_id"]],
    }
    assert (await site.http.post(f"{address}/accept", json=body)).status_code == 200
    summary = (await finished(site, address))["enrichment_summary"]
    assert (summary["assets_created"], summary["assets_updated"]) == (0, 0)


async def test_a_stale_plan_is_refused_with_the_new_one_and_what_differs(site: Site) -> None:
    address = await planned(site)
    version = (await site.http.get(f"{address}/plan")).json()["inventory_version"]
    overtaking = CHANGED.replace(b"04,8,SN-0001", b"04,6,SN-0001")
    await site.imported(overtaking, processing_config='{"review": "never", "feed": "elsewhere"}')
    refused = await site.http.post(f"{address}/accept", json={"inventory_version": version})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "plan_stale")
    assert problem["inventory_version"] == version + 1
    assert problem["counts"]["entries"] >= 1
    (cores,) = [entry for entry in problem["difference"]["entries"] if entry["field"] == "cpu_cores"]
    assert (cores["shown"]["before"], cores["now"]["before"]) == ("4", "6")
    again = await site.http.post(f"{address}/accept", json={"inventory_version": problem["inventory_version"]})
    assert again.status_code == 200
    assert (await finished(site, address))["status"] == "completed"


async def test_a_plan_is_renewed_on_request(site: Site) -> None:
    address = await planned(site)
    overtaking = CHANGED.replace(b"04,8,SN-0001", b"04,6,SN-0001")
    await site.imported(overtaking, processing_config='{"review": "never", "feed": "elsewhere"}')
    assert (await site.http.get(f"{address}/plan")).json()["stale"]
    renewed = (await site.http.post(f"{address}/plan")).json()
    assert not renewed["plan"]["stale"]
    assert renewed["difference"]["total"] == len(renewed["difference"]["entries"]) > 0


async def test_rejecting_cancels_the_import(site: Site) -> None:
    address = await planned(site)
    rejected = await site.http.post(f"{address}/reject")
    assert (rejected.status_code, rejected.json()["status"]) == (200, "cancelled")
    assert (await site.http.post(f"{address}/reject")).json()["code"] == "conflict"


async def test_an_import_without_a_plan_has_none(site: Site) -> None:
    status = await site.imported(SERVERS)
    plan = await site.http.get(f"/api/v1/data-import/{status['data_import_id']}/plan")
    assert (plan.status_code, plan.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("call", ["accept", "reject", "plan", "resubmit"])
async def test_a_viewer_decides_nothing(
    site: Site, sign_in: Callable[[Tenant, Role], Awaitable[Site]], call: str
) -> None:
    address = await planned(site)
    viewer = await sign_in(site.tenant, Role.VIEWER)
    assert (await viewer.http.get(f"{address}/plan")).status_code == 200
    assert (await viewer.http.post(f"{address}/{call}", json={"inventory_version": 1})).status_code == 403


async def test_corrected_rejects_are_taken_back(site: Site) -> None:
    status = await site.imported(REJECTED)
    address = f"/api/v1/data-import/{status['data_import_id']}"
    rejects = (await site.http.get(f"{address}/rejects")).content
    fixed = rejects.replace(b",999.1.2.3", b"app01,10.0.0.9")
    sent = await site.http.post(f"{address}/resubmit", files={"file": ("servers-rejects.csv", fixed, "text/csv")})
    assert sent.status_code == 202, sent.text
    await run_worker(site.services, wait=False)
    after = (await site.http.get(sent.headers["location"])).json()
    assert (after["status"], after["enrichment_summary"]["assets_created"]) == ("completed", 1)
    assert after["data_import_id"] != status["data_import_id"]


async def test_a_workbook_of_rejects_is_taken_back_too(site: Site) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    status = await site.imported(REJECTED)
    address = f"/api/v1/data-import/{status['data_import_id']}"
    book = openpyxl.load_workbook(io.BytesIO((await site.http.get(f"{address}/rejects?format=xlsx")).content))
    book.worksheets[0]["A2"], book.worksheets[0]["B2"] = "app01", "10.0.0.9"
    fixed = io.BytesIO()
    book.save(fixed)
    sent = await site.http.post(f"{address}/resubmit", files={"file": ("servers-rejects.xlsx", fixed.getvalue())})
    await run_worker(site.services, wait=False)
    after = (await site.http.get(sent.headers["location"])).json()
    assert (after["status"], after["enrichment_summary"]["assets_created"]) == ("completed", 1)


async def test_a_resubmission_takes_the_file_alone(site: Site) -> None:
    status = await site.imported(REJECTED)
    sent = await site.http.post(
        f"/api/v1/data-import/{status['data_import_id']}/resubmit",
        data={"source_system": "rvtools"},
        files={"file": ("servers.csv", SERVERS, "text/csv")},
    )
    assert (sent.status_code, sent.json()["code"]) == (422, "invalid_request")
