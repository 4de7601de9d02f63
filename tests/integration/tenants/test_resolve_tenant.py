"""Which engagement a command means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from muster.db.session import Database
from muster.domain.errors import ForbiddenError, InvalidRequestError, NotFoundError
from muster.domain.tenant import Role
from muster.kit.ids import uuid7
from muster.services.local_user import local_user
from muster.services.resolve_tenant import resolve_tenant
from muster.services.tenants import create_client, create_engagement, my_tenants, set_member
from muster.services.tokens import Caller

if TYPE_CHECKING:
    from muster.domain.ids import UserId
    from muster.domain.tenant import Tenant
    from muster.services.context import Services
    from support.postgres import TestServer
    from support.tenants import Tenants


def _caller(user_id: UserId) -> Caller:
    return Caller(user_id, "somebody@example.org", "Somebody", is_platform_admin=False)


async def _names(services: Services, caller: Caller, tenant: Tenant) -> tuple[str, str]:
    entry = next(entry for entry in await my_tenants(services, caller) if entry.tenant == tenant)
    return entry.client_name, entry.engagement_name


async def test_names_and_ids_mean_the_same(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    caller = _caller(tenants.new_user(is_platform_admin=True))
    client, engagement = await _names(services, caller, tenant)
    for words in (
        {"client": client, "engagement": engagement},
        {"client": str(tenant.client_account_id), "engagement": str(tenant.engagement_id).upper()},
        {"engagement": engagement},
        {"engagement": str(tenant.engagement_id)},
        {"client": client},
    ):
        assert await resolve_tenant(services, caller, **words) == tenant


async def test_the_only_engagement_needs_no_name(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    caller = _caller(tenants.new_member(tenant, Role.EDITOR))
    assert await resolve_tenant(services, caller) == tenant


async def test_of_several_the_one_used_last_is_meant(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    caller = _caller(tenants.new_member(tenant, Role.CLIENT_ADMIN))
    sibling = tenants.new(tenant.client_account_id)
    assert await resolve_tenant(services, caller, last_used=sibling) == sibling
    with pytest.raises(InvalidRequestError, match="Say which engagement"):
        await resolve_tenant(services, caller)
    with pytest.raises(InvalidRequestError, match="Say which engagement"):
        await resolve_tenant(services, caller, last_used=tenants.new())


async def test_a_name_that_fits_nothing_is_not_found(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    caller = _caller(tenants.new_member(tenant, Role.EDITOR))
    with pytest.raises(NotFoundError, match="There is no engagement 'Wave 9'"):
        await resolve_tenant(services, caller, engagement="Wave 9")


async def test_new_names_are_made_when_asked(services: Services, tenants: Tenants) -> None:
    caller = _caller(tenants.new_user(is_platform_admin=True))
    client = f"Fabrikam {uuid7()}"
    made = await resolve_tenant(services, caller, client=client, engagement="Wave 1", create=True)
    assert await _names(services, caller, made) == (client, "Wave 1")
    assert await resolve_tenant(services, caller, client=client, create=True) == made
    second = await resolve_tenant(services, caller, client=client, engagement="Wave 2", create=True)
    assert second.client_account_id == made.client_account_id


async def test_an_id_that_fits_nothing_is_never_taken_for_a_new_name(services: Services, tenants: Tenants) -> None:
    caller = _caller(tenants.new_user(is_platform_admin=True))
    with pytest.raises(NotFoundError):
        await resolve_tenant(services, caller, engagement=str(uuid7()), create=True)


async def test_a_new_engagement_goes_to_the_only_client(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    caller = _caller(tenants.new_member(tenant, Role.CLIENT_ADMIN))
    made = await resolve_tenant(services, caller, engagement="Wave 2", create=True)
    assert made.client_account_id == tenant.client_account_id


async def test_a_new_engagement_goes_to_the_client_used_last(services: Services, tenants: Tenants) -> None:
    first, second = tenants.new(), tenants.new()
    user = tenants.new_member(first, Role.CLIENT_ADMIN)
    admin = _caller(tenants.new_user(is_platform_admin=True))
    await set_member(services, admin, second, user, Role.CLIENT_ADMIN)
    made = await resolve_tenant(services, _caller(user), engagement="Wave 2", last_used=second, create=True)
    assert made.client_account_id == second.client_account_id
    with pytest.raises(InvalidRequestError, match="for which client"):
        await resolve_tenant(services, _caller(user), engagement="Wave 3", create=True)


async def test_a_client_without_an_engagement_gets_a_first_one(services: Services, tenants: Tenants) -> None:
    caller = _caller(tenants.new_user(is_platform_admin=True))
    name = f"Fabrikam {uuid7()}"
    client = await create_client(services, caller, name)
    made = await resolve_tenant(services, caller, client=name, create=True)
    assert await _names(services, caller, made) == (name, "local")
    assert made == await create_engagement(services, caller, client, "local")


async def test_where_nothing_is_the_first_one_is_named_local(
    services: Services, postgres: TestServer, worker_id: str
) -> None:
    name = f"first_{worker_id}"
    alone = Database(postgres.new_database(name).application, pool_size=2)
    fresh = replace(services, database=alone)
    caller = await local_user(fresh)
    with pytest.raises(NotFoundError, match="there is none yet"):
        await resolve_tenant(fresh, caller)
    made = await resolve_tenant(fresh, caller, create=True)
    assert await _names(fresh, caller, made) == ("local", "local")
    assert await resolve_tenant(fresh, caller, create=True) == made
    await alone.close()
    postgres.drop_database(name)


async def test_who_may_not_make_one_is_refused(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    caller = _caller(tenants.new_member(tenant, Role.EDITOR))
    with pytest.raises(ForbiddenError):
        await resolve_tenant(services, caller, engagement="Wave 2", create=True)
    with pytest.raises(ForbiddenError):
        await resolve_tenant(services, caller, client=f"Fabrikam {uuid7()}", create=True)
