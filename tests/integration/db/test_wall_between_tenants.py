"""No query without WHERE crosses from one tenant to another: over every tenant table, found from the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import dict_row
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from muster.kit.ids import uuid7
from support.postgres import APP_ROLE
from support.rows import WITHOUT_CONSTRAINT, fill, foreign_keys, insert, new_row, tenant_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.db.session import Database
    from muster.domain.tenant import Tenant
    from support.tenants import Tenants

OUTSIDE = {"users", "api_tokens", "sign_in_links"}
"""Tables that belong to no tenant; the application has no right on them at all."""
BESIDE = {"client_accounts", "engagements"}
"""Tables in which a tenant is one row."""
FOR_CLIENT = {"memberships", "mapping_layouts", "mapping_memory"}
"""Tables whose rows may belong to all engagements of a client (engagement_id null)."""
_TELLS_TENANT = {"engagements": "id", "client_accounts": "id"}
UNKNOWN_TENANT = (errors.UndefinedObject, errors.InvalidTextRepresentation)
"""What a policy raises on a fresh connection, and after an earlier transaction."""


class Filled:
    """Two tenants with a row in every tenant table, and a connection of the application."""

    def __init__(self, owner: psycopg.Connection, app: psycopg.Connection, mine: Tenant, theirs: Tenant) -> None:
        self.owner, self.app, self.mine, self.theirs = owner, app, mine, theirs
        self.my_rows: dict[str, dict[str, Any]] = {}
        self.their_rows: dict[str, dict[str, Any]] = {}

    def enter(self, tenant: Tenant) -> None:
        """Name the tenant for the transaction that is running."""
        self.app.execute(
            "SELECT set_config('muster.client_account_id', %s, true), set_config('muster.engagement_id', %s, true)",
            (str(tenant.client_account_id), str(tenant.engagement_id)),
        )


@pytest.fixture(scope="module")
def filled(owner_url: str, app_url: str, tenants: Tenants) -> Iterator[Filled]:
    with (
        psycopg.connect(owner_url, autocommit=True) as owner,
        psycopg.connect(app_url, autocommit=True) as app,
    ):
        both = Filled(owner, app, tenants.new(), tenants.new())
        both.my_rows = fill(owner, both.mine, tenants.new_user())
        both.their_rows = fill(owner, both.theirs, tenants.new_user())
        ids = [both.mine.engagement_id, both.theirs.engagement_id]
        # so that the views have something to show
        owner.execute("UPDATE migration.data_imports SET rows_attempt = 1 WHERE engagement_id = ANY (%s)", (ids,))
        owner.execute(
            "UPDATE migration.import_processing_steps SET phase = 'validation', input_data = '{\"asked_for\": true}'"
            " WHERE engagement_id = ANY (%s)",
            (ids,),
        )
        yield both


def _readable(filled: Filled) -> list[str]:
    return sorted({*tenant_tables(filled.owner), *BESIDE})


def _views(filled: Filled) -> list[str]:
    found = filled.owner.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'migration'::regnamespace AND relkind = 'v'"
    )
    return sorted(row[0] for row in found)


def _may(filled: Filled, table: str, right: str) -> bool:
    asked = filled.owner.execute("SELECT has_table_privilege(%s, %s, %s)", (APP_ROLE, f"migration.{table}", right))
    return bool(asked.fetchone()[0])


def test_every_table_has_forced_row_level_security_with_a_policy_that_raises(filled: Filled) -> None:
    found = filled.owner.execute(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
        " (SELECT json_object_agg(p.polname, json_build_array(p.polroles = '{0}', p.polpermissive, p.polcmd,"
        "   pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)))"
        "  FROM pg_policy AS p WHERE p.polrelid = c.oid)"
        " FROM pg_class AS c WHERE c.relnamespace = 'migration'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND c.relname <> 'alembic_version' ORDER BY 1"
    ).fetchall()
    assert {name for name, _, _ in found} >= set(_readable(filled)) | OUTSIDE
    for name, is_forced, policies in found:
        assert is_forced, name
        assert set(policies) == {"tenant", "owner"}, name
        for_everybody, is_permissive, command, using, check = policies["tenant"]
        assert (for_everybody, is_permissive, command) == (True, True, "*"), name
        assert policies["owner"] == [False, True, "*", "true", "true"], name
        if name in OUTSIDE:
            assert (using, check) == ("false", "false"), name
            continue
        for setting in {"muster.client_account_id", "muster.engagement_id"} - (
            {"muster.engagement_id"} if name == "client_accounts" else set()
        ):
            assert f"current_setting('{setting}'::text)" in using, name  # with one argument it raises when unset
            assert check == "false" or f"current_setting('{setting}'::text)" in check, name


def test_a_query_without_where_shows_only_rows_of_the_tenant(filled: Filled) -> None:
    for table in _readable(filled):
        with filled.app.transaction():
            filled.enter(filled.mine)
            with filled.app.cursor(row_factory=dict_row) as cursor:
                rows = cursor.execute(sql.SQL("SELECT * FROM migration.{}").format(sql.Identifier(table))).fetchall()
        assert rows, table
        for row in rows:
            assert row.get("client_account_id", row.get("id")) == filled.mine.client_account_id, table
            if "engagement_id" in row:
                assert row["engagement_id"] == filled.mine.engagement_id, table


def test_a_view_shows_only_rows_of_the_tenant(filled: Filled) -> None:
    assert _views(filled) == ["crewai_task_execution", "import_rows", "raw_import_records"]
    for view in _views(filled):
        with filled.app.transaction():
            filled.enter(filled.mine)
            seen = filled.app.execute(
                sql.SQL("SELECT engagement_id, client_account_id FROM migration.{}").format(sql.Identifier(view))
            ).fetchall()
        assert seen == [(filled.mine.engagement_id, filled.mine.client_account_id)], view


def test_counts_and_joins_do_not_cross_either(filled: Filled) -> None:
    for table in _readable(filled):
        with filled.app.transaction():
            filled.enter(filled.mine)
            counted = filled.app.execute(
                sql.SQL("SELECT count(*) FROM migration.{0} AS a CROSS JOIN migration.{0} AS b").format(
                    sql.Identifier(table)
                )
            ).fetchone()
            listed = filled.app.execute(
                sql.SQL("SELECT count(*) FROM migration.{}").format(sql.Identifier(table))
            ).fetchone()
        assert counted == (listed[0] ** 2,), table


def test_without_a_tenant_every_query_raises(filled: Filled, app_url: str) -> None:
    for table in [*_readable(filled), *_views(filled)]:
        with psycopg.connect(app_url, autocommit=True) as fresh, pytest.raises(UNKNOWN_TENANT):
            fresh.execute(sql.SQL("SELECT * FROM migration.{}").format(sql.Identifier(table)))


def test_after_the_transaction_of_a_tenant_every_query_raises(filled: Filled) -> None:
    for table in [*_readable(filled), *_views(filled)]:
        with filled.app.transaction():
            filled.enter(filled.mine)
        with pytest.raises(UNKNOWN_TENANT):
            filled.app.execute(sql.SQL("SELECT * FROM migration.{}").format(sql.Identifier(table)))


def test_an_empty_table_raises_without_a_tenant_too(filled: Filled) -> None:
    with filled.owner.transaction(force_rollback=True):
        filled.owner.execute("CREATE TABLE migration.empty_one (LIKE migration.import_tables)")
        filled.owner.execute("ALTER TABLE migration.empty_one ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        using = filled.owner.execute(
            "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy"
            " WHERE polrelid = 'migration.import_tables'::regclass AND polname = 'tenant'"
        ).fetchone()[0]
        filled.owner.execute(f"CREATE POLICY tenant ON migration.empty_one USING ({using})")
        filled.owner.execute("ANALYZE migration.empty_one")
        with pytest.raises(UNKNOWN_TENANT):
            filled.owner.execute("SELECT * FROM migration.empty_one")


def test_a_change_without_where_touches_only_rows_of_the_tenant(filled: Filled) -> None:
    for table in _readable(filled):
        name = sql.Identifier(table)
        for right, statement in (
            ("UPDATE", sql.SQL("UPDATE migration.{} SET client_account_id = client_account_id").format(name)),
            ("DELETE", sql.SQL("DELETE FROM migration.{}").format(name)),
        ):
            if not _may(filled, table, right):
                continue
            with filled.app.transaction(force_rollback=True):
                filled.enter(filled.mine)
                assert filled.app.execute(statement).rowcount == 1, (table, right)


def test_the_wall_itself_is_reached_by_the_key_and_not_by_reading_everything(filled: Filled) -> None:
    for table in set(tenant_tables(filled.owner)) - FOR_CLIENT:
        with filled.app.transaction():
            filled.enter(filled.mine)
            filled.app.execute("SET LOCAL enable_seqscan = off")  # a row or two are read faster without an index
            plan = filled.app.execute(
                sql.SQL("EXPLAIN (COSTS OFF) SELECT * FROM migration.{}").format(sql.Identifier(table))
            ).fetchall()
        assert any("Index Cond: (engagement_id = (current_setting" in line for (line,) in plan), (table, plan)


def test_a_row_of_another_tenant_can_not_be_inserted(filled: Filled) -> None:
    tried = 0
    for table, columns in tenant_tables(filled.owner).items():
        if not _may(filled, table, "INSERT"):
            continue
        tried += 1
        whole = new_row(columns, filled.theirs)
        crossed = whole | {"client_account_id": filled.mine.client_account_id}
        for row in (whole, crossed, crossed | {"engagement_id": uuid7()}):
            with filled.app.transaction(force_rollback=True):
                filled.enter(filled.mine)
                with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
                    insert(filled.app, table, row)
    assert tried > 10


def test_a_row_can_not_be_moved_to_another_tenant(filled: Filled) -> None:
    tried = 0
    for table in tenant_tables(filled.owner):
        if not _may(filled, table, "UPDATE"):
            continue
        tried += 1
        for column, value in (
            ("engagement_id", filled.theirs.engagement_id),
            ("client_account_id", filled.theirs.client_account_id),
        ):
            statement = sql.SQL("UPDATE migration.{} SET {} = %s").format(sql.Identifier(table), sql.Identifier(column))
            with filled.app.transaction(force_rollback=True):
                filled.enter(filled.mine)
                with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
                    filled.app.execute(statement, (value,))
    assert tried > 10


def test_keys_of_tenant_tables_begin_with_the_engagement(filled: Filled) -> None:
    first = dict(
        filled.owner.execute(
            "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint AS c"
            " JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'p' AND c.connamespace = 'migration'::regnamespace"
        ).fetchall()
    )
    for table in set(tenant_tables(filled.owner)) - FOR_CLIENT:
        assert first[f"migration.{table}"] == "engagement_id", table


def test_foreign_keys_stay_within_the_engagement(filled: Filled) -> None:
    inside = set(tenant_tables(filled.owner)) - FOR_CLIENT
    keys = [key for key in foreign_keys(filled.owner) if key.child in inside]
    assert {key.child for key in keys} >= inside - {"access_audit_logs"} - {key.child for key in WITHOUT_CONSTRAINT}
    for key in keys:
        pairs = dict(zip(key.columns, key.parent_columns, strict=True))
        assert pairs["engagement_id"] == ("id" if key.parent == "engagements" else "engagement_id"), key


def test_a_row_can_not_refer_to_a_row_of_another_engagement(filled: Filled) -> None:
    tables = tenant_tables(filled.owner)
    keys = [key for key in foreign_keys(filled.owner) if key.child in tables and key.parent in tables]
    assert len(keys) > 5
    for key in keys:
        row = new_row(tables[key.child], filled.mine)
        for other in foreign_keys(filled.owner):
            if other.child == key.child:
                row |= {
                    column: filled.my_rows[other.parent][parent]
                    for column, parent in zip(other.columns, other.parent_columns, strict=True)
                }
        row |= {
            column: filled.their_rows[key.parent][parent]
            for column, parent in zip(key.columns, key.parent_columns, strict=True)
            if column not in {"engagement_id", "client_account_id"}
        }
        with filled.app.transaction(force_rollback=True):
            filled.enter(filled.mine)
            with pytest.raises(errors.ForeignKeyViolation):
                insert(filled.app, key.child, row)


def test_what_is_learned_for_a_client_stays_with_the_client(filled: Filled, tenants: Tenants) -> None:
    layouts = tenant_tables(filled.owner)["mapping_layouts"]
    beside = tenants.new(filled.mine.client_account_id)
    with filled.app.transaction(force_rollback=True):
        filled.enter(filled.mine)
        insert(filled.app, "mapping_layouts", new_row(layouts, filled.mine) | {"engagement_id": None})
        for tenant, seen in ((beside, 1), (filled.theirs, 1), (filled.mine, 2)):
            filled.enter(tenant)
            # the engagement beside has none of its own, and sees that of its client; the other client has its own
            count = filled.app.execute("SELECT count(*) FROM migration.mapping_layouts").fetchone()
            assert count == (seen,), tenant
        filled.enter(filled.theirs)
        for statement in (
            "DELETE FROM migration.mapping_layouts",
            "UPDATE migration.mapping_layouts SET filename = 'x'",
        ):
            touched = filled.app.execute(
                f"{statement} WHERE client_account_id <> %s", (filled.theirs.client_account_id,)
            )
            assert touched.rowcount == 0
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            insert(filled.app, "mapping_layouts", new_row(layouts, filled.mine) | {"engagement_id": None})


def test_the_application_has_no_right_on_people_and_their_secrets(filled: Filled) -> None:
    for table in OUTSIDE:
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
            filled.app.execute(sql.SQL("SELECT * FROM migration.{}").format(sql.Identifier(table)))
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            assert not _may(filled, table, right), (table, right)


def test_the_audit_log_can_be_added_to_and_never_changed(filled: Filled) -> None:
    row = new_row(tenant_tables(filled.owner)["access_audit_logs"], filled.mine)
    with filled.app.transaction(force_rollback=True):
        filled.enter(filled.mine)
        insert(filled.app, "access_audit_logs", row)
    for statement in (
        "UPDATE migration.access_audit_logs SET action = ''",
        "DELETE FROM migration.access_audit_logs",
        "TRUNCATE migration.access_audit_logs",
    ):
        with filled.app.transaction(force_rollback=True):
            filled.enter(filled.mine)
            with pytest.raises(errors.InsufficientPrivilege):
                filled.app.execute(statement)


def test_the_application_can_not_empty_a_table_or_make_one(filled: Filled) -> None:
    for table in _readable(filled):
        assert not _may(filled, table, "TRUNCATE"), table
    for statement in ("CREATE TABLE migration.mine (id int)", "CREATE SCHEMA mine", "CREATE TABLE work.mine (id int)"):
        with pytest.raises(errors.InsufficientPrivilege):
            filled.app.execute(statement)


def test_the_application_changes_of_an_engagement_only_its_versions(filled: Filled) -> None:
    with filled.app.transaction(force_rollback=True):
        filled.enter(filled.mine)
        changed = filled.app.execute("UPDATE migration.engagements SET inventory_version = inventory_version + 1")
        assert changed.rowcount == 1
    for statement in (
        "UPDATE migration.engagements SET name = 'mine now'",
        "UPDATE migration.memberships SET role = 'admin'",
        "UPDATE migration.client_accounts SET name = 'mine now'",
    ):
        with filled.app.transaction(force_rollback=True):
            filled.enter(filled.mine)
            with pytest.raises(errors.InsufficientPrivilege):
                filled.app.execute(statement)


def test_others_than_the_application_have_no_right(filled: Filled) -> None:
    grantees = filled.owner.execute(
        "SELECT DISTINCT coalesce(r.rolname, 'PUBLIC') FROM ("
        "  SELECT (aclexplode(relacl)).grantee FROM pg_class WHERE relnamespace = 'migration'::regnamespace"
        "  UNION ALL SELECT (aclexplode(proacl)).grantee FROM pg_proc WHERE pronamespace = 'migration'::regnamespace"
        "  UNION ALL SELECT (aclexplode(nspacl)).grantee FROM pg_namespace WHERE nspname IN ('migration', 'work')"
        ") AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee"
    ).fetchall()
    assert {row[0] for row in grantees} == {"muster_owner", APP_ROLE}


async def test_a_session_sees_its_tenant_and_no_other(filled: Filled, database: Database) -> None:
    for table in _readable(filled):
        query = text(f"SELECT * FROM migration.{table}")
        async with database.begin(filled.mine) as session:
            rows = (await session.execute(query)).mappings().all()
        assert rows, table
        assert {row[_TELLS_TENANT.get(table, "engagement_id")] for row in rows} <= {
            filled.mine.engagement_id,
            filled.mine.client_account_id,
        }, table


async def test_a_session_without_a_tenant_raises(filled: Filled, database: Database) -> None:
    for table in _readable(filled):
        async with database.begin(filled.mine):
            pass  # leaves a connection in the pool that a tenant has used
        with pytest.raises(DBAPIError) as caught:
            async with database.begin_without_tenant() as session:
                await session.execute(text(f"SELECT * FROM migration.{table}"))
        assert isinstance(caught.value.orig, UNKNOWN_TENANT), table
