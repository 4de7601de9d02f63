"""Pauses, resumes, retries and cancels a flow on its user's word."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from muster.db.repos import flows, purge
from muster.domain.errors import ConflictError, NotFoundError
from muster.services.flows.master import MasterFlowOrchestrator

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.flow_state import FlowState
    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


class Steering(StrEnum):
    """What a user can ask of a flow."""

    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    CANCEL = "cancel"


async def steer_flow(services: Services, context: RequestContext, any_id: UUID, steering: Steering) -> FlowState:
    """Move the flow of a flow id or a data import id and return it as it stands then.

    Raises NotFoundError, IllegalMoveError when its state or its type does not allow it, and ConflictError for the retry
    of an import that was purged.
    """
    async with services.database.begin(context.tenant) as db:
        flow = await flows.find_flow(db, context.engagement_id, any_id)
        if flow is None:
            raise NotFoundError(f"There is no flow {any_id} in this engagement.", flow_id=str(any_id))
        import_id = flow.data_import_id if steering is Steering.RETRY else None
        if import_id is not None and await purge.purged_at(db, context.tenant, import_id) is not None:
            raise ConflictError("This import was purged: its file is gone. Import the file anew.", flow_id=str(any_id))
        orchestrator = MasterFlowOrchestrator(db, context, services)
        moves = {
            Steering.PAUSE: orchestrator.pause_flow,
            Steering.RESUME: orchestrator.resume_flow,
            Steering.RETRY: orchestrator.retry_flow,
            Steering.CANCEL: orchestrator.cancel_flow,
        }
        return await moves[steering](flow.flow_id)
