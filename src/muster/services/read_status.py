"""Answers "how far is it?": the flow document of an import, in counts only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog.registry import categories
from muster.db.repos import import_steps, imports
from muster.domain.errors import NotFoundError
from muster.domain.flow_document import (
    PENDING_DETECTION,
    AgentResult,
    DetectionSummary,
    FlowDocument,
    ValidationResults,
    poll_after,
)
from muster.domain.phases import Phase

if TYPE_CHECKING:
    from typing import Literal
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.db.repos.import_values import StoredImport
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


async def read_status(services: Services, context: RequestContext, any_id: UUID) -> FlowDocument:
    """The flow document for a master flow id, a child flow id or a data import id.

    Raises NotFoundError when this engagement has no such flow or import.
    """
    async with services.database.begin(context.tenant) as session:
        return await document_of(session, context, any_id)


async def document_of(session: AsyncSession, context: RequestContext, any_id: UUID) -> FlowDocument:
    """The flow document as the session's transaction sees it. Raises NotFoundError."""
    stored = await imports.find_import(session, context.engagement_id, any_id)
    flow = None if stored is None else await imports.read_flow_row(session, context.engagement_id, stored.id)
    if stored is None or flow is None:
        raise NotFoundError(f"There is no flow or import {any_id} in this engagement.", flow_id=str(any_id))
    results = stored.validation_results
    if results is None and flow.phase is Phase.VALIDATION:
        results = await _results_so_far(session, context, stored)
    return FlowDocument(
        master_flow_id=flow.flow_id,
        flow_id=flow.flow_id,
        data_import_id=stored.id,
        import_category=stored.import_category,
        source_system=stored.source_system,
        status=stored.status,
        current_phase=flow.phase,
        progress_percentage=max(stored.progress_percentage, flow.progress_percentage),
        waiting_for=flow.waiting_for,
        detection=detection_of(stored),
        total_records=stored.total_records or (flow.total if flow.phase is not Phase.UPLOAD else 0),
        processed_records=stored.processed_records if results is stored.validation_results else flow.processed,
        failed_records=stored.failed_records,
        validation_results=results,
        enrichment_summary=stored.enrichment_summary,
        error=flow.error_message or stored.error_message,
        poll_after_seconds=poll_after(stored.status),
    )


def detection_of(stored: StoredImport) -> DetectionSummary | Literal["pending"]:
    """What the import is taken for, `pending` while nobody has looked."""
    if stored.detection is None:
        return PENDING_DETECTION
    return DetectionSummary(
        import_category=stored.detection["import_category"],
        confidence=stored.detection["confidence"],
        reasons=tuple(stored.detection["reasons"]),
    )


async def _results_so_far(
    session: AsyncSession, context: RequestContext, stored: StoredImport
) -> ValidationResults | None:
    """What the agents' steps show while the validation goes on; None before they are planned."""
    category = categories().get(stored.import_category or "")
    shown = await import_steps.list_steps(session, context.engagement_id, stored.id)
    agents = tuple(
        AgentResult(
            step.step_name,
            step.status,
            step.output_data.get("error_count", 0),
            step.output_data.get("warning_count", 0),
        )
        for step in shown
        if category is not None and step.phase is Phase.VALIDATION and step.step_name in category.agents
    )
    if not agents:
        return None
    errors = sum(agent.error_count for agent in agents)
    return ValidationResults(errors == 0, errors, sum(agent.warning_count for agent in agents), agents)
