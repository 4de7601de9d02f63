"""Brings the database to the newest revision, and tells at which it is."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from muster.db.failures import UnfitDatabaseError, check_server, raise_typed, typed_error
from muster.db.migrations import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_LOCK = 0x6D75_7374_6572  # the bytes of "muster": a number nobody else takes

_FOUND = text("""
SELECT
    current_setting('server_version_num')::int AS version,
    current_setting('server_version') AS version_name,
    to_regclass('migration.alembic_version') IS NOT NULL AS has_tables
""")
_CURRENT = text("SELECT version_num FROM migration.alembic_version")
_ROLE = text("""
SELECT
    pg_has_role(r.oid, current_user, 'MEMBER') AS is_owner,
    coalesce(has_schema_privilege(r.oid, to_regnamespace('migration'), 'USAGE'), false) AS has_rights
FROM pg_roles AS r WHERE r.rolname = :role
""")


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """The revision of the database (None: it has no tables of ours) and the one that this program needs."""

    current: str | None
    head: str = HEAD

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to upgrade."""
        return self.current == self.head


def status(owner_url: str) -> SchemaStatus:
    """Return the revision of the database at `owner_url`. Raises DatabaseUnavailableError or UnfitDatabaseError."""
    with _connected(owner_url) as connection:
        return SchemaStatus(_current(connection))


def upgrade(owner_url: str, app_role: str) -> SchemaStatus:
    """Make or upgrade the tables as the owner, give the existing role `app_role` its rights, return the status before.

    All in one transaction: it is done or it is not. Processes that do this at the same time wait for each other; one
    that finds nothing to do returns at once. Blocks: call it from a thread where an event loop runs.
    Raises DatabaseUnavailableError, or UnfitDatabaseError when server or roles do not allow it or the database belongs
    to a newer program.
    """
    with _connected(owner_url) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = SchemaStatus(_current(connection))
        has_rights = _check_role(connection, app_role)
        if found.current is not None and found.current > found.head:
            raise UnfitDatabaseError(
                f"The database is at revision {found.current}, made by a newer muster than this one ({found.head})."
            )
        if not found.is_current:
            _migrate(connection, app_role)
        elif not has_rights:
            from muster.db.migrations.overlay import grant  # noqa: PLC0415 - a start with nothing to do stays fast

            grant(connection, app_role)
        return found


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(plain, application_name="muster", connect_timeout=10),
        poolclass=NullPool,
    )
    event.listen(engine, "handle_error", raise_typed)
    try:
        with engine.begin() as connection:
            yield connection
    except psycopg.Error as error:  # of a script, which runs past SQLAlchemy
        if typed := typed_error(error, lost=True):
            raise typed from error
        raise


def _current(connection: Connection) -> str | None:
    found = connection.execute(_FOUND).one()
    check_server(found.version, found.version_name)
    return connection.scalar(_CURRENT) if found.has_tables else None


def _check_role(connection: Connection, app_role: str) -> bool:
    """Return whether the role has rights already. Raises UnfitDatabaseError when it may not be the application's."""
    role = connection.execute(_ROLE, {"role": app_role}).one_or_none()
    if role is None:
        raise UnfitDatabaseError(
            f"The application's role {app_role} does not exist: make it with CREATE ROLE {app_role} LOGIN PASSWORD …, "
            "then try again."
        )
    if role.is_owner:
        raise UnfitDatabaseError(
            f"The application's role {app_role} owns the tables, or is a member of the role that does, and could look "
            "past the walls between tenants: give the application a role of its own."
        )
    return bool(role.has_rights)


def _migrate(connection: Connection, app_role: str) -> None:
    # Alembic takes a fifth of a second to load, which a start with nothing to do does not pay.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("muster.db.migrations")) as folder:
        config = Config(attributes={"connection": connection, "app_role": app_role})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        command.upgrade(config, "head")
