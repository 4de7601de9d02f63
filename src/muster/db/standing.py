"""What the program's own standing in the database must be before it serves anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from muster.db.failures import UnfitDatabaseError, check_server
from muster.db.migrations import HEAD

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

# Membership counts like ownership: a member may SET ROLE, and policies for a role hold for its members.
_STANDING = text("""
SELECT
    current_user AS role,
    current_setting('server_version_num')::int AS version,
    current_setting('server_version') AS version_name,
    EXISTS (
        SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'migration' AND relname = 'alembic_version'
    ) AS has_tables,
    (SELECT bool_or(rolsuper) FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')) AS is_superuser,
    (SELECT bool_or(rolbypassrls) FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')) AS bypasses,
    EXISTS (
        SELECT FROM pg_namespace WHERE nspname = 'migration' AND pg_has_role(nspowner, 'MEMBER')
        UNION ALL
        SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'migration' AND pg_has_role(relowner, 'MEMBER')
    ) AS is_owner,
    EXISTS (
        SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'migration' AND has_schema_privilege(relnamespace, 'USAGE')
            AND relname = 'alembic_version' AND has_table_privilege(pg_class.oid, 'SELECT')
    ) AS may_use,
    has_database_privilege(current_database(), 'TEMPORARY') AS may_make_temporary_tables
""")
_VERSION = text("SELECT version_num FROM migration.alembic_version")


async def check_standing(session: AsyncSession) -> None:
    """Raise UnfitDatabaseError unless server, role and schema are as they must be."""
    found = (await session.execute(_STANDING)).one()
    check_server(found.version, found.version_name)
    if found.is_superuser:
        raise _unfit_role(found.role, "is a superuser")
    if found.bypasses:
        raise _unfit_role(found.role, "has BYPASSRLS")
    if found.is_owner:
        raise _unfit_role(found.role, "owns the schema")
    if not found.has_tables:
        raise UnfitDatabaseError("The database has no tables of muster yet: run `muster db upgrade`.")
    if not found.may_use:
        raise UnfitDatabaseError(
            f"The role {found.role} has no right on the schema migration: run `muster db upgrade` for this role."
        )
    if not found.may_make_temporary_tables:
        raise UnfitDatabaseError(
            f"The role {found.role} may not make temporary tables: GRANT TEMPORARY ON DATABASE … TO {found.role}."
        )
    version = (await session.execute(_VERSION)).scalar_one_or_none()
    if version != HEAD:
        raise UnfitDatabaseError(
            f"The database is at revision {version or 'none'}, this program needs {HEAD}: run `muster db upgrade`."
        )


def _unfit_role(role: str, fault: str) -> UnfitDatabaseError:
    return UnfitDatabaseError(
        f"The role {role} {fault} and could look past the walls between tenants: sign in as a role without that "
        "(MUSTER_DATABASE_URL), and let `muster db upgrade` give it its rights."
    )
