"""Sessions: their tenant in every transaction, commits and roll-backs, lost connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
import pytest_asyncio
from psycopg import errors
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from muster.db.session import Database
from muster.db.tables import AuditEntry
from muster.domain.errors import DatabaseUnavailableError
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import Tenant

_SETTING = text("SELECT current_setting('muster.engagement_id', true)")


@pytest_asyncio.fixture
async def single(app_url: str) -> AsyncIterator[Database]:
    """A database with one connection, so that whatever a transaction leaves behind would be seen by the next."""
    opened = Database(app_url, pool_size=1)
    yield opened
    await opened.close()


def _entry(tenant: Tenant) -> AuditEntry:
    return AuditEntry(
        id=uuid7(),
        engagement_id=tenant.engagement_id,
        client_account_id=tenant.client_account_id,
        action="tested",
        subject_kind="test",
    )


async def _entries(session: AsyncSession) -> int:
    return len((await session.execute(select(AuditEntry.id))).all())


async def test_a_block_commits_at_its_end(single: Database, tenant: Tenant) -> None:
    async with single.begin(tenant) as session:
        session.add(_entry(tenant))
    async with single.begin(tenant) as session:
        assert await _entries(session) == 1


async def test_a_block_that_raises_leaves_nothing(single: Database, tenant: Tenant) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012 - the block is the subject
        async with single.begin(tenant) as session:
            session.add(_entry(tenant))
            await session.flush()
            raise RuntimeError
    async with single.begin(tenant) as session:
        assert await _entries(session) == 0


async def test_every_transaction_of_a_session_has_its_tenant(single: Database, tenant: Tenant) -> None:
    async with single.session(tenant) as session:
        for _ in range(3):
            session.add(_entry(tenant))
            await session.commit()
        assert await _entries(session) == 3
        await session.rollback()
        assert await session.scalar(_SETTING) == str(tenant.engagement_id)


async def test_a_savepoint_that_is_rolled_back_keeps_the_tenant(single: Database, tenant: Tenant) -> None:
    async with single.begin(tenant) as session:
        with pytest.raises(RuntimeError):  # noqa: PT012 - the block is the subject
            async with session.begin_nested():
                session.add(_entry(tenant))
                await session.flush()
                raise RuntimeError
        session.add(_entry(tenant))
        assert await _entries(session) == 1


async def test_the_tenant_ends_with_the_transaction(single: Database, tenant: Tenant, other_tenant: Tenant) -> None:
    async with single.begin(tenant) as session:
        session.add(_entry(tenant))
    async with single.begin_without_tenant() as session:
        assert await session.scalar(_SETTING) == ""
    async with single.begin(other_tenant) as session:
        assert await session.scalar(_SETTING) == str(other_tenant.engagement_id)
        assert await _entries(session) == 0


async def test_two_sessions_at_the_same_time_keep_apart(
    database: Database, tenant: Tenant, other_tenant: Tenant
) -> None:
    async with database.begin(tenant) as mine, database.begin(other_tenant) as theirs:
        mine.add(_entry(tenant))
        await mine.flush()
        theirs.add(_entry(other_tenant))
        assert (await _entries(mine), await _entries(theirs)) == (1, 1)


async def test_an_object_can_be_read_after_its_commit(single: Database, tenant: Tenant) -> None:
    async with single.session(tenant) as session:
        entry = _entry(tenant)
        session.add(entry)
        await session.commit()
    assert entry.action == "tested"


async def test_unqualified_names_are_ours_and_the_queues(single: Database, tenant: Tenant) -> None:
    async with single.begin(tenant) as session:
        assert await session.scalar(text("SELECT count(*) FROM assets")) == 0
        assert await session.scalar(text("SELECT to_regclass('procrastinate_jobs')::text")) == "procrastinate_jobs"


async def test_a_lost_connection_is_a_typed_error_and_the_pool_recovers(
    single: Database, tenant: Tenant, app_url: str
) -> None:
    with pytest.raises(DatabaseUnavailableError):  # noqa: PT012 - as above
        async with single.begin(tenant) as session:
            await _lose(await session.scalar(text("SELECT pg_backend_pid()")), app_url)
            await _entries(session)
    async with single.begin(tenant) as session:
        assert await _entries(session) == 0


async def test_a_connection_that_was_lost_while_idle_is_replaced_unnoticed(
    single: Database, tenant: Tenant, app_url: str
) -> None:
    async with single.begin(tenant) as session:
        process = await session.scalar(text("SELECT pg_backend_pid()"))
    await _lose(process, app_url)
    async with single.begin(tenant) as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) != process


async def test_a_server_that_is_not_there_is_a_typed_error(tenant: Tenant) -> None:
    nowhere = Database("postgresql://somebody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailableError, match="does not answer"):
        async with nowhere.begin(tenant) as session:
            await session.execute(text("SELECT 1"))
    await nowhere.close()


async def test_a_pool_that_is_used_up_is_a_typed_error(app_url: str, tenant: Tenant) -> None:
    opened = Database(app_url, pool_size=1, wait_seconds=0.05)
    async with opened.begin(tenant) as first:
        await _entries(first)
        with pytest.raises(DatabaseUnavailableError, match="All 1 connections"):
            async with opened.begin(tenant) as second:
                await _entries(second)
    async with opened.begin(tenant) as third:
        assert await _entries(third) == 0
    await opened.close()


async def test_a_mistake_of_ours_stays_what_it_is_and_names_no_value(single: Database, tenant: Tenant) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with single.begin(tenant) as session:
            await session.execute(text("SELECT nothing FROM assets WHERE hostname = :name"), {"name": "s3cret-host"})
    assert isinstance(caught.value.orig, errors.UndefinedColumn)
    assert "s3cret-host" not in str(caught.value)


async def test_options_of_the_address_are_kept(app_url: str, tenant: Tenant) -> None:
    opened = Database(f"{app_url}&options=-c%20statement_timeout%3D12345&application_name=mine")
    async with opened.begin(tenant) as session:
        found = await session.execute(
            text(
                "SELECT current_setting('statement_timeout'), current_setting('application_name'),"
                " current_setting('search_path')"
            )
        )
        assert tuple(found.one()) == ("12345ms", "mine", "migration,work,public")
    await opened.close()


async def _lose(process: int | None, url: str) -> None:
    """End a server process of the application and wait until it is gone."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SELECT pg_terminate_backend(%s, 10000)", (process,))
