"""The inventory: assets, one asset, and why its values are what they are."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from muster.api.caller import Provided, Tenanted
from muster.api.documents.assets import FILTER_PARAMETERS, AssetDocument, AssetsQuery, WhyDocument
from muster.api.documents.base import PageDocument, page_of
from muster.api.routing import API, Routes
from muster.domain.tenant import Permission
from muster.services.explain_value import why
from muster.services.list_assets import get_asset, list_assets

routes = Routes(f"{API}/assets", "assets")


@routes.get("", Permission.READ, extra={"parameters": FILTER_PARAMETERS})
async def list_inventory_assets(
    services: Provided, context: Tenanted, query: Annotated[AssetsQuery, Query()]
) -> PageDocument[AssetDocument]:
    """Assets of the engagement, oldest first; any field that can be compared filters."""
    return page_of(await list_assets(services, context, query.equal(), query.page()), AssetDocument.of_asset)


@routes.get("/{asset_id}", Permission.READ)
async def get_inventory_asset(services: Provided, context: Tenanted, asset_id: UUID) -> AssetDocument:
    """One asset, by today's id or one from before a merge."""
    return AssetDocument.of_asset(await get_asset(services, context, asset_id))


@routes.get("/{asset_id}/why", Permission.READ)
async def explain_asset(services: Provided, context: Tenanted, asset_id: UUID, field: str | None = None) -> WhyDocument:
    """Where each value (or that of one `field`) comes from: file, table, row, column and the cell's own text."""
    return WhyDocument.of(await why(services, context, asset_id, field))
