"""The door to PostgreSQL: sessions that belong to one tenant, as a role that can not look past it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import event, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import AsyncAdaptedQueuePool

from muster.db.failures import raise_typed
from muster.db.standing import check_standing
from muster.domain.errors import DatabaseUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Connection
    from sqlalchemy.orm import SessionTransaction
    from sqlalchemy.pool import ConnectionPoolEntry

    from muster.domain.tenant import Tenant

SEARCH_PATH = "migration, work, public"
"""Ours first, then the job queue's; temporary tables are found before both."""

_TENANT = "tenant"
_CONNECT_SECONDS = 10
_SET_TENANT = text(
    "SELECT set_config('muster.client_account_id', :client, true),"
    " set_config('muster.engagement_id', :engagement, true)"
)


class TenantSession(Session):
    """Names its tenant to the database at the start of every transaction, for that transaction only."""


@event.listens_for(TenantSession, "after_begin")
def _name_tenant(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    tenant: Tenant | None = session.info.get(_TENANT)
    if tenant is not None and not transaction.nested:
        connection.execute(
            _SET_TENANT, {"client": str(tenant.client_account_id), "engagement": str(tenant.engagement_id)}
        )


class _Pool(AsyncAdaptedQueuePool):
    def _do_get(self) -> ConnectionPoolEntry:
        try:
            return super()._do_get()
        except PoolTimeoutError as error:
            raise DatabaseUnavailableError(
                f"All {self.size()} connections to the database are in use: try again in a moment."
            ) from error


class Database:
    """A pool of connections to the database at `url` (libpq or SQLAlchemy form), as the application role.

    Used within one event loop. Every statement raises DatabaseUnavailableError when the connection is lost or can not
    be made (the pool connects anew at the next use) or when all `pool_size` are in use for `wait_seconds`, and
    StorageFullError when the server's disk is full.
    """

    def __init__(self, url: str, *, pool_size: int = 10, wait_seconds: float = 30.0) -> None:
        self.url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._engine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=partial(_connect, self.url),
            poolclass=_Pool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=wait_seconds,
            hide_parameters=True,  # they are cell values, and errors end in logs
            pool_pre_ping=True,  # a server that was restarted costs nobody an error
        )
        event.listen(self._engine.sync_engine, "handle_error", raise_typed)

    def session(self, tenant: Tenant) -> AsyncSession:
        """Return a session of `tenant` that connects when it is first used; the caller closes it and commits."""
        return self._session({_TENANT: tenant})

    @asynccontextmanager
    async def begin(self, tenant: Tenant) -> AsyncIterator[AsyncSession]:
        """One transaction of `tenant`: committed at the end of the block, rolled back when it raises."""
        async with self.session(tenant) as session, session.begin():
            yield session

    @asynccontextmanager
    async def begin_without_tenant(self) -> AsyncIterator[AsyncSession]:
        """One transaction without a tenant: for the functions of security_definer.sql; any tenant table raises."""
        async with self._session({}) as session, session.begin():
            yield session

    async def verify(self) -> None:
        """Look at server, role and schema before the first request.

        Raises UnfitDatabaseError, in one sentence, when the server is older than PostgreSQL 15, the schema is not the
        one of this program, or the role could look past row-level security or lacks a right it needs.
        """
        async with self.begin_without_tenant() as session:
            await check_standing(session)

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self._engine.dispose()

    def _session(self, info: dict[Any, Any]) -> AsyncSession:
        return AsyncSession(self._engine, sync_session_class=TenantSession, expire_on_commit=False, info=info)


async def _connect(url: str, *_: object, **__: object) -> psycopg.AsyncConnection:
    given = conninfo_to_dict(url)
    options = f"-c search_path={SEARCH_PATH.replace(' ', '')}"
    return await psycopg.AsyncConnection.connect(
        url,
        options=f"{given['options']} {options}" if given.get("options") else options,
        application_name=given.get("application_name") or "muster",
        connect_timeout=given.get("connect_timeout") or _CONNECT_SECONDS,
    )
