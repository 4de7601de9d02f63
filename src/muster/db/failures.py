"""What the failures of a database are called in the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg import errors

from muster.domain.errors import DatabaseUnavailableError, MusterError, StorageFullError

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

_OLDEST_SERVER = 150_000  # security_invoker views, NULLS NOT DISTINCT


class UnfitDatabaseError(MusterError):
    """The database, or the role that the program signs in as, can not be used; the message says what to change."""

    code = "unfit_database"
    title = "The database is not set up for this"


def check_server(version: int, name: str) -> None:
    """Raise UnfitDatabaseError when `server_version_num` is below PostgreSQL 15."""
    if version < _OLDEST_SERVER:
        raise UnfitDatabaseError(f"PostgreSQL {name} is too old: muster needs PostgreSQL 15 or newer.")


def typed_error(error: psycopg.Error, *, lost: bool) -> MusterError | None:
    """Return what to raise instead of `error`, None when it is a mistake of ours. `lost`: the connection is gone."""
    if isinstance(error, errors.DiskFull):
        return StorageFullError("The disk of the database server is full: free some space, then try again.")
    if lost and isinstance(error, psycopg.OperationalError):
        return DatabaseUnavailableError(
            "The database does not answer, or the connection to it was lost: see that PostgreSQL is running, then try "
            "again."
        )
    return None


def raise_typed(context: ExceptionContext) -> None:
    """Raise the typed error instead of SQLAlchemy's; an engine's listener for `handle_error`."""
    error = context.original_exception
    lost = context.is_disconnect or context.connection is None
    if isinstance(error, psycopg.Error) and not context.is_pre_ping and (typed := typed_error(error, lost=lost)):
        raise typed from context.sqlalchemy_exception
