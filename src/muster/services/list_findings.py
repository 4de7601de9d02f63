"""Lists what was found in an import, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.services.paging import FIRST_PAGE

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.findings import Finding, FindingCount, Severity
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.paging import Page, PageRequest


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
    """A page of findings (capped places), reader's first, then agent by agent. Raises NotFoundError."""
    raise NotImplementedError


async def count_findings(services: Services, context: RequestContext, data_import_id: UUID) -> tuple[FindingCount, ...]:
    """How often each code applied, places beyond the cap included. Raises NotFoundError."""
    raise NotImplementedError
