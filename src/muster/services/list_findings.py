"""Lists what was found in an import, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.db.repos import findings as rows
from muster.db.repos.findings import FindingQuery
from muster.services.open_staging import require_import
from muster.services.paging import FIRST_PAGE, Page, decode_cursor, encode_cursor

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.findings import Finding, FindingCount, Severity
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.paging import PageRequest


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings to list; None: any."""

    severity: Severity | None = None
    code: str | None = None
    agent: str | None = None
    table: str | None = None


async def list_findings(
    services: Services,
    context: RequestContext,
    data_import_id: UUID,
    where: FindingFilter | None = None,
    page: PageRequest = FIRST_PAGE,
) -> Page[Finding]:
    """A page of findings (capped places), reader's first, then agent by agent.

    Raises NotFoundError when this engagement has no such import, InvalidRequestError for a bad cursor.
    """
    wanted = where or FindingFilter()
    after = decode_cursor(page.cursor, int, int)
    query = FindingQuery(
        severity=wanted.severity,
        code=wanted.code,
        agent=wanted.agent,
        table=wanted.table,
        after=None if after is None else (int(after[0]), int(after[1])),
        limit=page.limit + 1,
    )
    async with services.database.begin(context.tenant) as session:
        await require_import(session, context.engagement_id, data_import_id)
        found = await rows.list_findings(session, context.engagement_id, data_import_id, query)
    shown = found[: page.limit]
    more = len(found) > page.limit
    return Page(tuple(item.finding for item in shown), encode_cursor(*shown[-1].place) if more else None)


async def count_findings(services: Services, context: RequestContext, data_import_id: UUID) -> tuple[FindingCount, ...]:
    """How often each code applied, places beyond the cap included. Raises NotFoundError."""
    async with services.database.begin(context.tenant) as session:
        await require_import(session, context.engagement_id, data_import_id)
        return tuple(await rows.read_counts(session, context.engagement_id, data_import_id))
