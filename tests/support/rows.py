"""Makes one row in every tenant table, found from the database catalog, so that no table can be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.rows import dict_row

from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from muster.domain.tenant import Tenant

_COLUMNS = """
SELECT c.relname AS name, a.attname AS column, format_type(a.atttypid, NULL) AS type,
    a.attnotnull AND NOT a.atthasdef AS is_needed
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'migration'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
_FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent,
    ARRAY(
        SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.place
    ) AS columns,
    ARRAY(
        SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY k.place
    ) AS parent_columns
FROM pg_constraint AS c WHERE c.contype = 'f' AND c.connamespace = 'migration'::regnamespace
"""

_VALUES: dict[str, Callable[[], object]] = {
    "uuid": uuid7,
    "text": lambda: "x",
    "jsonb": lambda: "[]",
    "bytea": lambda: b"[1,2,true,[],{}]",  # as long as an id, and a row as import_row_blocks has them
    "boolean": lambda: True,
    "timestamp with time zone": lambda: "2024-05-31T12:00:00Z",
}
_NUMBERS = ("smallint", "integer", "bigint", "double precision")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    is_needed: bool


@dataclass(frozen=True, slots=True)
class ForeignKey:
    child: str
    parent: str
    columns: list[str]
    parent_columns: list[str]


WITHOUT_CONSTRAINT = [
    ForeignKey("assets", "engagements", ["engagement_id"], ["id"]),
]
"""What refers to another table without a constraint that says so (db/tables/{imports,inventory}.py say why)."""


def columns_of(connection: psycopg.Connection) -> dict[str, list[Column]]:
    """Every table of the schema with its columns."""
    tables: dict[str, list[Column]] = {}
    for name, column, kind, is_needed in connection.execute(_COLUMNS):
        tables.setdefault(name, []).append(Column(column, kind, is_needed))
    return tables


def foreign_keys(connection: psycopg.Connection) -> list[ForeignKey]:
    return [
        ForeignKey(child.removeprefix("migration."), parent.removeprefix("migration."), columns, parent_columns)
        for child, parent, columns, parent_columns in connection.execute(_FOREIGN_KEYS)
    ]


def tenant_tables(connection: psycopg.Connection) -> dict[str, list[Column]]:
    """The tables with a client_account_id and an engagement_id, memberships included."""
    return {
        name: columns
        for name, columns in columns_of(connection).items()
        if {"client_account_id", "engagement_id"} <= {column.name for column in columns}
    }


def fill(owner: psycopg.Connection, tenant: Tenant, user_id: object) -> dict[str, dict[str, Any]]:
    """Insert one row into every tenant table for `tenant`, parents first; the rows by table."""
    keys = [*foreign_keys(owner), *WITHOUT_CONSTRAINT]
    waiting = tenant_tables(owner)
    rows: dict[str, dict[str, Any]] = {
        "client_accounts": {"id": tenant.client_account_id},
        "engagements": {"id": tenant.engagement_id, "client_account_id": tenant.client_account_id},
        "users": {"id": user_id},
    }
    while waiting:
        ready = [name for name in waiting if all(key.parent in rows for key in keys if key.child == name)]
        if not ready:
            raise AssertionError(f"foreign keys in a circle: {sorted(waiting)}")
        for name in ready:
            given = new_row(waiting.pop(name), tenant)
            for key in keys:
                if key.child == name:
                    given |= {
                        column: rows[key.parent][parent]
                        for column, parent in zip(key.columns, key.parent_columns, strict=True)
                    }
            rows[name] = insert(owner, name, given)
    return rows


def new_row(columns: list[Column], tenant: Tenant) -> dict[str, Any]:
    """A value for every column that needs one, the tenant's own where it names the tenant."""
    own = {"client_account_id": tenant.client_account_id, "engagement_id": tenant.engagement_id}
    return {
        column.name: own.get(column.name) or _value(column.type)
        for column in columns
        if column.is_needed or column.name in own
    }


def insert(connection: psycopg.Connection, table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Insert a row and return it as the database has it."""
    statement = sql.SQL("INSERT INTO migration.{} ({}) VALUES ({}) RETURNING *").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statement, list(row.values())).fetchone()
    assert found is not None
    return found


def _value(kind: str) -> object:
    return 1 if kind in _NUMBERS else _VALUES[kind]()
