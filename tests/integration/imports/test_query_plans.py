"""Each list query reaches its rows by an index, as the application role under row-level security."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import psycopg
import pytest
from sqlalchemy import event, text

from muster.db.repos import findings, import_rows, imports
from muster.db.repos.findings import FindingQuery
from muster.db.repos.import_rows import RowQuery
from muster.db.repos.import_values import ImportQuery
from muster.kit.ids import uuid7
from support.flows import insert_import

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.ids import DataImportId
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

ROWS = 50_000

QUERIES: dict[str, tuple[str, Callable[[AsyncSession, RequestContext, DataImportId], Awaitable[object]]]] = {
    "imports": (
        "data_imports",  # whichever of its indexes begins with the engagement: few imports are sorted fast
        lambda session, context, _: imports.list_imports(
            session, context.engagement_id, ImportQuery(before=uuid7(), limit=20)
        ),
    ),
    "rows": (
        "pk_import_row_blocks",
        lambda session, context, data_import_id: import_rows.list_rows(
            session, context.engagement_id, data_import_id, RowQuery(1, (0,), after=(0, 40_000), limit=20)
        ),
    ),
    "rows held back": (
        "pk_import_row_blocks",
        lambda session, context, data_import_id: import_rows.list_rows(
            session, context.engagement_id, data_import_id, RowQuery(1, (0,), validity=False, limit=20)
        ),
    ),
    "findings": (
        "pk_import_findings",
        lambda session, context, data_import_id: findings.list_findings(
            session, context.engagement_id, data_import_id, FindingQuery(after=(0, 10), limit=20)
        ),
    ),
}


async def fill(services: Services, context: RequestContext) -> DataImportId:
    """An import of many rows, a few of them held back, with a thousand findings, beside many other imports."""
    async with services.database.begin(context.tenant) as session:
        made = [await insert_import(session, context) for _ in range(300)]
        data_import_id = made[-1]
        tags = {"e": context.engagement_id, "c": context.client_account_id, "i": data_import_id}
        numbers = pl.select(row_number=pl.int_range(1, ROWS + 1)).with_columns(
            table_number=pl.lit(0),
            line=pl.col("row_number") + 1,
            is_valid=pl.col("row_number") % 1_000 != 0,
            raw=pl.lit("[]"),
            cleansed=pl.lit(None, dtype=pl.String),
            errors=pl.lit(None, dtype=pl.String),
        )
        await import_rows.insert_rows(session, context.tenant, data_import_id, 1, numbers)
        await session.execute(
            text(
                "INSERT INTO import_findings (engagement_id, client_account_id, data_import_id, phase, attempt, number,"
                " code, severity, agent, message)"
                " SELECT :e, :c, i, 'upload', 1, g, 'c', 'warning', 'a', 'm'"
                " FROM unnest(CAST(:all AS uuid[])) AS i, generate_series(1, 200) AS g"
            ),
            {**tags, "all": made},
        )
    return data_import_id


@pytest.fixture
async def data_import_id(services: Services, context: RequestContext, owner_url: str) -> DataImportId:

    made = await fill(services, context)
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        for table in ("data_imports", "import_row_blocks", "import_findings"):
            await owner.execute(f"ANALYZE migration.{table}")
    return made


async def test_every_list_reads_by_its_index(
    services: Services, context: RequestContext, data_import_id: DataImportId
) -> None:
    for name, (index, ask) in QUERIES.items():
        async with services.database.begin(context.tenant) as session:
            asked: list[tuple[str, object]] = []
            connection = await session.connection()

            def note(*given: object, into: list[tuple[str, object]] = asked) -> None:
                into.append((str(given[2]), given[3]))

            event.listen(connection.sync_connection, "before_cursor_execute", note)
            await ask(session, context, data_import_id)
            event.remove(connection.sync_connection, "before_cursor_execute", note)
            statement, values = asked[0]
            # a small table is rightly read whole: what must hold is that the wall lets an index be used
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = (await connection.exec_driver_sql(f"EXPLAIN {statement}", values)).scalars().all()
        assert any("Index" in line and index in line for line in plan), (name, plan)
        assert not any("Seq Scan" in line for line in plan), (name, plan)
