"""Reads and writes findings: their places (capped per code) and their counts.

An attempt writes its findings in the transaction that makes them count, in place of those of earlier attempts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import delete, insert, select, text

from muster.db.bulk import copy_to_temp
from muster.db.copy_text import copy_text
from muster.db.tables.imports import ImportFinding, ImportFindingCount
from muster.domain.findings import Finding, FindingCount, Severity
from muster.domain.phases import Phase
from muster.kit.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.flow_state import Fence
    from muster.domain.ids import DataImportId, EngagementId
    from muster.domain.tenant import Tenant

_SCHEMA = {
    "number": pl.Int32,
    "table_name": pl.String,
    "row_number": pl.Int32,
    "line": pl.Int32,
    "field": pl.String,
    "code": pl.String,
    "severity": pl.String,
    "agent": pl.String,
    "message": pl.String,
    "excerpt": pl.String,
    "params": pl.String,
}

_INSERT = text(
    "INSERT INTO migration.import_findings (engagement_id, client_account_id, data_import_id, phase, attempt, number,"
    " table_name, row_number, line, field, code, severity, agent, message, excerpt, params)"
    " SELECT :engagement_id, :client_account_id, :data_import_id, :phase, :attempt, number, table_name, row_number,"
    " line, field, code, severity, agent, message, excerpt, params FROM pg_temp.new_import_findings"
)


@dataclass(frozen=True, slots=True)
class FindingQuery:
    """Which findings to list; `after` is the place last seen."""

    severity: Severity | None = None
    code: str | None = None
    agent: str | None = None
    table: str | None = None
    after: tuple[int, int] | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding with its place in the list: the number of its phase, and its number within it."""

    place: tuple[int, int]
    finding: Finding


async def insert_findings(  # noqa: PLR0913, PLR0917 - findings and counts of one attempt belong together
    session: AsyncSession,
    tenant: Tenant,
    data_import_id: DataImportId,
    fence: Fence,
    findings: Sequence[Finding],
    counts: Sequence[FindingCount],
) -> None:
    """Write what one attempt at a phase found, in place of what the same attempt had written."""
    for table in (ImportFinding, ImportFindingCount):
        await session.execute(
            delete(table).where(
                table.engagement_id == tenant.engagement_id,
                table.data_import_id == data_import_id,
                table.phase == str(fence.phase),
                table.attempt == fence.attempt,
            )
        )
    tags = {
        "engagement_id": tenant.engagement_id,
        "client_account_id": tenant.client_account_id,
        "data_import_id": data_import_id,
        "phase": str(fence.phase),
        "attempt": fence.attempt,
    }
    if findings:
        rows = [
            (
                number,
                finding.table,
                finding.row_number,
                finding.line,
                finding.field,
                finding.code,
                str(finding.severity),
                finding.agent,
                finding.message,
                finding.excerpt,
                json.dumps(dict(finding.params), ensure_ascii=False),
            )
            for number, finding in enumerate(findings)
        ]
        await copy_to_temp(
            session,
            "new_import_findings",
            "number integer, table_name text, row_number integer, line integer, field text, code text, severity text,"
            " agent text, message text, excerpt text, params jsonb",
            tuple(_SCHEMA),
            copy_text(pl.DataFrame(rows, schema=_SCHEMA, orient="row")),
        )
        await session.execute(_INSERT, tags)
    if counts:
        await session.execute(
            insert(ImportFindingCount),
            [
                {
                    **tags,
                    "id": uuid7(),
                    "table_name": count.table,
                    "agent": count.agent,
                    "code": count.code,
                    "severity": str(count.severity),
                    "places": count.count,
                }
                for count in counts
            ],
        )


async def delete_earlier_findings(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: DataImportId, fence: Fence
) -> None:
    """Delete what attempts before `fence` found in its phase."""
    for table in (ImportFinding, ImportFindingCount):
        await session.execute(
            delete(table).where(
                table.engagement_id == engagement_id,
                table.data_import_id == data_import_id,
                table.phase == str(fence.phase),
                table.attempt < fence.attempt,
            )
        )


async def list_findings(
    session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID, query: FindingQuery
) -> list[PlacedFinding]:
    """Findings phase by phase, in the order in which they were found."""
    found: list[PlacedFinding] = []
    for order, phase in enumerate(Phase):
        if query.after is not None and order < query.after[0]:
            continue
        statement = select(ImportFinding).where(
            ImportFinding.engagement_id == engagement_id,
            ImportFinding.data_import_id == data_import_id,
            ImportFinding.phase == str(phase),
        )
        for column, value in (
            (ImportFinding.severity, query.severity),
            (ImportFinding.code, query.code),
            (ImportFinding.agent, query.agent),
            (ImportFinding.table_name, query.table),
        ):
            if value is not None:
                statement = statement.where(column == str(value))
        if query.after is not None and order == query.after[0]:
            statement = statement.where(ImportFinding.number > query.after[1])
        statement = statement.order_by(ImportFinding.number).limit(query.limit - len(found))
        found += [
            PlacedFinding((order, row.number), _finding(row)) for row in (await session.execute(statement)).scalars()
        ]
        if len(found) == query.limit:
            break
    return found


async def read_counts(session: AsyncSession, engagement_id: EngagementId, data_import_id: UUID) -> list[FindingCount]:
    """How often each code applied, in the order in which they were written."""
    query = (
        select(ImportFindingCount)
        .where(
            ImportFindingCount.engagement_id == engagement_id,
            ImportFindingCount.data_import_id == data_import_id,
        )
        .order_by(ImportFindingCount.id)
    )
    return [
        FindingCount(row.table_name, row.agent, row.code, Severity(row.severity), row.places)
        for row in (await session.execute(query)).scalars()
    ]


def _finding(row: ImportFinding) -> Finding:
    return Finding(
        code=row.code,
        severity=Severity(row.severity),
        agent=row.agent,
        message=row.message,
        table=row.table_name,
        row_number=row.row_number,
        line=row.line,
        field=row.field,
        excerpt=row.excerpt,
        params=row.params,
    )
