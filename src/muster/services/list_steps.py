"""Lists the steps of an import: its phases and the agents' runs, each with its own status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.db.repos import import_steps
from muster.db.repos.import_steps import StoredStep as Step
from muster.services.open_staging import require_import

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

__all__ = ["Step", "list_steps"]


async def list_steps(services: Services, context: RequestContext, data_import_id: UUID) -> tuple[Step, ...]:
    """The steps in order. Raises NotFoundError when this engagement has no such import."""
    async with services.database.begin(context.tenant) as session:
        await require_import(session, context.engagement_id, data_import_id)
        return tuple(await import_steps.list_steps(session, context.engagement_id, data_import_id))
