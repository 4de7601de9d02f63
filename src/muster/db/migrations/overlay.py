"""What lies over the tables: row-level security, views, functions, rights; taken off before and laid after a migration.

A revision changes tables only. All this is made anew from its sources each time, so that a new table can not be
forgotten: one that fits no rule stops the migration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from muster.db.sql import read_sql

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Both raise without a tenant: the setting is unknown on a fresh connection, and '' after an earlier transaction.
# The bare form raises when a query is planned, be the table empty or not; the form in brackets is worked out once a
# statement instead of once a row (measured per million rows: 0.5 s less to insert, 0.2 s less to scan).
_PLANNED_ENGAGEMENT = "current_setting('muster.engagement_id')::uuid"
_ENGAGEMENT = "(SELECT current_setting('muster.engagement_id')::uuid)"
_PLANNED_CLIENT = "current_setting('muster.client_account_id')::uuid"
_CLIENT = "(SELECT current_setting('muster.client_account_id')::uuid)"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows of a table the tenant of the transaction may see, and which it may write."""

    using: str
    check: str


TENANT_RULE = Rule(
    using=f"engagement_id = {_PLANNED_ENGAGEMENT} AND client_account_id = {_CLIENT}",
    check=f"engagement_id = {_ENGAGEMENT} AND client_account_id = {_CLIENT}",
)

_CLIENTS = f"client_account_id = {_PLANNED_CLIENT} AND (engagement_id IS NULL OR engagement_id = {_ENGAGEMENT})"
CLIENT_RULE = Rule(using=_CLIENTS, check=_CLIENTS)
"""Rows of the engagement, and (engagement_id null) of its whole client."""

_NOBODY = Rule(using="false", check="false")

OTHER_RULES = {
    "client_accounts": Rule(using="id = current_setting('muster.client_account_id')::uuid", check="false"),
    "engagements": Rule(
        using=f"id = {_PLANNED_ENGAGEMENT} AND client_account_id = {_CLIENT}",
        check=f"id = {_ENGAGEMENT} AND client_account_id = {_CLIENT}",
    ),
    "memberships": Rule(
        using="client_account_id = current_setting('muster.client_account_id')::uuid"
        f" AND (engagement_id IS NULL OR engagement_id = {_PLANNED_ENGAGEMENT})",
        check="false",
    ),
    "mapping_layouts": CLIENT_RULE,
    "mapping_memory": CLIENT_RULE,
    "users": _NOBODY,
    "api_tokens": _NOBODY,
    "sign_in_links": _NOBODY,
}
"""Tables that are not one engagement's. Those of nobody are reached through security_definer.sql only."""

RIGHTS = {
    "alembic_version": "SELECT",
    "client_accounts": "SELECT",
    "engagements": "SELECT, UPDATE (inventory_version, fold_version, policy_version, source_ranks)",
    "memberships": "SELECT",
    "users": "",
    "api_tokens": "",
    "sign_in_links": "",
    "access_audit_logs": "SELECT, INSERT",
    "inventory_changes": "SELECT, INSERT",
}
"""What the application may do where it is less than reading and writing rows."""

_FULL = "SELECT, INSERT, UPDATE, DELETE"
_QUEUE = "work"

_TABLES = text("""
SELECT c.relname AS name,
    EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'engagement_id' AND attnotnull
    ) AND EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'client_account_id' AND attnotnull
    ) AS is_tenant
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'migration' AND c.relkind IN ('r', 'p') AND c.relname <> 'alembic_version'
ORDER BY c.relname
""")
_OUR_FUNCTIONS = text("""
SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = 'migration' ORDER BY 1
""")
_OUR_VIEWS = text("""
SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'migration' AND c.relkind = 'v' ORDER BY c.oid DESC
""")
"""The newest first: a view may read an older one."""


_COMPRESSED = text("""
SELECT a.attrelid::regclass::text, quote_ident(a.attname)
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'migration' AND c.relkind = 'r' AND a.atttypid = 'bytea'::regtype AND a.attstorage <> 'e'
ORDER BY 1, a.attnum
""")
"""Binary columns are kept as they are: hashes and ids grow no smaller, and of a block of ids sixteen bytes are read
without the rest. Trying to compress them took two thirds of writing them."""


class UnprotectedTableError(Exception):
    """A table of the schema fits no rule of row-level security. Raised by the migration that makes it."""


def take_off(connection: Connection) -> None:
    """Drop views and functions, which stand in the way of changing the columns they read."""
    for view in connection.scalars(_OUR_VIEWS).all():
        run_script(connection, f"DROP VIEW {view}")
    for function in connection.scalars(_OUR_FUNCTIONS).all():
        run_script(connection, f"DROP FUNCTION {function}")


def lay(connection: Connection, app_role: str) -> None:
    """Protect every table, make views and functions, and give `app_role` its rights.

    Raises UnprotectedTableError naming a table without a rule.
    """
    _protect(connection)
    for table, column in connection.execute(_COMPRESSED).all():
        run_script(connection, f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    run_script(connection, read_sql("views"))
    run_script(connection, read_sql("security_definer"))
    grant(connection, app_role)


def _protect(connection: Connection) -> None:
    """One loop for all tables: row-level security forced, a raising policy for everybody, another for the owner."""
    owner = connection.scalar(text("SELECT quote_ident(current_user)"))
    for table in connection.execute(_TABLES).all():
        rule = OTHER_RULES.get(table.name) or (TENANT_RULE if table.is_tenant else None)
        if rule is None:
            raise UnprotectedTableError(
                f"The table {table.name} has no client_account_id and engagement_id, and no rule of its own."
            )
        name = f"migration.{table.name}"
        run_script(
            connection,
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;"
            f"DROP POLICY IF EXISTS tenant ON {name};"
            f"CREATE POLICY tenant ON {name} USING ({rule.using}) WITH CHECK ({rule.check});"
            f"DROP POLICY IF EXISTS owner ON {name};"
            f"CREATE POLICY owner ON {name} TO {owner} USING (true) WITH CHECK (true);",
        )


def grant(connection: Connection, app_role: str) -> None:
    """Give the existing role `app_role` just the rights that the application needs, and nobody else any."""
    role = connection.scalar(text("SELECT quote_ident(:role)"), {"role": app_role})
    script = [
        f"REVOKE ALL ON SCHEMA migration, {_QUEUE} FROM PUBLIC, {role}",
        f"GRANT USAGE ON SCHEMA migration, {_QUEUE} TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA migration FROM PUBLIC, {role}",
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA migration FROM PUBLIC, {role}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA migration TO {role}",
        f"GRANT {_FULL} ON ALL TABLES IN SCHEMA {_QUEUE} TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {_QUEUE} TO {role}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {_QUEUE} TO {role}",
        f"GRANT SELECT ON migration.alembic_version TO {role}",
    ]
    for table in connection.execute(_TABLES).all():
        rights = RIGHTS.get(table.name, _FULL)
        if rights:
            script.append(f"GRANT {rights} ON migration.{table.name} TO {role}")
    script += [f"GRANT SELECT ON {view} TO {role}" for view in connection.scalars(_OUR_VIEWS).all()]
    run_script(connection, ";".join(script))


def run_script(connection: Connection, script: str) -> None:
    """Run statements as they stand, without looking for parameters: `%` means nothing here."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(script)
    finally:
        cursor.close()
