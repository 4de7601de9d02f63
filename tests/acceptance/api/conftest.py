from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from muster.api.app import create_app
from muster.domain.tenant import Role
from muster.services.tokens import create_token
from support.site import ADDRESS, Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from fastapi import FastAPI

    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from support.tenants import Tenants


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services, version="1.0")


@pytest.fixture
async def sign_in(
    app: FastAPI, services: Services, tenants: Tenants
) -> AsyncIterator[Callable[[Tenant, Role], Awaitable[Site]]]:
    """Makes a site for a tenant, signed in as a new member with the role."""
    opened: list[httpx.AsyncClient] = []

    async def make(tenant: Tenant, role: Role = Role.ADMIN) -> Site:
        token = await create_token(services, tenants.new_member(tenant, role), "test")
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url=ADDRESS,
            headers={
                "Authorization": f"Bearer {token.token}",
                "X-Client-Account-ID": str(tenant.client_account_id),
                "X-Engagement-ID": str(tenant.engagement_id),
            },
        )
        opened.append(http)
        return Site(tenant, http, services)

    yield make
    for http in opened:
        await http.aclose()


@pytest.fixture
async def site(sign_in: Callable[[Tenant, Role], Awaitable[Site]], tenant: Tenant) -> Site:
    return await sign_in(tenant, Role.ADMIN)


@pytest.fixture
async def other_site(sign_in: Callable[[Tenant, Role], Awaitable[Site]], other_tenant: Tenant) -> Site:
    return await sign_in(other_tenant, Role.ADMIN)
