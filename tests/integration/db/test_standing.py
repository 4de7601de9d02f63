"""The program refuses to start with a role, a schema or a server that is not fit for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from muster.db.failures import UnfitDatabaseError, check_server
from muster.db.session import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.postgres import TestServer


@pytest.fixture(scope="module")
def name(postgres: TestServer, worker_id: str) -> Iterator[str]:
    made = f"standing_{worker_id}"
    postgres.new_database(made)
    yield made
    postgres.drop_database(made)


@pytest.fixture
def role(postgres: TestServer, name: str, worker_id: str) -> Iterator[str]:
    """A role with all that the application has, to be spoilt by a test."""
    made = f"spoilt_{worker_id}"
    with psycopg.connect(postgres.supervisor_url(name), autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {made}")
        connection.execute(f"CREATE ROLE {made} NOSUPERUSER")
        connection.execute(f"GRANT USAGE ON SCHEMA migration TO {made}")
        connection.execute(f"GRANT SELECT ON migration.alembic_version TO {made}")
        connection.execute(f"GRANT TEMPORARY ON DATABASE {name} TO {made}")
        yield made
        connection.execute(f"DROP OWNED BY {made} CASCADE")
        connection.execute(f"DROP ROLE {made}")


async def _verify_as(postgres: TestServer, name: str, role: str) -> None:
    database = Database(f"{postgres.supervisor_url(name)}&options=-c%20role%3D{role}", pool_size=1)
    try:
        await database.verify()
    finally:
        await database.close()


def _run(postgres: TestServer, name: str, statement: str) -> None:
    with psycopg.connect(postgres.supervisor_url(name), autocommit=True) as connection:
        connection.execute(statement)


async def test_the_applications_role_is_taken(database: Database) -> None:
    await database.verify()


async def test_any_role_with_the_same_rights_is_taken(postgres: TestServer, name: str, role: str) -> None:
    await _verify_as(postgres, name, role)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("ALTER ROLE {role} SUPERUSER", "is a superuser"),
        ("ALTER ROLE {role} BYPASSRLS", "has BYPASSRLS"),
        ("GRANT muster_owner TO {role}", "owns the schema"),
        ("CREATE TABLE migration.theirs (); ALTER TABLE migration.theirs OWNER TO {role}", "owns the schema"),
        ("REVOKE ALL ON SCHEMA migration FROM {role}", "has no right on the schema"),
        ("REVOKE ALL ON migration.alembic_version FROM {role}", "has no right on the schema"),
        ("REVOKE TEMPORARY ON DATABASE {name} FROM {role}", "may not make temporary tables"),
    ],
)
async def test_an_unfit_role_is_refused(postgres: TestServer, name: str, role: str, spoil: str, says: str) -> None:
    _run(postgres, name, spoil.format(role=role, name=name))
    with pytest.raises(UnfitDatabaseError, match=says):
        await _verify_as(postgres, name, role)


async def test_a_member_of_a_role_that_bypasses_is_refused(postgres: TestServer, name: str, role: str) -> None:
    _run(postgres, name, f"CREATE ROLE {role}_bypass BYPASSRLS; GRANT {role}_bypass TO {role}")
    try:
        with pytest.raises(UnfitDatabaseError, match="has BYPASSRLS"):
            await _verify_as(postgres, name, role)
    finally:
        _run(postgres, name, f"DROP ROLE {role}_bypass")


async def test_the_owner_is_refused(owner_url: str) -> None:
    database = Database(owner_url, pool_size=1)
    with pytest.raises(UnfitDatabaseError, match="owns the schema"):
        await database.verify()
    await database.close()


async def test_a_database_without_tables_is_refused(postgres: TestServer, worker_id: str) -> None:
    name = f"bare_{worker_id}"
    database = Database(postgres.empty_database(name).application, pool_size=1)
    with pytest.raises(UnfitDatabaseError, match="muster db upgrade"):
        await database.verify()
    await database.close()
    postgres.drop_database(name)


async def test_a_database_at_another_revision_is_refused(postgres: TestServer, worker_id: str) -> None:
    name = f"older_{worker_id}"
    urls = postgres.new_database(name)
    with psycopg.connect(urls.owner) as connection:
        connection.execute("UPDATE migration.alembic_version SET version_num = '0000'")
    database = Database(urls.application, pool_size=1)
    with pytest.raises(UnfitDatabaseError, match="at revision 0000"):
        await database.verify()
    await database.close()
    postgres.drop_database(name)


def test_a_server_before_postgresql_15_is_refused() -> None:
    check_server(150_000, "15.0")
    with pytest.raises(UnfitDatabaseError, match=r"14\.9 is too old"):
        check_server(140_009, "14.9")
