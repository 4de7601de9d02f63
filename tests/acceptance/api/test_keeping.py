"""Over HTTP: what undo tells, purging an import, and changing whom to believe."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from muster.domain.tenant import Role
from muster.services.run_jobs import run_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from muster.domain.tenant import Tenant
    from support.site import Site

HEADER = b"Server Name,IP Address,Operating System,CPU Cores,Serial Number,Environment\n"
SERVERS = HEADER + (
    b"web01,10.0.0.1,Ubuntu 22.04,4,SN-0001,production\n"
    b"web02,10.0.0.2,Ubuntu 22.04,4,SN-0002,test\n"
    b"db01,10.0.0.3,Ubuntu 22.04,4,SN-0003,test\n"
    b",999.1.2.3,Ubuntu 22.04,4,,test\n"
)
OTHERS = HEADER + (b"web01,10.0.0.1,Ubuntu 22.04,8,SN-0001,production\nweb02,10.0.0.2,Ubuntu 22.04,4,SN-0002,test\n")
FIRST = '{"review": "never", "feed": "first"}'
SECOND = '{"review": "never", "feed": "second", "observed_at": "2020-01-01T00:00:00Z"}'


async def both_in(site: Site) -> str:
    """Two sources; the address of the one that wins."""
    await site.imported(OTHERS, processing_config=SECOND)
    status = await site.imported(SERVERS, processing_config=FIRST)
    assert status["status"] == "completed"
    return f"/api/v1/data-import/{status['data_import_id']}"


async def test_undo_tells_in_buckets_what_became_of_the_assets(site: Site) -> None:
    address = await both_in(site)
    report = (await site.http.post(f"{address}/undo")).json()
    assert (report["assets_removed"], report["assets_reverted"], report["assets_kept"]) == (1, 1, 1)
    assert (report["assets_kept_edited"], report["assets_kept_other"], report["could_not"]) == (0, 1, [])
    names = {fate: [asset["asset_name"] for asset in assets] for fate, assets in report["first"].items()}
    assert names == {"removed": ["db01"], "reverted": ["web01"], "kept_other": ["web02"]}
    again = (await site.http.post(f"{address}/redo")).json()
    assert again["assets_restored"] == 1
    assert [asset["asset_name"] for asset in again["first"]["created"]] == ["db01"]


async def test_undo_names_what_somebody_edited_and_what_sleeps(site: Site) -> None:
    address = await both_in(site)
    assets = {asset["asset_name"]: asset["id"] for asset in (await site.http.get("/api/v1/assets")).json()["items"]}
    for name in ("web02", "db01"):
        edited = await site.http.patch(f"/api/v1/assets/{assets[name]}", json={"values": {"environment": "staging"}})
        assert edited.status_code == 200, edited.text
    report = (await site.http.post(f"{address}/undo")).json()
    assert (report["assets_kept_edited"], report["assets_kept_other"]) == (1, 0)
    assert [asset["asset_name"] for asset in report["first"]["kept_edited"]] == ["web02"]
    (sleeping,) = report["could_not"]
    assert sleeping["subject"].startswith("environment of ")
    assert "sleeps until" in sleeping["reason"]


async def test_a_purge_deletes_rows_and_files_and_leaves_a_tombstone(site: Site) -> None:
    address = await both_in(site)
    report = (await site.http.delete(address)).json()
    assert (report["status"], report["rows_removed"], report["assets_removed"]) == ("undone", 4, 1)
    detail = (await site.http.get(address)).json()
    assert (detail["purged_at"], detail["filename"], detail["tables"]) == (report["purged_at"], "servers.csv", [])
    for part in ("records", "findings"):
        assert (await site.http.get(f"{address}/{part}")).json()["items"] == []
    for refused in (await site.http.post(f"{address}/redo"), await site.http.get(f"{address}/rejects")):
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert "was purged" in refused.json()["detail"]
    assert (await site.http.delete(address)).json()["rows_removed"] == 0


async def test_only_who_manages_the_engagement_purges_and_ranks(
    site: Site, sign_in: Callable[[Tenant, Role], Awaitable[Site]]
) -> None:
    address = await both_in(site)
    editor = await sign_in(site.tenant, Role.EDITOR)
    for refused in (await editor.http.delete(address), await editor.http.put("/api/v1/ranks", json={"ranks": {}})):
        assert refused.status_code == 403
    assert (await editor.http.get("/api/v1/ranks")).status_code == 200


async def test_ranks_are_read_planned_and_changed_in_the_background(site: Site) -> None:
    await both_in(site)
    known = (await site.http.get("/api/v1/ranks")).json()
    assert {"source": "servicenow", "group": "capacity", "rank": 20, "usual": 20, "own": False} in known["ranks"]
    wanted = {"ranks": {"generic": {"capacity": 5}}}
    plan = (await site.http.post("/api/v1/ranks/plan", json=wanted)).json()
    assert (plan["counts"]["updated"], plan["first"]) == (0, [])
    begun = await site.http.put("/api/v1/ranks", json=wanted)
    assert (begun.status_code, begun.json()["state"]) == (202, "waiting")
    where = begun.headers["location"]
    assert (await site.http.get("/api/v1/ranks")).json()["changing"] == begun.json()["change_id"]
    await run_worker(site.services, wait=False)
    done = (await site.http.get(where)).json()
    assert (done["state"], done["assets_updated"], done["assets_unchanged"]) == ("done", 0, 3)
    assert (await site.http.get("/api/v1/ranks")).json()["own"] == wanted["ranks"]


async def test_ranks_that_can_not_be_are_refused_by_name(site: Site) -> None:
    refused = await site.http.put("/api/v1/ranks", json={"ranks": {"nobody": {"capacity": 1}}})
    assert (refused.status_code, refused.json()["field"]) == (422, "ranks")
    assert "no source 'nobody'" in refused.json()["detail"]
    assert (await site.http.get(f"/api/v1/ranks/changes/{uuid4()}")).status_code == 404
