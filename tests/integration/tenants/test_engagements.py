"""Who may enter and make which engagement."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
import pytest

from muster.domain.errors import ForbiddenError, InvalidRequestError, NotFoundError
from muster.domain.ids import ClientAccountId, EngagementId
from muster.domain.tenant import Permission, Role
from muster.kit.ids import uuid7
from muster.services.tenants import (
    ThingKind,
    context_for,
    create_client,
    create_engagement,
    my_clients,
    my_tenants,
    set_member,
    tenant_of,
)
from muster.services.tokens import Caller

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.ids import UserId
    from muster.domain.tenant import RequestContext, Tenant
    from muster.services.context import Services
    from support.tenants import Tenants


def _caller(user_id: UserId) -> Caller:
    return Caller(user_id, "somebody@example.org", "Somebody", is_platform_admin=False)


async def _enter(services: Services, user_id: UserId, tenant: Tenant) -> RequestContext:
    return await context_for(
        services,
        _caller(user_id),
        client_account_id=tenant.client_account_id,
        engagement_id=tenant.engagement_id,
        request_id="r1",
    )


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.ADMIN, Role.CLIENT_ADMIN])
async def test_a_member_enters_with_the_role_held(
    services: Services, tenants: Tenants, tenant: Tenant, role: Role
) -> None:
    user = tenants.new_member(tenant, role)
    context = await _enter(services, user, tenant)
    assert (context.tenant, context.user_id, context.roles, context.request_id) == (tenant, user, {role}, "r1")


async def test_a_platform_admin_enters_anywhere(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    context = await _enter(services, tenants.new_user(is_platform_admin=True), tenant)
    assert context.roles == {Role.PLATFORM_ADMIN}
    assert context.may(Permission.MANAGE_PLATFORM)


async def test_a_client_admin_enters_every_engagement_of_the_client_and_no_other(
    services: Services, tenants: Tenants, tenant: Tenant, other_tenant: Tenant
) -> None:
    user = tenants.new_member(tenant, Role.CLIENT_ADMIN)
    sibling = tenants.new(tenant.client_account_id)
    assert (await _enter(services, user, sibling)).roles == {Role.CLIENT_ADMIN}
    with pytest.raises(ForbiddenError):
        await _enter(services, user, other_tenant)


async def test_a_member_of_one_engagement_does_not_enter_its_sibling(
    services: Services, tenants: Tenants, tenant: Tenant
) -> None:
    with pytest.raises(ForbiddenError):
        await _enter(services, tenants.new_member(tenant, Role.ADMIN), tenants.new(tenant.client_account_id))


async def test_a_disabled_user_enters_nowhere(
    services: Services, tenants: Tenants, tenant: Tenant, owner_url: str
) -> None:
    user = tenants.new_member(tenant, Role.ADMIN)
    with psycopg.connect(owner_url) as connection:
        connection.execute("UPDATE migration.users SET disabled_at = now() WHERE id = %s", (user,))
    with pytest.raises(ForbiddenError):
        await _enter(services, user, tenant)
    assert await my_tenants(services, _caller(user)) == []
    assert await my_clients(services, _caller(user)) == []


async def test_an_engagement_under_the_wrong_client_is_entered_by_nobody(
    services: Services, tenants: Tenants, tenant: Tenant, other_tenant: Tenant
) -> None:
    crossed = type(tenant)(other_tenant.client_account_id, tenant.engagement_id)
    with pytest.raises(ForbiddenError):
        await _enter(services, tenants.new_user(is_platform_admin=True), crossed)


async def test_what_does_not_exist_reads_like_what_is_not_ones_own(services: Services, tenants: Tenants) -> None:
    nowhere = type(tenants.new())(ClientAccountId(uuid7()), EngagementId(uuid7()))
    user = tenants.new_user()
    with pytest.raises(ForbiddenError) as missing:
        await _enter(services, user, nowhere)
    with pytest.raises(ForbiddenError) as foreign:
        await _enter(services, user, tenants.new())
    assert missing.value.message == foreign.value.message


async def test_a_user_sees_only_own_engagements(
    services: Services, tenants: Tenants, tenant: Tenant, other_tenant: Tenant
) -> None:
    user = tenants.new_member(tenant, Role.EDITOR)
    seen = await my_tenants(services, _caller(user))
    assert [(entry.tenant, entry.roles) for entry in seen] == [(tenant, {Role.EDITOR})]
    assert [entry.client_account_id for entry in await my_clients(services, _caller(user))] == [
        tenant.client_account_id
    ]
    admin = _caller(tenants.new_user(is_platform_admin=True))
    assert {tenant, other_tenant} <= {entry.tenant for entry in await my_tenants(services, admin)}


async def test_two_roles_in_one_engagement_are_one_entry(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    user = tenants.new_member(tenant, Role.VIEWER)
    admin = _caller(tenants.new_user(is_platform_admin=True))
    await set_member(services, admin, tenant, user, Role.CLIENT_ADMIN)
    assert [entry.roles for entry in await my_tenants(services, _caller(user))] == [{Role.VIEWER, Role.CLIENT_ADMIN}]


async def test_a_client_and_an_engagement_of_a_name_are_made_once(services: Services, tenants: Tenants) -> None:
    admin = _caller(tenants.new_user(is_platform_admin=True))
    name = f"Contoso {uuid7()}"
    clients = await asyncio.gather(*(create_client(services, admin, f" {name} ") for _ in range(5)))
    assert len(set(clients)) == 1
    made = await asyncio.gather(*(create_engagement(services, admin, clients[0], "Wave 1") for _ in range(5)))
    assert len(set(made)) == 1
    assert made[0].client_account_id == clients[0]


async def test_a_new_engagement_is_in_the_audit_log(services: Services, tenants: Tenants, owner_url: str) -> None:
    admin = _caller(tenants.new_user(is_platform_admin=True))
    client = await create_client(services, admin, f"Contoso {uuid7()}")
    made = await create_engagement(services, admin, client, "Wave 1")
    await create_engagement(services, admin, client, "Wave 1")
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT user_id, action, subject_id FROM migration.access_audit_logs WHERE engagement_id = %s",
            (made.engagement_id,),
        ).fetchall()
    assert rows == [(admin.user_id, "engagement.created", made.engagement_id)]


async def test_only_a_platform_admin_makes_a_client(services: Services, tenants: Tenants, tenant: Tenant) -> None:
    for user in (tenants.new_user(), tenants.new_member(tenant, Role.CLIENT_ADMIN)):
        with pytest.raises(ForbiddenError):
            await create_client(services, _caller(user), f"Mine {uuid7()}")


async def test_an_admin_of_the_client_makes_an_engagement_there_and_nowhere_else(
    services: Services, tenants: Tenants, tenant: Tenant, other_tenant: Tenant
) -> None:
    admin = _caller(tenants.new_member(tenant, Role.CLIENT_ADMIN))
    made = await create_engagement(services, admin, tenant.client_account_id, "Wave 2")
    assert (await _enter(services, admin.user_id, made)).roles == {Role.CLIENT_ADMIN}
    with pytest.raises(ForbiddenError):
        await create_engagement(services, admin, other_tenant.client_account_id, "Wave 2")
    editor = _caller(tenants.new_member(tenant, Role.ADMIN))
    with pytest.raises(ForbiddenError):
        await create_engagement(services, editor, tenant.client_account_id, "Wave 3")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "two\nlines"])
async def test_a_name_is_printable_and_not_empty(services: Services, tenants: Tenants, name: str) -> None:
    admin = _caller(tenants.new_user(is_platform_admin=True))
    with pytest.raises(InvalidRequestError):
        await create_client(services, admin, name)


async def test_an_admin_of_an_engagement_gives_roles_there_and_no_wider_ones(
    services: Services, tenants: Tenants, tenant: Tenant, other_tenant: Tenant
) -> None:
    admin = _caller(tenants.new_member(tenant, Role.ADMIN))
    user = tenants.new_user()
    await set_member(services, admin, tenant, user, Role.VIEWER)
    await set_member(services, admin, tenant, user, Role.EDITOR)
    assert (await _enter(services, user, tenant)).roles == {Role.EDITOR}
    for where, role in ((tenant, Role.CLIENT_ADMIN), (other_tenant, Role.VIEWER)):
        with pytest.raises(ForbiddenError):
            await set_member(services, admin, where, user, role)
    with pytest.raises(ForbiddenError):
        await set_member(services, _caller(user), tenant, user, Role.ADMIN)
    with pytest.raises(InvalidRequestError):
        await set_member(services, admin, tenant, user, Role.PLATFORM_ADMIN)


async def test_the_engagement_of_an_import_a_flow_and_an_asset_is_found_by_id(
    services: Services, tenant: Tenant, owner_url: str
) -> None:
    data_import, flow, asset = uuid7(), uuid7(), uuid7()
    ids = (tenant.engagement_id, tenant.client_account_id)
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "INSERT INTO migration.data_imports (engagement_id, client_account_id, id, import_name, import_type,"
            " stated_category, filename, file_size, sha256, blob_key, status, observed_at, observed_at_origin)"
            " VALUES (%s, %s, %s, '', '', '', '', 1, '', '', 'completed', now(), '')",
            (*ids, data_import),
        )
        connection.execute(
            "INSERT INTO migration.crewai_flow_state_extensions (engagement_id, client_account_id, flow_id, flow_type,"
            " flow_name, flow_status, phase) VALUES (%s, %s, %s, '', '', '', '')",
            (*ids, flow),
        )
        connection.execute(
            "INSERT INTO migration.assets (engagement_id, client_account_id, id) VALUES (%s, %s, %s)", (*ids, asset)
        )
    absorbed = _birth_id(data_import, 5)
    for kind, thing in (
        (ThingKind.IMPORT, data_import),
        (ThingKind.FLOW, flow),
        (ThingKind.ASSET, asset),
        (ThingKind.ASSET, absorbed),
    ):
        assert await tenant_of(services, kind, thing) == tenant
    for kind in ThingKind:
        with pytest.raises(NotFoundError):
            await tenant_of(services, kind, uuid7())
    with pytest.raises(NotFoundError):
        await tenant_of(services, ThingKind.FLOW, data_import)


def _birth_id(data_import: UUID, ordinal: int) -> UUID:
    return type(data_import)(int=data_import.int >> 40 << 40 | ordinal)
