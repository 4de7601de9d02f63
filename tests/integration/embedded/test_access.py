from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi
import psutil
import psycopg
import pytest
import sqlalchemy
from people import Person, postgres_processes

from muster.runtime.embedded import EmbeddedPostgres, EmbeddedPostgresError


def _scalar(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
        assert row
        return row[0]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_addresses_serve_psycopg_sqlalchemy_and_adbc(served: dict[str, Any]) -> None:
    url = served["application"]

    assert _scalar(url, "SELECT current_user::text") == "muster_app"
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT current_user::text")) == "muster_app"
    engine.dispose()
    with adbc_driver_postgresql.dbapi.connect(url) as adbc, adbc.cursor() as cursor:
        cursor.execute("SELECT current_user::text")
        assert cursor.fetchone() == ("muster_app",)


def test_the_owner_makes_schemas_and_the_application_does_not(served: dict[str, Any]) -> None:
    urls = served

    with psycopg.connect(urls["owner"]) as connection:
        connection.execute("CREATE SCHEMA migration")
        connection.rollback()
    with (
        psycopg.connect(urls["application"]) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE SCHEMA other")


def test_the_application_may_use_temporary_tables(served: dict[str, Any]) -> None:
    with psycopg.connect(served["application"]) as connection:
        connection.execute("CREATE TEMPORARY TABLE stage (value int)")


def test_neither_role_has_power_over_the_server(served: dict[str, Any]) -> None:
    urls = served
    powers = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"

    for name in ("application", "owner"):
        assert _scalar(urls[name], f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") is False


def test_nobody_gets_in_without_a_password(served: dict[str, Any]) -> None:
    urls = served

    for role in ("muster_app", "muster_owner", "muster_supervisor"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host=urls["socket"], dbname="muster", user=role, password="guess")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host=urls["socket"], dbname="muster", user=role)


def test_the_server_listens_on_no_address(served: dict[str, Any]) -> None:
    base = Path(served["base"])

    families = {
        connection.family.name
        for pid in postgres_processes(base)
        for connection in psutil.Process(pid).net_connections(kind="inet")
    }
    assert families == set()


def test_folders_and_secrets_are_private_and_no_parent_is_opened(person: Person) -> None:
    person.folder.chmod(0o700)

    answer = person.holder().ask("acquire")

    base = Path(answer["base"])
    assert _mode(person.folder) == 0o700
    assert _mode(base / "credentials.json") == 0o600
    assert (base / "credentials.json").stat().st_uid == person.uid
    assert {_mode(base / name) for name in ("data", "log")} == {0o700}
    assert _mode(Path(answer["socket"])) == 0o700
    assert (base / "data").stat().st_uid != 0


def test_durability_is_on(served: dict[str, Any]) -> None:
    url = served["application"]

    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "autovacuum"):
        assert _scalar(url, f"SELECT current_setting('{setting}')") == "on", setting


def test_failing_statements_and_their_values_are_not_logged(served: dict[str, Any]) -> None:
    answer = served

    with psycopg.connect(answer["application"]) as connection, pytest.raises(psycopg.Error):
        connection.execute("SELECT 'secret cell value'::text, 1 / 0")

    logs = "".join(path.read_text(encoding="utf-8") for path in (Path(answer["base"]) / "log").iterdir())
    assert "division by zero" in logs
    assert "secret cell value" not in logs


@pytest.mark.parametrize("name", ["x" * 120, "with space, 'quotes', \"more\" and $(touch me)", "größe-Ω"])
def test_a_home_of_any_length_and_spelling_works(person: Person, name: str) -> None:
    home = person.folder / name
    answer = person.holder(home).ask("acquire")

    assert len(os.fsencode(f"{answer['socket']}/.s.PGSQL.5432")) <= 107
    assert _scalar(answer["application"], "SELECT 1") == 1


def test_more_databases_can_be_made_copied_and_dropped(tmp_path: Path, state_root: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", state_root)
    with server:
        with psycopg.connect(server.create_database("first").owner) as connection:
            connection.execute("CREATE TABLE public.kept (value int)")
        copy = server.create_database("second", template="first")
        assert _scalar(copy.owner, "SELECT count(*) FROM public.kept") == 0
        server.drop_database("second")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(copy.owner)
        with pytest.raises(EmbeddedPostgresError):
            server.create_database("third; DROP DATABASE muster")
