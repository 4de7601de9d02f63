"""The claims that an asset's id stands for, today's or one from before a merge, split or undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.domain.errors import NotFoundError
from muster.pipeline.enrich.claims import ORDINAL_BITS, ORDINAL_MASK, ClaimRole, split_ordinal
from muster.services.inventory.redirect import asset_of_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from muster.services.inventory.ledger import Ledger


async def claims_of_id(ledger: Ledger, asset_id: UUID) -> tuple[int, Sequence[int]]:
    """The claim that gave the id its name, and the claims that count in the asset that it leads to today.

    The second is empty when it leads nowhere. Raises NotFoundError for an id that no record of this engagement gave.
    """
    index = ledger.roster.index
    claim = index.claim_of(asset_id)
    today, asset = await asset_of_id(ledger, asset_id)
    if claim is None or not _is_claim(ledger, claim):
        # the row may have been purged: the id that it gave still leads on
        claim = None if asset is None else index.claim_of(today)
    if claim is None:
        raise NotFoundError("There is no such asset in this engagement.", asset_id=str(asset_id))
    if asset is None:
        return claim, ()
    return claim, [number for item in asset.claim_ids if (number := index.claim_of(item)) is not None]


def _is_claim(ledger: Ledger, claim: int) -> bool:
    """Whether an import has brought the row that a claim number names."""
    item = ledger.roster.imports[claim >> ORDINAL_BITS]
    role, table_number, row_number = split_ordinal(claim & ORDINAL_MASK)
    return (
        role is ClaimRole.SELF
        and 1 <= row_number <= dict(item.tables).get(table_number, 0)
        and row_number not in item.left_out.get(table_number, ())
    )
