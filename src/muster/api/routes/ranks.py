"""Ranks: how far each source is believed on each group of fields, and changing that in the background."""

from uuid import UUID

from fastapi import Response

from muster.api.caller import Provided, Tenanted
from muster.api.documents.ranks import RankChangeDocument, RankPlanDocument, RanksRequest, RankTableDocument
from muster.api.routing import API, Routes
from muster.domain.tenant import Permission
from muster.services.change_ranks import read_rank_change, start_rank_change
from muster.services.set_ranks import plan_ranks, read_rank_table

routes = Routes(f"{API}/ranks", "ranks")


@routes.get("", Permission.READ)
async def get_ranks(services: Provided, context: Tenanted) -> RankTableDocument:
    """How far each source is believed on each group of fields, and which of that the engagement set itself."""
    return RankTableDocument.of(await read_rank_table(services, context))


@routes.post("/plan", Permission.EDIT)
async def plan_rank_change(services: Provided, context: Tenanted, body: RanksRequest) -> RankPlanDocument:
    """What other ranks would change in the inventory; nothing is written."""
    return RankPlanDocument.of(await plan_ranks(services, context, body.ranks))


@routes.put(
    "",
    Permission.MANAGE_ENGAGEMENT,
    status=202,
    responses={202: {"headers": {"Location": {"description": "Where to poll.", "schema": {"type": "string"}}}}},
)
async def put_ranks(
    services: Provided, context: Tenanted, body: RanksRequest, response: Response
) -> RankChangeDocument:
    """Replace the engagement's own ranks; a worker folds the inventory anew. The answer says where to look."""
    change = await start_rank_change(services, context, body.ranks)
    response.headers["Location"] = f"{API}/ranks/changes/{change.change_id}"
    return RankChangeDocument.of(change)


@routes.get("/changes/{change_id}", Permission.READ)
async def get_rank_change(services: Provided, context: Tenanted, change_id: UUID) -> RankChangeDocument:
    """How far a change of ranks is: waiting, running, done or failed."""
    return RankChangeDocument.of(await read_rank_change(services, context, change_id))
