"""The inventory: assets, one asset now or at a time, why it is what it is, its history, and edits of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime

from muster.api.caller import Provided, Tenanted
from muster.api.documents.assets import (
    FILTER_PARAMETERS,
    AssetDocument,
    AssetsQuery,
    EditAssetRequest,
    HistoryDocument,
    MergeAssetsRequest,
    SplitAssetRequest,
    WhyDocument,
)
from muster.api.documents.base import PageDocument, page_of
from muster.api.documents.reviews import DecidedDocument
from muster.api.routing import API, Routes
from muster.domain.tenant import Permission
from muster.services.asset_at import asset_at
from muster.services.asset_history import asset_history
from muster.services.edit_assets import merge_assets, split_asset
from muster.services.explain_value import why
from muster.services.list_assets import get_asset, list_assets
from muster.services.pin_values import pin_values

routes = Routes(f"{API}/assets", "assets")


@routes.get("", Permission.READ, extra={"parameters": FILTER_PARAMETERS})
async def list_inventory_assets(
    services: Provided, context: Tenanted, query: Annotated[AssetsQuery, Query()]
) -> PageDocument[AssetDocument]:
    """Assets of the engagement, oldest first; any field that can be compared filters."""
    return page_of(await list_assets(services, context, query.equal(), query.page()), AssetDocument.of_asset)


@routes.post("/merge", Permission.EDIT)
async def merge_inventory_assets(services: Provided, context: Tenanted, body: MergeAssetsRequest) -> DecidedDocument:
    """Say that several assets are one, for good, until the decision is taken back."""
    return DecidedDocument.of_decided(await merge_assets(services, context, body.asset_ids, body.reason))


@routes.get("/{asset_id}", Permission.READ)
async def get_inventory_asset(
    services: Provided,
    context: Tenanted,
    asset_id: UUID,
    as_of: Annotated[AwareDatetime | None, Query(description="The asset as it stood at this time.")] = None,
) -> AssetDocument:
    """One asset, by today's id or one from before a merge; with `as_of` as it stood at that time."""
    if as_of is None:
        return AssetDocument.of_asset(await get_asset(services, context, asset_id))
    return AssetDocument.of_asset(await asset_at(services, context, asset_id, as_of))


@routes.patch("/{asset_id}", Permission.EDIT)
async def edit_inventory_asset(
    services: Provided, context: Tenanted, asset_id: UUID, body: EditAssetRequest
) -> DecidedDocument:
    """Pin values to fields, whatever the sources say, or let the sources speak again on some."""
    return DecidedDocument.of_decided(
        *await pin_values(services, context, asset_id, body.values, unpin=body.unpin, reason=body.reason)
    )


@routes.post("/{asset_id}/split", Permission.EDIT)
async def split_inventory_asset(
    services: Provided, context: Tenanted, asset_id: UUID, body: SplitAssetRequest
) -> DecidedDocument:
    """Say that some of an asset's claims speak of another thing than the rest."""
    return DecidedDocument.of_decided(await split_asset(services, context, asset_id, body.claim_ids, body.reason))


@routes.get("/{asset_id}/why", Permission.READ)
async def explain_asset(services: Provided, context: Tenanted, asset_id: UUID, field: str | None = None) -> WhyDocument:
    """Where each value (or that of one `field`) comes from, down to the cell, and why the asset's records are one."""
    return WhyDocument.of(await why(services, context, asset_id, field))


@routes.get("/{asset_id}/history", Permission.READ)
async def show_asset_history(services: Provided, context: Tenanted, asset_id: UUID) -> HistoryDocument:
    """Every change that altered the asset, newest first: when, by whom, fields before and after, records that moved."""
    return HistoryDocument.of(await asset_history(services, context, asset_id))
