from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from muster.domain.tenant import Role
from muster.services.sign_in import create_sign_in_link

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI

    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from support.site import Site
    from support.tenants import Tenants


def browser(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://muster.test")


async def test_a_link_signs_a_browser_in_once(
    app: FastAPI, services: Services, tenants: Tenants, tenant: Tenant
) -> None:
    secret = await create_sign_in_link(services, tenants.new_member(tenant, Role.VIEWER))
    async with browser(app) as first, browser(app) as second:
        redeemed = await first.get(f"/sign-in?link={secret}")
        assert (redeemed.status_code, redeemed.headers["location"]) == (303, "/")
        cookie = redeemed.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "Somebody" in (await first.get("/")).text
        assert (await first.get("/api/v1/me")).json()["display_name"] == "Somebody"
        again = await second.get(f"/sign-in?link={secret}")
        assert again.status_code == 403
        assert "set-cookie" not in again.headers


async def test_the_api_takes_a_link_too_and_signing_out_ends_the_session(
    app: FastAPI, services: Services, tenants: Tenants, tenant: Tenant
) -> None:
    secret = await create_sign_in_link(services, tenants.new_member(tenant, Role.VIEWER))
    own = {"Origin": "http://muster.test"}
    async with browser(app) as client:
        assert (await client.post("/api/v1/sign-in", json={"link": secret})).status_code == 200
        session = client.cookies["muster_session"]
        assert (await client.post("/api/v1/sign-out", headers=own)).status_code == 204
        client.cookies.set("muster_session", session)
        assert (await client.get("/api/v1/me")).status_code == 401


FROM_OTHER_PAGES: list[dict[str, str]] = [
    {},
    {"Origin": "http://elsewhere.test"},
    {"Origin": "https://muster.test"},
    {"Origin": "http://muster.test:8001"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://muster.test"},
    {"Sec-Fetch-Site": "same-site"},
]
FROM_OUR_PAGES: list[dict[str, str]] = [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://muster.test"}]


async def test_a_cookie_changes_things_only_from_our_own_pages(
    app: FastAPI, services: Services, tenants: Tenants, tenant: Tenant
) -> None:
    secret = await create_sign_in_link(services, tenants.new_member(tenant, Role.VIEWER))
    async with browser(app) as client:
        await client.post("/api/v1/sign-in", json={"link": secret})
        for headers in FROM_OTHER_PAGES:
            response = await client.post("/api/v1/tokens", json={"name": "stolen"}, headers=headers)
            assert (response.status_code, response.json()["code"]) == (403, "forbidden"), headers
        for headers in FROM_OUR_PAGES:
            response = await client.post("/api/v1/tokens", json={"name": "own"}, headers=headers)
            assert response.status_code == 201, headers


async def test_a_token_works_until_it_is_revoked(site: Site) -> None:
    made = (await site.http.post("/api/v1/tokens", json={"name": "nightly"})).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert (await site.http.get("/api/v1/me", headers=bearer)).status_code == 200
    listed = (await site.http.get("/api/v1/tokens")).json()["items"]
    assert made["token_id"] in {entry["token_id"] for entry in listed}
    assert made["token"] not in str(listed)
    assert (await site.http.delete(f"/api/v1/tokens/{made['token_id']}")).status_code == 204
    assert (await site.http.get("/api/v1/me", headers=bearer)).status_code == 401


async def test_a_token_that_expires_in_the_past_is_refused(site: Site) -> None:
    response = await site.http.post("/api/v1/tokens", json={"name": "old", "expires_at": "2001-01-01T00:00:00Z"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


async def test_my_tenants_are_those_i_am_a_member_of(site: Site) -> None:
    for address in ("/api/v1/me/tenants", "/api/v1/engagements"):
        (entry,) = (await site.http.get(address)).json()["items"]
        assert entry["engagement_id"] == str(site.tenant.engagement_id)
        assert entry["roles"] == ["admin"]


async def test_only_a_platform_admin_makes_a_client(site: Site) -> None:
    response = await site.http.post("/api/v1/client-accounts", json={"name": "Mine"})
    assert (response.status_code, response.json()["needed_permission"]) == (403, "manage_platform")


async def test_only_an_admin_of_the_client_makes_an_engagement(
    sign_in: Callable[[Tenant, Role], Awaitable[Site]], tenant: Tenant, site: Site
) -> None:
    body = {"client_account_id": str(tenant.client_account_id), "name": "Second"}
    assert (await site.http.post("/api/v1/engagements", json=body)).status_code == 403
    boss = await sign_in(tenant, Role.CLIENT_ADMIN)
    made = await boss.http.post("/api/v1/engagements", json=body)
    assert made.status_code == 201
    assert made.json()["client_account_id"] == str(tenant.client_account_id)
    names = {entry["engagement_name"] for entry in (await boss.http.get("/api/v1/engagements")).json()["items"]}
    assert "Second" in names
