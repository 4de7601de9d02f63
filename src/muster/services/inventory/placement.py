"""Where claims stand: the stored blocks that lead from a claim to its asset, read and patched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from muster.db.repos import claims as claims_repo
from muster.db.repos.claims import PackedAssets
from muster.pipeline.enrich.blocks import CLAIMS_TO_A_BLOCK
from muster.pipeline.enrich.claims import ORDINAL_BITS, ROW_MASK, UUID_BYTES, ClaimRole, ordinal, split_ordinal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.db.repos.claims import ClaimImport
    from muster.services.inventory.ledger import Ledger

NOTHING = -1
_EMPTY = bytes(CLAIMS_TO_A_BLOCK * UUID_BYTES)
_PLACE = pl.col("claim") // (1 << ORDINAL_BITS)
_BLOCK_NUMBER = ((pl.col("claim") & ROW_MASK) - 1) // CLAIMS_TO_A_BLOCK
_ROLE_AND_TABLE = (pl.col("claim") % (1 << ORDINAL_BITS)) // (ROW_MASK + 1)


async def placed_claims(ledger: Ledger, item: ClaimImport) -> pl.DataFrame:
    """All claims of one import that lead to an asset: `claim` and `asset` (claim numbers)."""
    frames = [pl.DataFrame(schema={"claim": pl.Int64, "asset": pl.Int64})]
    base = ledger.roster.index.base(item.import_id)
    for block in await claims_repo.asset_blocks_of(ledger.db, ledger.tenant, item.import_id):
        assets = ledger.roster.index.unpack(block.asset_ids)
        first = base + ordinal(ClaimRole(block.role), block.table_number, block.block_number * CLAIMS_TO_A_BLOCK + 1)
        claims = first + np.arange(len(assets), dtype=np.int64)
        frames.append(pl.DataFrame({"claim": claims[assets >= 0], "asset": assets[assets >= 0]}))
    return pl.concat(frames)


async def assets_of(ledger: Ledger, claims: pl.Series) -> pl.DataFrame:
    """The asset of each claim as it is stored: `claim`, `asset` (NOTHING where it leads to none)."""
    frame = claims.to_frame("claim")
    parts = [pl.DataFrame(schema={"claim": pl.Int64, "asset": pl.Int64})]
    for block, rows in await _by_block(ledger, frame):
        stored = ledger.roster.index.unpack(block.asset_ids)
        places = ((rows["claim"] & ROW_MASK) - 1).to_numpy() % CLAIMS_TO_A_BLOCK
        parts.append(pl.DataFrame({"claim": rows["claim"], "asset": stored[places]}))
    return pl.concat(parts)


async def move_claims(ledger: Ledger, moved: pl.DataFrame) -> None:
    """Store where claims lead now (`claim`, `asset`; NOTHING for nowhere). Blocks come into being as needed."""
    patched = []
    for block, rows in await _by_block(ledger, moved):
        places = ((rows["claim"] & ROW_MASK) - 1).to_numpy() % CLAIMS_TO_A_BLOCK
        slots = np.frombuffer(block.asset_ids, dtype=np.uint8).reshape(-1, UUID_BYTES).copy()
        packed = ledger.roster.index.pack(rows["asset"].to_numpy())
        slots[places] = np.frombuffer(packed, dtype=np.uint8).reshape(-1, UUID_BYTES)
        patched.append(
            PackedAssets(block.import_id, block.role, block.table_number, block.block_number, slots.tobytes())
        )
    await claims_repo.put_asset_blocks(ledger.db, ledger.tenant, patched)


async def _by_block(ledger: Ledger, frame: pl.DataFrame) -> Sequence[tuple[PackedAssets, pl.DataFrame]]:
    """The stored block (all zeros where there is none yet) of each group of rows of `frame`."""
    groups: dict[tuple[int, int, int], pl.DataFrame] = {}
    grouped = frame.sort("claim").group_by(_PLACE.alias("p"), _ROLE_AND_TABLE.alias("r"), _BLOCK_NUMBER.alias("b"))
    for (place, role_and_table, block_number), rows in grouped:
        groups[int(str(place)), int(str(role_and_table)), int(str(block_number))] = rows
    wanted = {}
    for (place, role_and_table, block_number), rows in groups.items():
        role, table_number, _ = split_ordinal(role_and_table * (ROW_MASK + 1))
        import_id = ledger.roster.imports[place].import_id
        wanted[import_id, int(role), table_number, block_number] = rows
    stored = {
        (block.import_id, block.role, block.table_number, block.block_number): block
        for block in await claims_repo.asset_blocks(ledger.db, ledger.tenant, list(wanted))
    }
    return [(stored.get(key) or PackedAssets(*key, _EMPTY), rows) for key, rows in wanted.items()]
