"""Follows an id from before a merge, split or undo to the asset that carries on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.db.repos import inventory as inventory_repo
from muster.services.inventory.placement import NOTHING, assets_of

if TYPE_CHECKING:
    from uuid import UUID

    from muster.db.repos.inventory import AssetClaims
    from muster.services.inventory.ledger import Ledger

_LONGEST_CHAIN = 100


async def asset_of_id(ledger: Ledger, asset_id: UUID) -> tuple[UUID, AssetClaims | None]:
    """Today's id of the asset that has, or once had, `asset_id`, and what it is made of; None when it is no more."""
    asset = await inventory_repo.asset_claims(ledger.db, ledger.tenant, asset_id)
    if asset is not None:
        return asset_id, asset
    today = await current_asset_id(ledger, asset_id)
    if today is None:
        return asset_id, None
    return today, await inventory_repo.asset_claims(ledger.db, ledger.tenant, today)


async def current_asset_id(ledger: Ledger, asset_id: UUID) -> UUID | None:
    """Today's id of the asset that once had `asset_id`; None when it led nowhere or never was.

    An asset's id is the birth id of a claim, and every claim's block entry says where it leads; an entry of an undone
    import may be older than later merges, so the way goes on until an id leads to itself.
    """
    index = ledger.roster.index
    claim = index.claim_of(asset_id)
    for _ in range(_LONGEST_CHAIN):
        if claim is None or claim == NOTHING:
            return None
        leads = (await assets_of(ledger, pl.Series("claim", [claim])))["asset"].item()
        if leads == claim:
            return index.birth_id(claim)
        claim = leads
    return None
