"""Over HTTP: what is remembered of columns is looked at, kept as a file, brought elsewhere, and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from muster.domain.tenant import Role
from muster.services.run_jobs import run_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from muster.domain.tenant import Tenant
    from support.site import Site

SERVERS = (
    b"Server Name,IP Address,Operating System,CPU Cores,Serial Number,Owner\n"
    b"web01,10.0.0.1,Ubuntu 22.04,4,SN-0001,Ann Lee\n"
    b"web02,10.0.0.2,Ubuntu 22.04,4,SN-0002,Bo Sze\n"
)
MEMORY = "/api/v1/mapping-memory"
FIELDS = "/api/v1/custom-fields"


async def confirmed(site: Site, **body: Any) -> str:
    """The id of an import whose mapping somebody corrected and confirmed."""
    status = await site.imported(SERVERS, processing_config='{"review": "mapping"}')
    body = {"mapping": [{"source_field": "Owner", "target_field": "technical_owner"}], "confirm": True, **body}
    answer = await site.http.put(f"/api/v1/data-import/{status['data_import_id']}/field-mappings", json=body)
    assert answer.status_code == 200, answer.text
    await run_worker(site.services, wait=False)
    return str(status["data_import_id"])


async def layouts(site: Site) -> list[dict[str, Any]]:
    return list((await site.http.get(MEMORY)).json()["items"])


async def test_what_was_confirmed_is_shown_with_who_said_it_and_offered_again(site: Site) -> None:
    import_id = await confirmed(site)
    (layout,) = await layouts(site)
    (owner,) = [word for word in layout["words"] if word["source_field"] == "Owner"]
    assert (owner["target_field"], owner["said"], owner["said_by_name"]) == ("technical_owner", "corrected", "Somebody")
    assert (owner["data_import_id"], owner["filename"]) == (import_id, "servers.csv")
    assert (await site.http.get(f"{MEMORY}/{layout['layout_id']}")).json() == layout

    again = await site.imported(SERVERS.replace(b"web", b"app"), "servers_june.csv")
    mapping = (await site.http.get(f"/api/v1/data-import/{again['data_import_id']}/field-mappings")).json()
    (column,) = [column for column in mapping["columns"] if column["source_field"] == "Owner"]
    assert (column["target_field"], column["match_method"]) == ("technical_owner", "remembered")
    assert "corrected by Somebody for servers.csv on " in column["evidence"]


async def test_a_file_of_it_can_be_kept_and_brought_into_another_engagement(site: Site, other_site: Site) -> None:
    await confirmed(site)
    written = await site.http.get(f"{MEMORY}/export")
    assert written.headers["content-type"] == "application/yaml"
    assert 'filename="mappings.yaml"' in written.headers["content-disposition"]
    (layout,) = await layouts(site)
    body = {
        "layouts": [
            {
                "source": layout["source_system"],
                "table": layout["table"],
                "columns": layout["columns"],
                "mapping": [
                    {name: word[name] for name in ("source_field", "target_field", "transformation")}
                    for word in layout["words"]
                ],
            }
        ]
    }
    taken = await other_site.http.put(MEMORY, json=body)
    assert taken.status_code == 200, taken.text
    assert taken.json() == {"layouts": 1, "columns": 6, "custom_fields": []}
    assert (await other_site.http.get(f"{MEMORY}/export")).text == written.text


async def test_it_is_forgotten_by_column_and_as_a_whole(site: Site, other_site: Site) -> None:
    await confirmed(site)
    (layout,) = await layouts(site)
    address = f"{MEMORY}/{layout['layout_id']}"
    assert (await other_site.http.delete(address)).status_code == 404
    assert (await site.http.delete(address, params={"column": ["Owner", "CPU Cores"]})).status_code == 204
    (kept,) = await layouts(site)
    assert len(kept["words"]) == 4
    assert (await site.http.delete(address, params={"column": "Owner"})).status_code == 404
    assert (await site.http.delete(address)).status_code == 204
    assert await layouts(site) == []
    assert (await site.http.get(address)).status_code == 404
    assert (await site.http.get(f"{MEMORY}/export", params={"layout": str(uuid4())})).status_code == 404


async def test_a_confirmation_need_not_be_remembered(site: Site) -> None:
    await confirmed(site, remember="never")
    assert await layouts(site) == []


async def test_only_admins_of_the_client_speak_for_all_its_engagements(
    site: Site, sign_in: Callable[[Tenant, Role], Awaitable[Site]]
) -> None:
    body = {"scope": "client", "layouts": [{"table": "servers", "mapping": {"Owner": "technical_owner"}}]}
    refused = await site.http.put(MEMORY, json=body)
    assert (refused.status_code, refused.json()["needed_permission"]) == (403, "manage_client")
    admin = await sign_in(site.tenant, Role.CLIENT_ADMIN)
    assert (await admin.http.put(MEMORY, json=body)).status_code == 200
    assert [layout["scope"] for layout in await layouts(site)] == ["client"]
    viewer = await sign_in(site.tenant, Role.VIEWER)
    assert (await viewer.http.get(MEMORY)).status_code == 200
    assert (await viewer.http.put(MEMORY, json=body)).status_code == 403


@pytest.mark.parametrize(
    "layout",
    [
        {"mapping": {"Owner": "lord"}},
        {"mapping": {}},
        {"mapping": [{"source_field": "RAM", "target_field": "memory_gb", "transformation": "unit:stone"}]},
        {"source": "rvtools", "source_table": "vNone", "mapping": {"VM": "asset_name"}},
    ],
)
async def test_a_document_that_can_not_be_is_refused(site: Site, layout: dict[str, Any]) -> None:
    assert (await site.http.put(MEMORY, json={"layouts": [layout]})).status_code == 422
    assert await layouts(site) == []


async def test_a_field_of_ones_own_is_declared_mapped_and_taken_back(site: Site, other_site: Site) -> None:
    body = {"title": "Support tier", "type": "word", "words": ["gold", "silver"]}
    declared = await site.http.put(f"{FIELDS}/tier", json=body)
    assert declared.status_code == 200, declared.text
    assert declared.json()["target"] == "custom:tier"
    assert (await other_site.http.get(FIELDS)).json() == {"items": []}
    content = SERVERS.replace(b"Owner", b"Tier").replace(b"Ann Lee", b"Gold").replace(b"Bo Sze", b"silver")
    status = await site.imported(content, processing_config='{"review": "never", "mapping": {"Tier": "custom:tier"}}')
    records = (await site.http.get(f"/api/v1/data-import/{status['data_import_id']}/records")).json()["items"]
    assert [record["cleansed"]["custom:tier"] for record in records] == ["gold", "silver"]
    assert (await site.http.put(f"{FIELDS}/Tier", json=body)).status_code == 422
    assert (await site.http.put(f"{FIELDS}/tier", json={**body, "type": "date"})).status_code == 422
    assert (await site.http.delete(f"{FIELDS}/tier")).status_code == 204
    assert (await site.http.delete(f"{FIELDS}/tier")).status_code == 404
    again = await site.upload(content, processing_config='{"mapping": {"Tier": "custom:tier"}}')
    assert again.status_code == 422
