"""Deletes a flow that brought nothing into the inventory, with its import: rows, findings, steps and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.blobs.keys import claims_folder, staging_folder, uploads_folder
from muster.db.repos import flows, import_rows, imports
from muster.domain.errors import IllegalMoveError, NotFoundError
from muster.domain.phases import ENDED, FlowStatus, Move, allowed
from muster.services.flows.lifecycle import FlowLifecycleManager

if TYPE_CHECKING:
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


async def delete_flow(services: Services, context: RequestContext, any_id: UUID) -> None:
    """Delete the flow of a flow id or a data import id; one that is still worked on is cancelled first.

    Files go after the commit: a crash in between leaves files that nothing names, never a name without its file.
    Raises NotFoundError, and IllegalMoveError for a completed flow, whose import has to be undone instead.
    """
    async with services.database.begin(context.tenant) as db:
        found = await flows.find_flow(db, context.engagement_id, any_id)
        if found is None:
            raise NotFoundError(f"There is no flow {any_id} in this engagement.", flow_id=str(any_id))
        lifecycle = FlowLifecycleManager(db, context)
        flow = await lifecycle.lock(found.flow_id)
        if flow.status in {FlowStatus.COMPLETED, FlowStatus.UNDONE}:
            raise IllegalMoveError(
                "This import has been in the inventory: undo it instead of deleting its flow.",
                status=str(flow.status),
                allowed=[str(move) for move in allowed(flow.status)],
            )
        if flow.status not in ENDED:
            await lifecycle.move(flow.flow_id, Move.CANCEL)
        if flow.data_import_id is not None:
            await import_rows.delete_other_attempts(db, context.engagement_id, flow.data_import_id, keep=[])
            await imports.delete_import(db, context.engagement_id, flow.data_import_id)
        await flows.delete_flow(db, context.engagement_id, flow.flow_id)
    if flow.data_import_id is not None:
        for folder in (uploads_folder, staging_folder, claims_folder):
            await services.blobs.delete_prefix(folder(context.engagement_id, flow.data_import_id))
