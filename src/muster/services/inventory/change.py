"""Claims join or leave the inventory: what they touch is found, folded anew and written, nothing else.

The same routine serves import, undo and redo, so that undoing is not a second way of merging: the inventory is always
the fold of the active claims, and this is the only place that writes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from muster.db.bulk_read import read_frame
from muster.db.copy_text import copy_text
from muster.db.repos import claims as claims_repo
from muster.db.repos import inventory as inventory_repo
from muster.db.repos.claims import PackedKeys
from muster.domain.plan import PlanAction, PlanCounts
from muster.pipeline.enrich.blocks import pack_keys
from muster.pipeline.enrich.codec import from_columns, to_columns
from muster.pipeline.enrich.fold import FOLDED_SCHEMA, fold
from muster.pipeline.enrich.identity import CLAIM_KEYS_SCHEMA, MEMBERSHIP_SCHEMA, resolve
from muster.pipeline.enrich.plan import Plan, compute_plan
from muster.pipeline.enrich.slices import matching
from muster.services.inventory.key_index import numbered, open_index, unpack
from muster.services.inventory.placement import NOTHING, assets_of, move_claims, placed_claims

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from muster.db.repos.claims import ClaimImport
    from muster.services.inventory.key_index import KeyIndex
    from muster.services.inventory.ledger import Ledger

Progress = Callable[[int, int], Awaitable[None]]

_CLAIMS_AT_ONCE = 50_000
_FEW_IDS = 10_000
_SPARSEST = 4
"""More existing assets than these few are fetched by the range of ids that they span, when they fill a fourth of it."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change reaches, in claim numbers.

    `membership` (`claim`, `asset`, `superseded`) says where every active claim in reach will stand, `before` (`claim`,
    `asset`) where claims stood, those of the changed import included.
    """

    membership: pl.DataFrame
    before: pl.DataFrame

    def predecessors(self) -> pl.DataFrame:
        """Which asset as it stood (`was`) each future asset (`asset`) carries on; the others come into being.

        An asset whose id stays carries itself on; one whose smallest claim came or left carries on an asset of its
        claims that would end otherwise. No asset is carried on twice.
        """
        pairs = (
            self.before.filter(pl.col("asset") != NOTHING)
            .rename({"asset": "was"})
            .join(self.membership.select("claim", "asset"), on="claim")
            .select("asset", "was")
            .unique()
            .sort("asset", "was")
        )
        same = pairs.filter(pl.col("asset") == pl.col("was"))
        renamed = (
            pairs.join(same, on="asset", how="anti")
            .join(self.membership.select("asset").unique(), left_on="was", right_on="asset", how="anti")
            .unique("was", keep="first", maintain_order=True)
            .unique("asset", keep="first", maintain_order=True)
        )
        return pl.concat([same, renamed])

    def removed(self, predecessors: pl.DataFrame) -> pl.Series:
        """The assets that end and that nobody carries on, as claim numbers in ascending order."""
        old = self.before.filter(pl.col("asset") != NOTHING).select(pl.col("asset").unique())
        return old.join(predecessors, left_on="asset", right_on="was", how="anti")["asset"].sort()

    def moved(self) -> pl.DataFrame:
        """`claim`, `asset` for every claim that leads elsewhere now.

        A claim that no longer takes part leads to the smallest asset that its old companions are in now: that is the
        redirect of its birth id; to NOTHING when none is left.
        """
        after = self.membership.select("claim", "asset")
        gone = self.before.filter(pl.col("asset") != NOTHING).join(after, on="claim", how="anti")
        heirs = (
            self.before.join(after, on="claim", suffix="_after")
            .group_by("asset")
            .agg(pl.col("asset_after").min().alias("heir"))
        )
        redirected = gone.join(heirs, on="asset", how="left").select("claim", asset=pl.col("heir").fill_null(NOTHING))
        known = after.join(self.before, on="claim", how="left", suffix="_before")
        elsewhere = known.filter(pl.col("asset").ne_missing(pl.col("asset_before"))).select("claim", "asset")
        return pl.concat([elsewhere, redirected])


async def add_claims(ledger: Ledger, import_id: UUID, progress: Progress) -> PlanCounts:
    """Let the claims of an import take part for the first time; stores their keys."""
    item = ledger.roster.get(import_id)
    await claims_repo.drop_blocks(ledger.db, ledger.tenant, import_id)
    touched = await _joining(ledger, item, await _store_keys(ledger, item))
    return await _activate(ledger, item, touched, progress)


async def restore_claims(ledger: Ledger, import_id: UUID, progress: Progress) -> PlanCounts:
    """Let the claims of an undone import take part again."""
    item = ledger.roster.get(import_id)
    touched = await _joining(ledger, item, await _stored_keys(ledger, item))
    return await _activate(ledger, item, touched, progress)


async def withdraw_claims(ledger: Ledger, import_id: UUID, progress: Progress) -> PlanCounts:
    """Let the claims of an import take part no longer; their keys and files stay, so that they can come back."""
    item = ledger.roster.get(import_id)
    touched = await _leaving(ledger, item, await _stored_keys(ledger, item))
    counts = await _apply(ledger, touched, progress)
    await claims_repo.set_claims(ledger.db, ledger.tenant, import_id, active=False)
    return counts


async def _activate(ledger: Ledger, item: ClaimImport, touched: Touched, progress: Progress) -> PlanCounts:
    counts = await _apply(ledger, touched, progress)
    await claims_repo.set_claims(ledger.db, ledger.tenant, item.import_id, active=True, attempt=item.claims_attempt)
    return counts


async def _store_keys(ledger: Ledger, item: ClaimImport) -> pl.DataFrame:
    """Make the keys of an import from its claims, store them, and return them as CLAIM_KEYS_SCHEMA."""
    keys = await ledger.files.keys(item)
    blocks = (PackedKeys(item.import_id, **asdict(block)) for block in pack_keys(keys))
    await claims_repo.insert_key_blocks(ledger.db, ledger.tenant, blocks)
    return numbered(keys, ledger.roster, item.import_id)


async def _stored_keys(ledger: Ledger, item: ClaimImport) -> pl.DataFrame:
    return unpack(await claims_repo.key_blocks(ledger.db, ledger.tenant, [item.import_id]), ledger.roster)


async def _joining(ledger: Ledger, item: ClaimImport, own: pl.DataFrame) -> Touched:
    """What is touched when an import's claims join; `own` are their keys."""
    index = await open_index(ledger, without=item.import_id, key_count=own.height)
    reached = await _reach(index, own)
    del index  # may hold every key of the engagement
    others = reached["claim"].unique()
    membership = await asyncio.to_thread(resolve, pl.concat([own, reached]), ledger.roster.order.newest_first)
    claims = await ledger.files.claims(item)
    return Touched(
        membership=_with_loners(membership, pl.concat([claims, others])),
        before=await assets_of(ledger, others),
    )


async def _leaving(ledger: Ledger, item: ClaimImport, own: pl.DataFrame) -> Touched:
    """What is touched when an import's claims leave; `own` are their keys."""
    index = await open_index(ledger, without=item.import_id, key_count=own.height)
    reached = await _reach(index, own)
    del index  # may hold every key of the engagement
    others = reached["claim"].unique()
    membership = await asyncio.to_thread(resolve, reached, ledger.roster.order.newest_first)
    return Touched(
        membership=_with_loners(membership, others),
        before=pl.concat([await placed_claims(ledger, item), await assets_of(ledger, others)]),
    )


async def _reach(index: KeyIndex, keys: pl.DataFrame) -> pl.DataFrame:
    """All keys of all claims that a chain of shared keys leads to from `keys`, those of `keys` itself left out."""
    reached = pl.DataFrame(schema=CLAIM_KEYS_SCHEMA)
    frontier = keys
    while True:
        known = reached["claim"].unique().implode()
        sharing = await index.sharing(frontier)
        new = sharing.filter(~sharing.is_in(known))
        if new.is_empty():
            return reached
        fresh = await index.keys_of(new)
        reached = pl.concat([reached, fresh])
        frontier = await asyncio.to_thread(matching, fresh, keys, "anti")
        if frontier.is_empty():
            return reached


def _with_loners(membership: pl.DataFrame, claims: pl.Series) -> pl.DataFrame:
    """`membership` plus those of `claims` that share no key with another: each is its own asset."""
    alone = claims.to_frame("claim").join(membership, on="claim", how="anti")
    return pl.concat(
        [membership, alone.select("claim", asset="claim", superseded=pl.lit(value=False))],
    ).sort("asset", "claim")


async def _apply(ledger: Ledger, touched: Touched, progress: Progress) -> PlanCounts:
    """Fold what is touched in batches and write the difference; returns what the database confirmed."""
    predecessors = touched.predecessors()
    removed = touched.removed(predecessors)
    ids = [ledger.roster.index.birth_id(asset) for asset in removed]
    counts = PlanCounts(removed=await inventory_repo.delete_assets(ledger.db, ledger.tenant, ids) if ids else 0)
    fields = await ledger.files.fields()
    total, done = touched.membership.height, 0
    batches = list(_batches(touched.membership, predecessors))
    await ledger.files.lay_out([batch.filter(~pl.col("superseded")) for batch in batches])
    for number, batch in enumerate(batches):
        carried = predecessors.join(batch.select(pl.col("asset").unique()), on="asset")
        typed = await ledger.files.typed(batch.filter(~pl.col("superseded")).select("claim", "asset"), number)
        plan = await _plan(ledger, typed, carried, fields)
        counts = _sum(counts, await _write(ledger, plan, carried, fields))
        done += batch.height
        await progress(done, total)
    await move_claims(ledger, touched.moved())
    await claims_repo.bump_inventory_version(ledger.db, ledger.tenant)
    return counts


def _batches(membership: pl.DataFrame, predecessors: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut `membership` into pieces that never part the claims of one asset, in the order of the assets as they stand.

    So each piece finds the rows that it replaces next to each other in the table.
    """
    stands = pl.coalesce("was", "asset").alias("stands")
    ordered = membership.join(predecessors, on="asset", how="left").with_columns(stands).sort("stands", "claim")
    places = ordered["stands"]
    start = 0
    while start < ordered.height:
        end = min(start + _CLAIMS_AT_ONCE, ordered.height)
        end = int(places.search_sorted(places[end - 1], side="right"))
        yield ordered.slice(start, end - start).select(MEMBERSHIP_SCHEMA.keys())
        start = end


async def _plan(ledger: Ledger, typed: pl.DataFrame, carried: pl.DataFrame, fields: Sequence[str]) -> Plan:
    roster = ledger.roster
    folded = await asyncio.to_thread(fold, typed, roster.order, roster.source_systems)
    stored = await asyncio.to_thread(_stored, ledger, carried, fields)
    return await asyncio.to_thread(compute_plan, folded, stored)


def _stored(ledger: Ledger, carried: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """The rows that `carried` (`asset`, `was`) names as they stand, FOLDED_SCHEMA, by the ids they will have."""
    if carried.is_empty():
        return pl.DataFrame(schema=FOLDED_SCHEMA)
    index = ledger.roster.index
    wanted = carried["was"].sort()
    ids = index.texts(wanted)
    if len(ids) > _FEW_IDS and wanted[-1] - wanted[0] < _SPARSEST * len(ids):
        statement, parameters = inventory_repo.folded_by_range(fields), [ids[0], ids[-1]]
    else:
        statement, parameters = inventory_repo.folded_by_ids(fields), ["{" + ",".join(ids) + "}"]
    rows = from_columns(read_frame(ledger.services.database.url, ledger.tenant, statement, parameters), index)
    return rows.rename({"asset": "was"}).join(carried, on="was").select(*FOLDED_SCHEMA)


async def _write(ledger: Ledger, plan: Plan, carried: pl.DataFrame, fields: Sequence[str]) -> PlanCounts:
    """Write what differs; the counts of created and updated assets are those of the database."""
    index = ledger.roster.index
    counts = plan.counts()
    created = plan.folded.filter(pl.col("action") == PlanAction.CREATE)
    if created.height:
        rows = copy_text(to_columns(created, index, fields))
        counts = replace(counts, created=await inventory_repo.insert_assets(ledger.db, ledger.tenant, fields, rows))
    kept = plan.folded.join(carried, on="asset", maintain_order="left")
    rewritten = kept.filter(pl.col("dirty") | (pl.col("was") != pl.col("asset")))
    if rewritten.height:
        columns = to_columns(rewritten, index, fields).with_columns(index.texts(rewritten["was"]))
        written = await inventory_repo.update_assets(ledger.db, ledger.tenant, fields, copy_text(columns))
        counts = replace(counts, updated=counts.updated - (rewritten.height - written))
    return counts


def _sum(left: PlanCounts, right: PlanCounts) -> PlanCounts:
    return PlanCounts(
        created=left.created + right.created,
        updated=left.updated + right.updated,
        unchanged=left.unchanged + right.unchanged,
        conflicts=left.conflicts + right.conflicts,
        removed=left.removed + right.removed,
    )
