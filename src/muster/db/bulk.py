"""Bulk loading and reading past the object mapper.

COPY goes into a temporary table, because PostgreSQL refuses COPY into a table under row-level security.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg import AsyncConnection, sql

from muster.db.failures import typed_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import LiteralString

    from sqlalchemy.ext.asyncio import AsyncSession


async def driver_connection(session: AsyncSession) -> AsyncConnection:
    """Return the psycopg connection that the session's transaction runs on; its tenant is set."""
    raw = await (await session.connection()).get_raw_connection()
    return cast("AsyncConnection", raw.driver_connection)


async def copy_to_temp(
    session: AsyncSession,
    name: str,
    column_ddl: LiteralString,
    columns: Sequence[str],
    chunks: Iterable[bytes] | AsyncIterable[bytes],
) -> int:
    r"""Make the temporary table `name` and COPY `chunks` into it, within the session's own transaction.

    `column_ddl` stands between the parentheses of CREATE TABLE, `columns` are those that the chunks fill. The chunks,
    cut anywhere, are UTF-8 in COPY's text format: fields separated by a tab, rows by a newline, null as `\N`;
    backslash, tab, newline and carriage return inside a field are escaped by a backslash. Returns the number of rows.
    The table ends with the transaction, or with the next call of that name. Raises
    DatabaseUnavailableError, StorageFullError, or psycopg's own error for a row that does not fit.
    """
    connection = await driver_connection(session)
    with _typed_errors(connection):
        return await _copy(connection, name, column_ddl, columns, chunks)


async def write_binary(session: AsyncSession, statement: LiteralString, rows: Iterable[Sequence[object]]) -> None:
    """Run `statement` (placeholders %b) for each of `rows` in one go, without making text of bytes.

    As text every byte is two digits, and an array of long bytes as long again. Raises as copy_to_temp.
    """
    connection = await driver_connection(session)
    with _typed_errors(connection):
        async with connection.cursor() as cursor:
            await cursor.executemany(statement, rows)


async def read_binary(
    session: AsyncSession, statement: LiteralString, parameters: Sequence[object] | Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """The rows of `statement` (placeholders %b), fetched in binary. Raises as copy_to_temp."""
    connection = await driver_connection(session)
    with _typed_errors(connection):
        async with connection.cursor(binary=True) as cursor:
            await cursor.execute(statement, parameters)
            return await cursor.fetchall()


@contextmanager
def _typed_errors(connection: AsyncConnection) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        typed = typed_error(error, lost=connection.closed)
        if typed is None:
            raise
        raise typed from error


async def _copy(
    connection: AsyncConnection,
    name: str,
    column_ddl: LiteralString,
    columns: Sequence[str],
    chunks: Iterable[bytes] | AsyncIterable[bytes],
) -> int:
    table = sql.Identifier("pg_temp", name)
    definition = sql.SQL(column_ddl)
    async with connection.cursor() as cursor:
        await cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        await cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(name), definition)
        )
        command = sql.SQL("COPY {} ({}) FROM STDIN").format(table, sql.SQL(", ").join(map(sql.Identifier, columns)))
        async with cursor.copy(command) as copy:
            if isinstance(chunks, AsyncIterable):
                async for chunk in chunks:
                    await copy.write(chunk)
            else:
                for chunk in chunks:
                    await copy.write(chunk)
        return cursor.rowcount
