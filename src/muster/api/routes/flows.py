"""Flows: list, one, and what a user can ask of one."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from muster.api.caller import Provided, Tenanted
from muster.api.documents.base import PageDocument, page_of
from muster.api.documents.flows import FlowsQuery, FlowStatusDocument, FlowSummaryDocument
from muster.api.routing import API, Routes
from muster.domain.tenant import Permission, RequestContext
from muster.services.context import Services
from muster.services.delete_flow import delete_flow
from muster.services.list_flows import list_flows
from muster.services.read_status import read_status
from muster.services.steer_flow import Steering, steer_flow

routes = Routes(f"{API}/flows", "flows")


@routes.get("", Permission.READ)
async def list_engagement_flows(
    services: Provided, context: Tenanted, query: Annotated[FlowsQuery, Query()]
) -> PageDocument[FlowSummaryDocument]:
    """Flows of the engagement, newest first."""
    return page_of(await list_flows(services, context, query.status, query.page()), FlowSummaryDocument.of)


@routes.get("/{flow_id}", Permission.READ)
async def get_flow(services: Provided, context: Tenanted, flow_id: UUID) -> FlowStatusDocument:
    """One flow, in counts."""
    return FlowStatusDocument.of(await read_status(services, context, flow_id))


@routes.post("/{flow_id}/pause", Permission.IMPORT)
async def pause_flow(services: Provided, context: Tenanted, flow_id: UUID) -> FlowStatusDocument:
    """Stop the flow where it is; a phase that is running begins anew at resume."""
    return await _steered(services, context, flow_id, Steering.PAUSE)


@routes.post("/{flow_id}/resume", Permission.IMPORT)
async def resume_flow(services: Provided, context: Tenanted, flow_id: UUID) -> FlowStatusDocument:
    """Let a paused flow go on."""
    return await _steered(services, context, flow_id, Steering.RESUME)


@routes.post("/{flow_id}/retry", Permission.IMPORT)
async def retry_flow(services: Provided, context: Tenanted, flow_id: UUID) -> FlowStatusDocument:
    """Begin the phase in which the flow failed anew."""
    return await _steered(services, context, flow_id, Steering.RETRY)


@routes.post("/{flow_id}/cancel", Permission.IMPORT)
async def cancel_flow(services: Provided, context: Tenanted, flow_id: UUID) -> FlowStatusDocument:
    """End the flow for good; what it brought so far does not count."""
    return await _steered(services, context, flow_id, Steering.CANCEL)


@routes.delete("/{flow_id}", Permission.IMPORT, status=204, response_class=Response)
async def delete_one_flow(services: Provided, context: Tenanted, flow_id: UUID) -> Response:
    """Delete a flow that brought nothing into the inventory, with its import and its files."""
    await delete_flow(services, context, flow_id)
    return Response(status_code=204)


async def _steered(
    services: Services, context: RequestContext, flow_id: UUID, steering: Steering
) -> FlowStatusDocument:
    flow = await steer_flow(services, context, flow_id, steering)
    return FlowStatusDocument.of(await read_status(services, context, flow.flow_id))
