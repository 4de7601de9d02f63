from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.domain.tenant import Role

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from muster.domain.tenant import Tenant
    from support.site import Site

SERVERS = b"Name,Serial Number,Manufacturer,MAC Address,Memory (GB)\nweb01,CZ1001,IBM,00:50:56:aa:00:01,16\n"
TWINS = b"Name,Serial Number,Manufacturer,MAC Address,Memory (GB)\nweb01,CZ2002,IBM,00:50:56:aa:00:01,16\n"


async def both_in(site: Site) -> list[dict[str, Any]]:
    """Two files that may speak of one machine: the assets."""
    for content, feed in ((SERVERS, "first"), (TWINS, "second")):
        config = f'{{"review": "never", "feed": "{feed}"}}'
        assert (await site.imported(content, f"{feed}.csv", processing_config=config))["status"] == "completed"
    return list((await site.http.get("/api/v1/assets")).json()["items"])


async def test_a_value_is_pinned_explained_seen_in_the_history_and_unpinned(site: Site) -> None:
    asset = f"/api/v1/assets/{(await both_in(site))[0]['id']}"
    body = {"values": {"memory_gb": 32}, "reason": "Upgraded"}
    pinned = await site.http.patch(asset, json=body)
    assert pinned.status_code == 200, pinned.text
    assert (pinned.json()["decisions"][0]["kind"], pinned.json()["assets_updated"]) == ("edit", 1)
    why = (await site.http.get(f"{asset}/why", params={"field": "memory_gb"})).json()["fields"][0]
    assert (why["value"], why["sources_say"], why["edits"][0]["reason"]) == (32, 16, "Upgraded")
    history = (await site.http.get(f"{asset}/history")).json()["entries"]
    assert [entry["kind"] for entry in history] == ["decide", "import"]
    before = (await site.http.get(asset, params={"as_of": history[1]["changed_at"]})).json()
    assert before["memory_gb"] == 16
    await site.http.patch(asset, json={"unpin": ["memory_gb"]})
    assert (await site.http.get(asset)).json()["memory_gb"] == 16


async def test_assets_are_merged_and_split_and_a_decision_is_taken_back(site: Site) -> None:
    ids = [asset["id"] for asset in await both_in(site)]
    merged = await site.http.post("/api/v1/assets/merge", json={"asset_ids": ids})
    assert merged.status_code == 200, merged.text
    split = await site.http.post(f"/api/v1/assets/{ids[0]}/split", json={"claim_ids": [ids[1]]})
    assert split.status_code == 200, split.text
    assert len((await site.http.get("/api/v1/assets")).json()["items"]) == 2
    taken = (await site.http.get("/api/v1/decisions")).json()["items"]
    held = [decision["id"] for decision in taken if decision["undone_at"] is None]
    undone = await site.http.post(f"/api/v1/decisions/{held[-1]}/undo")
    assert undone.json()["decisions"][0]["id"] == held[-1]


async def test_a_review_is_listed_decided_and_gone(site: Site) -> None:
    await both_in(site)
    (review,) = (await site.http.get("/api/v1/reviews")).json()["items"]
    assert review["evidence"]
    decided = await site.http.post(f"/api/v1/reviews/{review['id']}", json={"verdict": "leave"})
    assert decided.json()["decisions"][0]["kind"] == "leave"
    assert (await site.http.get("/api/v1/reviews")).json()["items"] == []


async def test_a_viewer_reads_but_changes_nothing(
    sign_in: Callable[[Tenant, Role], Awaitable[Site]], site: Site, tenant: Tenant
) -> None:
    ids = [asset["id"] for asset in await both_in(site)]
    viewer = await sign_in(tenant, Role.VIEWER)
    assert (await viewer.http.get(f"/api/v1/assets/{ids[0]}/history")).status_code == 200
    assert (await viewer.http.get("/api/v1/reviews")).status_code == 200
    refused = [
        await viewer.http.patch(f"/api/v1/assets/{ids[0]}", json={"values": {"memory_gb": 1}}),
        await viewer.http.post("/api/v1/assets/merge", json={"asset_ids": ids}),
        await viewer.http.post(f"/api/v1/assets/{ids[0]}/split", json={"claim_ids": [ids[1]]}),
        await viewer.http.post("/api/v1/reviews/x", json={"verdict": "leave"}),
        await viewer.http.post(f"/api/v1/decisions/{ids[0]}/undo"),
    ]
    assert {response.status_code for response in refused} == {403}


async def test_another_engagements_asset_and_a_time_before_it_read_as_not_found(site: Site, other_site: Site) -> None:
    asset = f"/api/v1/assets/{(await both_in(site))[0]['id']}"
    assert (await other_site.http.get(f"{asset}/history")).status_code == 404
    early = await site.http.get(asset, params={"as_of": "2020-01-01T00:00:00Z"})
    assert (early.status_code, early.json()["code"]) == (404, "not_found")
