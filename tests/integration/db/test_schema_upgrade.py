"""Migrations: the same tables as the metadata, once, by however many processes."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from muster.db import migrations, schema
from muster.db.failures import UnfitDatabaseError
from muster.db.migrations import overlay
from muster.db.tables import SCHEMA, Base
from muster.domain.errors import DatabaseUnavailableError
from support.postgres import APP_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.runtime.embedded import DatabaseUrls
    from support.postgres import TestServer


@pytest.fixture
def empty(postgres: TestServer, worker_id: str) -> Iterator[DatabaseUrls]:
    name = f"empty_{worker_id}"
    yield postgres.empty_database(name)
    postgres.drop_database(name)


def test_the_migrated_database_has_just_the_tables_of_the_metadata(owner_url: str) -> None:
    engine = create_engine(owner_url.replace("postgresql://", "postgresql+psycopg://"))
    options = {
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
        "version_table_schema": SCHEMA,
        "compare_server_default": True,
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_head_that_the_program_names_is_the_newest_revision() -> None:
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_heads() == [migrations.HEAD]


def test_an_empty_database_is_brought_to_the_newest_revision(empty: DatabaseUrls) -> None:
    assert schema.status(empty.owner) == schema.SchemaStatus(None)
    assert not schema.upgrade(empty.owner, APP_ROLE).is_current
    assert schema.status(empty.owner).is_current


def test_an_upgrade_that_finds_nothing_to_do_changes_nothing(owner_url: str) -> None:
    before = _catalog_state(owner_url)
    assert schema.upgrade(owner_url, APP_ROLE).is_current
    assert _catalog_state(owner_url) == before


def test_two_upgrades_at_the_same_time_do_it_once(empty: DatabaseUrls) -> None:
    found: list[schema.SchemaStatus] = []
    threads = [threading.Thread(target=lambda: found.append(schema.upgrade(empty.owner, APP_ROLE))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status.is_current for status in found) == [False, True]


def test_a_migration_that_fails_leaves_nothing(empty: DatabaseUrls) -> None:
    with psycopg.connect(empty.owner) as connection:
        connection.execute("CREATE SCHEMA work")  # stands in the way of the last step
    with pytest.raises(psycopg.errors.DuplicateSchema):
        schema.upgrade(empty.owner, APP_ROLE)
    assert schema.status(empty.owner) == schema.SchemaStatus(None)


def test_a_role_without_rights_gets_them_from_an_upgrade(empty: DatabaseUrls) -> None:
    schema.upgrade(empty.owner, APP_ROLE)
    with psycopg.connect(empty.owner) as connection:
        connection.execute(f"REVOKE ALL ON SCHEMA migration FROM {APP_ROLE}")
    schema.upgrade(empty.owner, APP_ROLE)
    with psycopg.connect(empty.application) as connection:
        assert connection.execute("SELECT version_num FROM migration.alembic_version").fetchone() == (migrations.HEAD,)


@pytest.mark.parametrize(("role", "says"), [("nobody_here", "does not exist"), ("muster_owner", "owns the tables")])
def test_a_role_that_can_not_be_the_applications_is_refused(empty: DatabaseUrls, role: str, says: str) -> None:
    with pytest.raises(UnfitDatabaseError, match=says):
        schema.upgrade(empty.owner, role)


def test_a_database_of_a_newer_program_is_left_alone(empty: DatabaseUrls) -> None:
    schema.upgrade(empty.owner, APP_ROLE)
    with psycopg.connect(empty.owner) as connection:
        connection.execute("UPDATE migration.alembic_version SET version_num = '9999'")
    with pytest.raises(UnfitDatabaseError, match="newer muster"):
        schema.upgrade(empty.owner, APP_ROLE)


def test_a_server_that_does_not_answer_is_a_typed_error() -> None:
    with pytest.raises(DatabaseUnavailableError):
        schema.status("postgresql://somebody@127.0.0.1:1/nothing")


def test_a_table_that_fits_no_rule_stops_the_migration(empty: DatabaseUrls) -> None:
    engine = create_engine(empty.owner.replace("postgresql://", "postgresql+psycopg://"))
    schema.upgrade(empty.owner, APP_ROLE)
    with engine.begin() as connection:
        overlay.take_off(connection)
        overlay.run_script(connection, "CREATE TABLE migration.forgotten (id uuid PRIMARY KEY)")
        with pytest.raises(overlay.UnprotectedTableError, match="forgotten"):
            overlay.lay(connection, APP_ROLE)
        connection.rollback()
    engine.dispose()


def _catalog_state(owner_url: str) -> list[tuple[str, ...]]:
    with psycopg.connect(owner_url) as connection:
        return connection.execute(
            "SELECT oid::text, relname, coalesce(relacl::text, '') FROM pg_class"
            " WHERE relnamespace = 'migration'::regnamespace ORDER BY oid"
        ).fetchall()
