"""The SECURITY DEFINER functions as the catalog shows them: owned, pinned, and for the application alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors

from muster.db.sql import read_sql
from muster.domain.tenant import Role
from support.postgres import APP_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.domain.tenant import Tenant
    from support.tenants import Tenants


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def app(app_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(app_url, autocommit=True) as connection:
        yield connection


def _declared() -> set[str]:
    return set(re.findall(r"^CREATE FUNCTION migration\.(\w+)", read_sql("security_definer"), re.MULTILINE))


def test_every_function_of_the_schema_stands_in_the_one_file(owner: psycopg.Connection) -> None:
    found = owner.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'migration'::regnamespace")
    assert {row[0] for row in found} == _declared()


def test_no_function_elsewhere_runs_as_its_owner(owner: psycopg.Connection) -> None:
    found = owner.execute("SELECT DISTINCT pronamespace::regnamespace::text FROM pg_proc WHERE prosecdef")
    assert [row[0] for row in found] == ["migration"]


def test_every_function_is_owned_pinned_and_for_the_application_alone(owner: psycopg.Connection) -> None:
    found = owner.execute(
        "SELECT proname, prosecdef, pg_get_userbyid(proowner), proconfig,"
        " ARRAY(SELECT DISTINCT pg_get_userbyid(grantee)::text FROM aclexplode(proacl) ORDER BY 1)"
        " FROM pg_proc WHERE pronamespace = 'migration'::regnamespace"
    ).fetchall()
    for name, is_definer, owned_by, settings, grantees in found:
        assert is_definer, name
        assert owned_by == "muster_owner", name
        assert settings == ["search_path=pg_catalog, migration, pg_temp"], name
        assert grantees == [APP_ROLE, "muster_owner"], name


def test_a_table_of_the_callers_own_does_not_deceive_a_function(app: psycopg.Connection) -> None:
    app.execute("CREATE TEMPORARY TABLE users (id uuid, is_platform_admin boolean, disabled_at timestamptz)")
    app.execute("INSERT INTO users VALUES ('00000000-0000-7000-8000-000000000001', true, NULL)")
    app.execute("SET search_path = pg_temp, migration")
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(
            "SELECT migration.ensure_client('00000000-0000-7000-8000-000000000001', gen_random_uuid(), 'deceived')"
        )


def test_a_role_for_a_whole_client_and_one_in_an_engagement_are_not_mixed_up(
    app: psycopg.Connection, owner: psycopg.Connection
) -> None:
    owner.execute(
        "INSERT INTO migration.users (id, email, display_name, is_platform_admin)"
        " VALUES ('00000000-0000-7000-8000-000000000002', 'mixed@example.org', '', true) ON CONFLICT DO NOTHING"
    )
    admin = "'00000000-0000-7000-8000-000000000002'::uuid"
    for engagement, role in (("NULL", "viewer"), ("gen_random_uuid()", "client_admin")):
        with pytest.raises(errors.InvalidParameterValue):
            app.execute(
                f"SELECT migration.set_member({admin}, gen_random_uuid(), gen_random_uuid(), {engagement}, {admin},"
                f" '{role}')"
            )


def test_people_are_named_only_to_clients_that_they_have_to_do_with(
    app: psycopg.Connection, tenants: Tenants, tenant: Tenant, other_tenant: Tenant
) -> None:
    mine, theirs = tenants.new_member(tenant, Role.EDITOR), tenants.new_member(other_tenant, Role.CLIENT_ADMIN)
    nobodys, admin = tenants.new_user(), tenants.new_user(is_platform_admin=True)
    for client, seen in ((tenant, {mine, admin}), (other_tenant, {theirs, admin})):
        with app.transaction():
            app.execute("SELECT set_config('muster.client_account_id', %s, true)", (str(client.client_account_id),))
            found = app.execute(
                "SELECT user_id FROM migration.names_of(%s)", ([mine, theirs, nobodys, admin],)
            ).fetchall()
        assert {user for (user,) in found} == seen
    with pytest.raises((errors.UndefinedObject, errors.InvalidTextRepresentation)):
        app.execute("SELECT * FROM migration.names_of(%s)", ([mine],))
