"""COPY into a temporary table on the session's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text

from muster.db.bulk import copy_to_temp, driver_connection
from muster.domain.errors import DatabaseUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from muster.db.session import Database
    from muster.domain.tenant import Tenant

_DDL = "row_number int, name text"
_COLUMNS = ("row_number", "name")


async def test_rows_arrive_however_the_bytes_are_cut(database: Database, tenant: Tenant) -> None:
    whole = "1\tplain\n2\t\\N\n3\ta\\tb\\nc\\\\d\n4\tgrün\n".encode()
    for size in (1, 7, len(whole)):
        async with database.begin(tenant) as session:
            chunks = [whole[start : start + size] for start in range(0, len(whole), size)]
            assert await copy_to_temp(session, "incoming", _DDL, _COLUMNS, chunks) == 4
            rows = await session.execute(text("SELECT row_number, name FROM incoming ORDER BY 1"))
            assert [tuple(row) for row in rows] == [(1, "plain"), (2, None), (3, "a\tb\nc\\d"), (4, "grün")]


async def test_chunks_may_come_from_an_async_iterator(database: Database, tenant: Tenant) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"{number}\tx\n".encode()

    async with database.begin(tenant) as session:
        assert await copy_to_temp(session, "incoming", _DDL, _COLUMNS, chunks()) == 3


async def test_a_column_that_the_chunks_do_not_fill_takes_its_default(database: Database, tenant: Tenant) -> None:
    async with database.begin(tenant) as session:
        await copy_to_temp(session, "incoming", "name text, number int DEFAULT 7", ("name",), [b"x\n"])
        assert await session.scalar(text("SELECT number FROM incoming")) == 7


async def test_a_second_copy_of_the_same_name_replaces_the_first(database: Database, tenant: Tenant) -> None:
    async with database.begin(tenant) as session:
        await copy_to_temp(session, "incoming", _DDL, _COLUMNS, [b"1\tx\n"])
        await copy_to_temp(session, "incoming", "other text", ("other",), [b"a\nb\n"])
        assert await session.scalar(text("SELECT count(*) FROM incoming")) == 2


async def test_the_table_ends_with_the_transaction(database: Database, tenant: Tenant) -> None:
    async with database.session(tenant) as session:
        await copy_to_temp(session, "incoming", _DDL, _COLUMNS, [b"1\tx\n"])
        await session.commit()
        assert await session.scalar(text("SELECT to_regclass('pg_temp.incoming')")) is None


async def test_rows_reach_a_tenant_table_by_insert_select(database: Database, tenant: Tenant) -> None:
    async with database.begin(tenant) as session:
        await copy_to_temp(session, "incoming", _DDL, _COLUMNS, (f"{n}\thost{n}\n".encode() for n in range(500)))
        await session.execute(
            text(
                "INSERT INTO assets (engagement_id, client_account_id, id, hostname)"
                " SELECT :engagement, :client, gen_random_uuid(), name FROM incoming"
            ),
            {"engagement": tenant.engagement_id, "client": tenant.client_account_id},
        )
    async with database.begin(tenant) as session:
        assert await session.scalar(text("SELECT count(DISTINCT hostname) FROM assets")) == 500


async def test_copy_straight_into_a_tenant_table_is_refused_by_postgresql(database: Database, tenant: Tenant) -> None:
    async with database.begin(tenant) as session:
        connection = await driver_connection(session)
        with pytest.raises(errors.FeatureNotSupported, match="row-level security"):
            async with connection.cursor().copy("COPY assets (id) FROM STDIN"):
                pass
        await session.rollback()


async def test_a_row_that_does_not_fit_raises_and_the_pool_goes_on(database: Database, tenant: Tenant) -> None:
    with pytest.raises(errors.InvalidTextRepresentation):
        async with database.begin(tenant) as session:
            await copy_to_temp(session, "incoming", _DDL, _COLUMNS, [b"one\tx\n"])
    async with database.begin(tenant) as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_an_error_of_the_iterator_is_passed_on(database: Database, tenant: Tenant) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"1\tx\n"
        raise LookupError

    with pytest.raises(LookupError):
        async with database.begin(tenant) as session:
            await copy_to_temp(session, "incoming", _DDL, _COLUMNS, chunks())
    async with database.begin(tenant) as session:
        assert await session.scalar(text("SELECT to_regclass('pg_temp.incoming')")) is None


async def test_a_connection_lost_while_copying_is_a_typed_error(
    database: Database, tenant: Tenant, app_url: str
) -> None:
    async def chunks(process: int) -> AsyncIterator[bytes]:
        yield b"1\tx\n"
        async with await psycopg.AsyncConnection.connect(app_url, autocommit=True) as connection:
            await connection.execute("SELECT pg_terminate_backend(%s, 10000)", (process,))
        for _ in range(100):
            yield b"2\ty\n" * 50_000

    with pytest.raises(DatabaseUnavailableError):  # noqa: PT012 - the block is the subject
        async with database.begin(tenant) as session:
            process = await session.scalar(text("SELECT pg_backend_pid()"))
            await copy_to_temp(session, "incoming", _DDL, _COLUMNS, chunks(process))
    async with database.begin(tenant) as session:
        assert await session.scalar(text("SELECT 1")) == 1
