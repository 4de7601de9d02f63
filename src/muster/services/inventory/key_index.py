"""Which claims share a key with which: looked up in the database for a few keys, in memory for many.

Both answer the same question with the same rows; which one is asked is a matter of speed alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import polars as pl

from muster.db.repos import claims as claims_repo
from muster.pipeline.enrich.blocks import unpack_keys
from muster.pipeline.enrich.identity import CLAIM_KEYS_SCHEMA
from muster.pipeline.enrich.slices import carrying

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from muster.db.repos.claims import PackedKeys
    from muster.services.inventory.ledger import Ledger
    from muster.services.inventory.roster import Roster

MANY_KEYS = 20_000
"""From this many keys on it is cheaper to pull all blocks than to look each key up."""


class KeyIndex(Protocol):
    """The keys of the active claims of an engagement, CLAIM_KEYS_SCHEMA."""

    async def carried(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Those of the keys that are among `keys` (`hash`, `check`), one row for each claim that carries one."""
        ...

    async def keys_of(self, claims: pl.Series) -> pl.DataFrame:
        """All keys of `claims`."""
        ...


@dataclass(frozen=True, slots=True)
class KeysInMemory:
    """All keys of the active imports as one frame."""

    keys: pl.DataFrame

    async def carried(self, keys: pl.DataFrame) -> pl.DataFrame:
        """See KeyIndex."""
        return await asyncio.to_thread(carrying, self.keys, keys)

    async def keys_of(self, claims: pl.Series) -> pl.DataFrame:
        """All keys of `claims`."""
        return await asyncio.to_thread(
            lambda: self.keys.join(claims.to_frame("claim"), on="claim", how="semi"),
        )


@dataclass(frozen=True, slots=True)
class KeysInDatabase:
    """Looks keys up block by block; the keys of a claim come from its file."""

    ledger: Ledger
    import_ids: tuple[UUID, ...]

    async def carried(self, keys: pl.DataFrame) -> pl.DataFrame:
        """See KeyIndex."""
        hashes = keys["hash"].unique().to_list()
        blocks = await claims_repo.key_blocks_with(self.ledger.db, self.ledger.tenant, self.import_ids, hashes)
        return carrying(unpack(blocks, self.ledger.roster), keys)

    async def keys_of(self, claims: pl.Series) -> pl.DataFrame:
        """All keys of `claims`."""
        return await self.ledger.files.keys_of(claims)


def unpack(blocks: Iterable[PackedKeys], roster: Roster) -> pl.DataFrame:
    """The keys of stored blocks as CLAIM_KEYS_SCHEMA."""
    by_import: dict[UUID, list[PackedKeys]] = {}
    for block in blocks:
        by_import.setdefault(block.import_id, []).append(block)
    frames = [numbered(unpack_keys(held), roster, import_id) for import_id, held in by_import.items()]
    return pl.concat(frames) if frames else pl.DataFrame(schema=CLAIM_KEYS_SCHEMA)


def numbered(keys: pl.DataFrame, roster: Roster, import_id: UUID) -> pl.DataFrame:
    """The keys of one import (KEYS_SCHEMA) with claim numbers instead of ordinals."""
    base = roster.index.base(import_id)
    return keys.select(claim=pl.col("ordinal") + base, kind="kind", hash="hash", check="check")


async def open_index(ledger: Ledger, *, key_count: int, without: UUID | None = None) -> KeyIndex:
    """The index of all active imports, but for one, fit for looking up `key_count` keys."""
    import_ids = tuple(item.import_id for item in ledger.roster.active(without=without))
    if key_count < MANY_KEYS:
        return KeysInDatabase(ledger, import_ids)
    blocks = await claims_repo.key_blocks(ledger.db, ledger.tenant, import_ids)
    return KeysInMemory(await asyncio.to_thread(unpack, blocks, ledger.roster))
