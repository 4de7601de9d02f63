"""Answers "how far is it?": the flow document of an import, in counts only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.flow_document import FlowDocument
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


async def read_status(services: Services, context: RequestContext, any_id: UUID) -> FlowDocument:
    """The flow document for a master flow id, a child flow id or a data import id.

    Raises NotFoundError when this engagement has no such flow or import.
    """
    raise NotImplementedError
