"""Claims join or leave the inventory, decisions hold or do not: what that touches is folded anew and written.

The same routine serves import, undo, redo and every decision, so that undoing is not a second way of merging: the
inventory is always the fold of the active claims under the decisions that hold, and this is the only place that writes
it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from muster.db.copy_text import copy_text
from muster.db.repos import asset_names as names_repo
from muster.db.repos import claims as claims_repo
from muster.db.repos import inventory as inventory_repo
from muster.db.repos.claims import PackedKeys
from muster.domain.plan import PlanAction, PlanCounts
from muster.pipeline.enrich.blocks import pack_keys
from muster.pipeline.enrich.codec import to_columns
from muster.services.inventory.ahead import ahead
from muster.services.inventory.fates import MOST_NAMED, Fate, Named, NamedAsset, count_fates, name_fates
from muster.services.inventory.folding import folded_batches
from muster.services.inventory.key_index import numbered, unpack
from muster.services.inventory.placement import move_claims
from muster.services.inventory.touched import deciding, everything, joining, leaving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from muster.db.repos.claims import ClaimImport
    from muster.domain.decisions import Edit
    from muster.pipeline.enrich.claims import ImportIndex
    from muster.services.inventory.folding import Batch
    from muster.services.inventory.ledger import Ledger
    from muster.services.inventory.touched import Partners, Touched

Progress = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did to the inventory, as the database confirmed it.

    `counts` over all assets in reach. `reverted`, `kept_edited` and `kept_other` are assets that the leaving (or
    joining) claims speak of and that live on: other values now; the same because somebody pinned them; the same
    because other claims say so. `asleep` are edits that no active claim carries any more. `named` are the first assets
    of each fate.
    """

    counts: PlanCounts
    reverted: int = 0
    kept_edited: int = 0
    kept_other: int = 0
    asleep: tuple[Edit, ...] = ()
    named: Named = field(default_factory=dict)


async def add_claims(ledger: Ledger, import_id: UUID, progress: Progress) -> Change:
    """Let the claims of an import take part for the first time; stores their keys. The ledger has it joining."""
    item = ledger.roster.get(import_id)
    await claims_repo.drop_blocks(ledger.db, ledger.tenant, import_id)
    keys = await ledger.files.keys(item)
    own = numbered(keys, ledger.roster, import_id)
    blocks = await asyncio.to_thread(_packed, keys, import_id)
    del keys  # a million records have seven million of them
    insert = partial(claims_repo.insert_key_blocks, ledger.db, ledger.tenant, import_id, blocks)
    touched = await joining(ledger, item, own, meanwhile=insert)
    return await _activate(ledger, item, touched, progress)


async def restore_claims(ledger: Ledger, import_id: UUID, progress: Progress) -> Change:
    """Let the claims of an undone import take part again. The ledger has it joining."""
    item = ledger.roster.get(import_id)
    touched = await joining(ledger, item, await _stored_keys(ledger, item))
    return await _activate(ledger, item, touched, progress)


async def withdraw_claims(ledger: Ledger, import_id: UUID, progress: Progress) -> Change:
    """Let the claims of an import take part no longer; their keys and files stay, so that they can come back.

    The ledger has it leaving.
    """
    item = ledger.roster.get(import_id)
    touched = await leaving(ledger, item, await _stored_keys(ledger, item))
    change = await _apply(ledger, touched, progress)
    await claims_repo.set_claims(ledger.db, ledger.tenant, import_id, active=False)
    return change


async def apply_rulings(ledger: Ledger, seeds: pl.DataFrame, earlier: Partners, progress: Progress) -> Change:
    """Fold anew around `seeds` (`hash`, `check`) under the decisions of the ledger's roster.

    `earlier` are the partners by the decisions that held before.
    """
    return await _apply(ledger, await deciding(ledger, seeds, earlier), progress)


async def fold_everything(ledger: Ledger, progress: Progress) -> Change:
    """Fold the whole inventory anew, from keys made anew; only what differs is written."""
    for item in ledger.roster.imports:
        await claims_repo.drop_key_blocks(ledger.db, ledger.tenant, item.import_id)
        await store_keys(ledger, item)
    return await _apply(ledger, await everything(ledger), progress)


async def apply_ranks(ledger: Ledger, progress: Progress) -> Change:
    """Fold the whole inventory anew by the ranks of the ledger's roster; keys and decisions are as they were."""
    return await _apply(ledger, await everything(ledger), progress)


async def preview_import(ledger: Ledger, import_id: UUID) -> AsyncIterator[Batch]:
    """What `add_claims` (or `restore_claims`) would do, batch by batch; writes nothing. The ledger has it joining."""
    item = ledger.roster.get(import_id)
    own = numbered(await ledger.files.keys(item), ledger.roster, import_id)
    async for batch in preview(ledger, await joining(ledger, item, own)):
        yield batch


async def preview(ledger: Ledger, touched: Touched) -> AsyncIterator[Batch]:
    """What writing a change would do, batch by batch."""
    fields = await ledger.files.fields(ledger.roster.edited)
    async for batch in folded_batches(ledger, touched, touched.predecessors(), fields):
        yield batch


async def _activate(ledger: Ledger, item: ClaimImport, touched: Touched, progress: Progress) -> Change:
    change = await _apply(ledger, touched, progress)
    await claims_repo.set_claims(ledger.db, ledger.tenant, item.import_id, active=True, attempt=item.claims_attempt)
    return change


async def store_keys(ledger: Ledger, item: ClaimImport) -> pl.DataFrame:
    """Make the keys of an import from its claims, store them, and return them as CLAIM_KEYS_SCHEMA."""
    keys = await ledger.files.keys(item)
    blocks = await asyncio.to_thread(_packed, keys, item.import_id)
    await claims_repo.insert_key_blocks(ledger.db, ledger.tenant, item.import_id, blocks)
    return numbered(keys, ledger.roster, item.import_id)


def _packed(keys: pl.DataFrame, import_id: UUID) -> list[PackedKeys]:
    return [
        PackedKeys(
            import_id, block.first_hash, block.last_hash, block.hashes, block.checks, block.ordinals, block.kinds
        )
        for block in pack_keys(keys)
    ]


async def _stored_keys(ledger: Ledger, item: ClaimImport) -> pl.DataFrame:
    return unpack(await claims_repo.key_blocks(ledger.db, ledger.tenant, [item.import_id]), ledger.roster)


async def _apply(ledger: Ledger, touched: Touched, progress: Progress) -> Change:
    """Fold what is touched in batches and write the difference; returns what the database confirmed."""
    predecessors = touched.predecessors()
    removed = touched.removed(predecessors)
    ids = [ledger.roster.index.birth_id(asset) for asset in removed]
    names = await names_repo.asset_names(ledger.db, ledger.tenant, ids[:MOST_NAMED]) if ids else {}
    gone = await inventory_repo.delete_assets(ledger.db, ledger.tenant, ids) if ids else 0
    ended = {Fate.REMOVED: tuple(NamedAsset(*item) for item in names.items())}
    change = Change(PlanCounts(removed=gone), asleep=touched.asleep, named=ended if names else {})
    fields = await ledger.files.fields(ledger.roster.edited)
    spoken_of = _spoken_of(touched)
    total, done = touched.membership.height, 0
    batches = folded_batches(ledger, touched, predecessors)
    async with aclosing(ahead(batches, partial(assets_to_write, index=ledger.roster.index, fields=fields))) as prepared:
        async for batch, assets in prepared:
            counts = await write_assets(ledger, batch.plan.counts(), assets, fields)
            spoken = batch.plan.folded.join(spoken_of, on="asset", how="semi")
            change = _sum(change, counts, spoken, ledger.roster.index)
            done += batch.members.height
            await progress(done, total)
    await move_claims(ledger, touched.moved())
    return change


def _spoken_of(touched: Touched) -> pl.DataFrame:
    """The assets (`asset`, as they are to be) that the own claims speak of, or spoke of."""
    own = touched.own.to_frame("claim")
    now = touched.membership.join(own, on="claim", how="semi").select("asset")
    stood = touched.before.join(own, on="claim", how="semi").select("asset")
    companions = touched.before.join(stood, on="asset", how="semi").select("claim")
    lived_on = touched.membership.join(companions, on="claim", how="semi").select("asset")
    return pl.concat([now, lived_on]).unique()


@dataclass(frozen=True, slots=True)
class AssetsToWrite:
    """The rows of a batch that are new, and those that differ from what stands, as COPY text."""

    created: list[bytes]
    rewritten: list[bytes]
    rewritten_count: int


def assets_to_write(batch: Batch, index: ImportIndex, fields: Sequence[str]) -> AssetsToWrite:
    """What differs in a batch, made ready for the database."""
    created = batch.plan.folded.filter(pl.col("action") == PlanAction.CREATE)
    kept = batch.plan.folded.join(batch.carried, on="asset", maintain_order="left")
    rewritten = kept.filter(pl.col("dirty") | (pl.col("was") != pl.col("asset")))
    columns = to_columns(rewritten, index, fields).with_columns(index.texts(rewritten["was"]))
    return AssetsToWrite(
        list(copy_text(to_columns(created, index, fields))), list(copy_text(columns)), rewritten.height
    )


async def write_assets(ledger: Ledger, counts: PlanCounts, assets: AssetsToWrite, fields: Sequence[str]) -> PlanCounts:
    """Write a batch; `counts` are what was planned, those of created and updated assets come from the database."""
    if assets.created:
        created = await inventory_repo.insert_assets(ledger.db, ledger.tenant, fields, assets.created)
        counts = replace(counts, created=created)
    if assets.rewritten:
        written = await inventory_repo.update_assets(ledger.db, ledger.tenant, fields, assets.rewritten)
        counts = replace(counts, updated=counts.updated - (assets.rewritten_count - written))
    return counts


def _sum(change: Change, counts: PlanCounts, spoken_of: pl.DataFrame, index: ImportIndex) -> Change:
    left = change.counts
    fates = count_fates(spoken_of)
    return replace(
        change,
        counts=PlanCounts(
            created=left.created + counts.created,
            updated=left.updated + counts.updated,
            unchanged=left.unchanged + counts.unchanged,
            conflicts=left.conflicts + counts.conflicts,
            removed=left.removed + counts.removed,
        ),
        reverted=change.reverted + fates[Fate.REVERTED],
        kept_edited=change.kept_edited + fates[Fate.KEPT_EDITED],
        kept_other=change.kept_other + fates[Fate.KEPT_OTHER],
        named=name_fates(change.named, spoken_of, index),
    )
