"""What every route answers to whom, read from the OpenAPI document: a new route is held to it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from muster.api.app import create_app
from muster.domain.tenant import GRANTS, Permission, Role
from muster.kit.ids import uuid7
from support.site import ADDRESS, SERVERS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI

    from muster.domain.tenant import Tenant
    from support.site import Site

TENANTED = {"read", "import", "edit", "manage_engagement"}


def _operations() -> list[tuple[str, str, dict[str, Any]]]:
    document = create_app(None).openapi()  # type: ignore[arg-type]  # only its document is read
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _ids(entry: tuple[str, str, dict[str, Any]]) -> str:
    return f"{entry[0]} {entry[1]}"


OPERATIONS = _operations()
OF_TENANTS = [entry for entry in OPERATIONS if entry[2]["x-permission"] in TENANTED]
WITH_IDS = [
    entry
    for entry in OF_TENANTS
    if "_id}" in entry[1] or (entry[1].startswith("/api/v1/exports/") and "assets" not in entry[1])
]
SIGNED_IN = [entry for entry in OPERATIONS if entry[2]["x-permission"] != "public"]

BODIES: dict[str, dict[str, Any]] = {
    "upload_data_import": {
        "data": {"import_category": "cmdb_export"},
        "files": {"file": ("a.csv", b"Name\r\ndb01\r\n")},
    },
    "store_data_import": {"json": {"file_data": [{"Name": "db01"}], "metadata": {"filename": "a.csv"}}},
    "put_field_mappings": {"json": {"mapping": []}},
    "accept_import_plan": {"json": {"inventory_version": 0}},
    "resubmit_data_import": {"files": {"file": ("a.csv", b"Name\r\ndb01\r\n")}},
    "merge_inventory_assets": {"json": {"asset_ids": [str(uuid7()), str(uuid7())]}},
    "edit_inventory_asset": {"json": {"values": {"environment": "production"}}},
    "split_inventory_asset": {"json": {"claim_ids": [str(uuid7())]}},
    "decide_open_review": {"json": {"verdict": "leave"}},
    "put_ranks": {"json": {"ranks": {}}},
    "plan_rank_change": {"json": {"ranks": {}}},
    "create_client_account": {"json": {"name": "New"}},
    "create_client_engagement": {"json": {"client_account_id": str(uuid7()), "name": "New"}},
    "create_my_token": {"json": {"name": "New"}},
}


def call(entry: tuple[str, str, dict[str, Any]], **ids: str) -> dict[str, Any]:
    """The words of a valid call, with these ids in its path and query."""
    method, path, operation = entry
    params = {}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", ids.get(name, str(uuid7())))
        elif parameter["in"] == "query" and parameter.get("required"):
            params[name] = ids["data_import_id"]
    return {"method": method, "url": path, "params": params, **BODIES.get(operation["operationId"], {})}


@pytest.fixture
async def foreign(other_site: Site) -> dict[str, str]:
    """Real ids of another tenant."""
    status = await other_site.imported(SERVERS.read_bytes())
    assets = (await other_site.http.get("/api/v1/assets?limit=1")).json()["items"]
    return {
        "flow_id": status["flow_id"],
        "data_import_id": status["data_import_id"],
        "asset_id": assets[0]["id"],
        "review_id": assets[0]["id"].replace("-", "") * 2,
        "token_id": str(uuid7()),
    }


async def test_who_is_not_signed_in_gets_401(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        for entry in SIGNED_IN:
            response = await client.request(**call(entry, data_import_id=str(uuid7())))
            assert (response.status_code, response.json()["code"]) == (401, "not_signed_in"), entry[1]


async def test_who_is_no_member_gets_403(site: Site, other_tenant: Tenant) -> None:
    elsewhere = {
        "X-Client-Account-ID": str(other_tenant.client_account_id),
        "X-Engagement-ID": str(other_tenant.engagement_id),
    }
    for entry in OF_TENANTS:
        response = await site.http.request(**call(entry, data_import_id=str(uuid7())), headers=elsewhere)
        assert (response.status_code, response.json()["code"]) == (403, "forbidden"), entry[1]


async def test_the_client_of_one_tenant_with_the_engagement_of_another_is_403(site: Site, other_tenant: Tenant) -> None:
    response = await site.http.get("/api/v1/assets", headers={"X-Engagement-ID": str(other_tenant.engagement_id)})
    assert response.status_code == 403


@pytest.mark.parametrize("header", ["X-Client-Account-ID", "X-Engagement-ID"])
async def test_a_tenant_header_that_is_no_id_is_not_valid(site: Site, header: str) -> None:
    for entry in OF_TENANTS:
        response = await site.http.request(**call(entry, data_import_id=str(uuid7())), headers={header: "7"})
        assert response.status_code == 422, entry[1]
        assert response.json()["errors"][0]["field"] == f"header.{header}"


async def test_another_tenants_ids_are_not_found_and_stay_as_they_are(
    site: Site, other_site: Site, foreign: dict[str, str]
) -> None:
    address = f"/api/v1/data-import/{foreign['data_import_id']}"
    before = (await other_site.http.get(address)).json()
    answers = {}
    for entry in WITH_IDS:
        response = await site.http.request(**call(entry, **foreign))
        answers[_ids(entry)] = (response.status_code, response.json()["code"])
    assert set(answers.values()) == {(404, "not_found")}, answers
    assert len(answers) > 15
    assert (await other_site.http.get(address)).json() == before


async def test_lists_show_nothing_of_another_tenant(site: Site, foreign: dict[str, str]) -> None:
    for entry in OF_TENANTS:
        if entry[0] == "GET" and entry not in WITH_IDS:
            response = await site.http.request(**call(entry))
            assert response.status_code == 200
            assert not any(value in response.text for value in foreign.values()), entry[1]


async def test_an_id_that_is_none_is_not_valid(site: Site) -> None:
    wrong = dict.fromkeys(
        ("flow_id", "data_import_id", "asset_id", "review_id", "decision_id", "change_id", "layout_id"), "7"
    )
    for entry in WITH_IDS:
        response = await site.http.request(**call(entry, **wrong))
        assert (response.status_code, response.json()["code"]) == (422, "invalid_request"), entry[1]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
async def test_a_role_may_do_what_it_is_granted_and_nothing_more(
    sign_in: Callable[[Tenant, Role], Awaitable[Site]], tenant: Tenant, role: Role
) -> None:
    member = await sign_in(tenant, role)
    for entry in OF_TENANTS:
        needed = Permission(entry[2]["x-permission"])
        response = await member.http.request(**call(entry, data_import_id=str(uuid7())))
        assert (response.status_code == 403) is (needed not in GRANTS[role]), entry[1]
